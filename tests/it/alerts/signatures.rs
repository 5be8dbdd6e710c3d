//! Who gets a call can tell that it is ours.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::adapters::system_clock::SystemClock;
use shared::domain::alert::AlertType;
use shared::domain::webhook::ROTATION;
use shared::ports::clock::Clock as _;
use standardwebhooks::Webhook;

use super::receiver::{Call, Receiver};
use super::{SECRET, WEBHOOKS, after, connected, listening};
use crate::world::World;

const NEW: &str = "whsec_cGxhbnRlZC1zdGFuZGFyZC1zZWNyZXQ=";

/// The library looks at the operating system's clock.
async fn at_todays_date() -> (World, Receiver, String) {
    let (mut world, receiver, id) = listening(&[AlertType::ConnectionActivated]).await;
    let ahead = SystemClock.now().seconds_since(world.clock.now());
    world.clock.advance(std::time::Duration::from_secs(ahead));
    world.token = world.sign_in().await;
    (world, receiver, id)
}

async fn call(world: &World, receiver: &Receiver, code: &str) -> Call {
    connected(world, code, code).await;
    after(world, 0).await;
    receiver.take().pop().expect("a call")
}

/// As a partner configures the library with a secret of any form.
fn plain(secret: &str) -> Webhook {
    Webhook::from_bytes(secret.as_bytes().to_vec()).expect("bytes")
}

/// As Leaf's documents say.
fn is_leafs(call: &Call, secret: &str) -> bool {
    let signature = STANDARD.decode(call.header("x-leaf-signature")).expect("base64");
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), call.body.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn the_standard_library_and_leafs_example_accept_a_call_and_no_other_body() {
    let (world, receiver, _) = at_todays_date().await;
    let call = call(&world, &receiver, "krwv4vYH").await;
    assert_eq!(call.header("content-type"), "application/json");
    plain(SECRET).verify(call.body.as_bytes(), &call.headers).expect("our signature");
    assert!(is_leafs(&call, SECRET));

    let forged = Call { body: call.body.replace("ACTIVE", "REVOKED"), ..call };
    assert!(plain(SECRET).verify(forged.body.as_bytes(), &forged.headers).is_err());
    assert!(!is_leafs(&forged, SECRET));
}

#[tokio::test]
async fn for_a_day_after_a_rotation_both_secrets_are_accepted_and_then_the_new_one_alone() {
    let (world, receiver, id) = at_todays_date().await;
    let request = world.owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret")).json(&json!({ "secret": NEW }));
    let (status, answer) = world.json(request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(!answer.to_string().contains("whsec"), "{answer}");

    let during = call(&world, &receiver, "krwv4vYH").await;
    plain(SECRET).verify(during.body.as_bytes(), &during.headers).expect("the older secret");
    Webhook::new(NEW).expect("base64").verify(during.body.as_bytes(), &during.headers).expect("the new secret");
    assert!(is_leafs(&during, SECRET) && !is_leafs(&during, NEW), "it has room for one");

    world.clock.advance(ROTATION);
    let later = call(&world, &receiver, "Hn5cW7pd").await;
    assert!(is_leafs(&later, NEW) && !is_leafs(&later, SECRET));
    assert_eq!(later.header("webhook-signature").split(' ').count(), 1);
}

#[tokio::test]
async fn another_process_signs_with_a_rotated_secret_after_its_memory_has_ended() {
    let (world, receiver, id) = listening(&[AlertType::ConnectionActivated]).await;
    let other = world.machine.another_process().expect("another process");
    let id = id.parse().expect("an id");
    let secrets = &other.ports.webhook_secrets;
    let cached = shared::ports::secrets::Freshness::Cached;
    assert!(secrets.read(id, cached).await.expect("read").expect("secrets").older.is_none());
    let request = world.owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret")).json(&json!({ "secret": NEW }));
    assert_eq!(world.json(request).await.0, StatusCode::OK);
    assert!(secrets.read(id, cached).await.expect("read").expect("secrets").older.is_none(), "remembered");
    world.clock.advance(shared::adapters::secrets_manager::CACHED_FOR);
    assert!(secrets.read(id, cached).await.expect("read").expect("secrets").older.is_some());
    drop(receiver);
}
