//! Who gets a call can tell that it is ours.

use std::sync::Arc;
use std::time::Duration;

use adapters::checked_addresses::SystemLookUp;
use adapters::receivers::{Receivers, TIMEOUT};
use adapters::system_clock::SystemClock;
use application::ports::clock::Clock as _;
use application::ports::work_queue::{Outgoing, QueueError, WorkQueue};
use async_trait::async_trait;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deliver_alerts::Delivery;
use domain::address_policy::AddressPolicy;
use domain::alert::AlertType;
use domain::webhook::ROTATION;
use reqwest::{Method, StatusCode};
use serde_json::json;
use standardwebhooks::Webhook;

use super::receiver::{Call, Receiver};
use super::{SECRET, WEBHOOKS, after, call_message, event, listening};
use crate::world::{FARM, OTHER_FARM, World};

const NEWER: &str = "whsec_cGxhbnRlZC1zdGFuZGFyZC1zZWNyZXQtdHdv";
const NEW: &str = "whsec_cGxhbnRlZC1zdGFuZGFyZC1zZWNyZXQtb25l";

/// The library looks at the operating system's clock.
async fn at_todays_date() -> (World, Receiver, String) {
    let (mut world, receiver, id) = listening(&[AlertType::ConnectionActivated]).await;
    let ahead = SystemClock.now().seconds_since(world.clock.now());
    world.clock.advance(std::time::Duration::from_secs(ahead));
    world.token = world.sign_in().await;
    (world, receiver, id)
}

async fn call(world: &World, receiver: &Receiver, code: &str) -> Call {
    world.connected(code, code).await;
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
    hmac::verify(
        &hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        call.body.as_bytes(),
        &signature,
    )
    .is_ok()
}

#[tokio::test]
async fn the_standard_library_and_leafs_example_accept_a_call_and_no_other_body() {
    let (world, receiver, _) = at_todays_date().await;
    let call = call(&world, &receiver, FARM).await;
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
    let request = world
        .owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret"))
        .json(&json!({ "secret": NEW }));
    let (status, answer) = world.json(request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(!answer.to_string().contains("whsec"), "{answer}");

    let during = call(&world, &receiver, FARM).await;
    plain(SECRET).verify(during.body.as_bytes(), &during.headers).expect("the older secret");
    Webhook::new(NEW)
        .expect("base64")
        .verify(during.body.as_bytes(), &during.headers)
        .expect("the new secret");
    assert!(is_leafs(&during, SECRET) && !is_leafs(&during, NEW), "it has room for one");

    world.clock.advance(ROTATION);
    let later = call(&world, &receiver, OTHER_FARM).await;
    assert!(is_leafs(&later, NEW) && !is_leafs(&later, SECRET));
    assert_eq!(later.header("webhook-signature").split(' ').count(), 1);
}

/// Leaf's Python example signs `json.dumps(payload)`, whose bytes are those of the body.
#[tokio::test]
async fn a_body_that_was_parsed_and_written_by_python_has_the_same_signature() {
    let (world, receiver, _) = at_todays_date().await;
    let call = call(&world, &receiver, FARM).await;
    let fields: Vec<_> = call
        .body
        .trim_start_matches('{')
        .trim_end_matches('}')
        .split(", \"")
        .map(|field| field.split_once("\": ").expect("a name, a colon and a blank"))
        .collect();
    let names: Vec<_> = fields.iter().map(|(name, _)| name.trim_start_matches('"')).collect();
    let leafs =
        ["credential", "provider", "credentialId", "message", "status", "type", "timestamp"];
    assert_eq!(names[..leafs.len()], leafs, "in the order of Leaf's documents");
    assert!(call.body.is_ascii() && !call.body.contains("\":\""), "{}", call.body);
    assert!(is_leafs(&call, SECRET));
}

/// As another process of Lambda's, with its own memory.
#[tokio::test]
async fn whoever_remembers_the_older_secret_signs_with_both_at_once_after_a_rotation() {
    let (world, receiver, id) = at_todays_date().await;
    let other = world.machine.another_process().expect("another process");
    let queue = Arc::new(NoQueue);
    let receivers = Receivers::new(AddressPolicy::ThisMachineToo, TIMEOUT, Arc::new(SystemLookUp))
        .expect("a client");
    let other = Delivery::new(other, Arc::new(receivers), queue);
    let user = "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";
    let deliver = async |message: &str| {
        let again = other.deliver(event(vec![call_message(message, &id, user)])).await;
        assert!(again.batch_item_failures.is_empty(), "{again:?}");
        receiver.take().pop().expect("a call")
    };
    let before = deliver("1").await;
    assert_eq!(before.header("webhook-signature").split(' ').count(), 1);

    // From the answer on, however often.
    for (older, newer) in [(SECRET, NEW), (NEW, NEWER)] {
        let request = world
            .owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret"))
            .json(&json!({ "secret": newer }));
        assert_eq!(world.json(request).await.0, StatusCode::OK);
        let after = deliver(newer.trim_end_matches('=').trim_start_matches("whsec_")).await;
        Webhook::new(newer)
            .expect("base64")
            .verify(after.body.as_bytes(), &after.headers)
            .expect("the new secret");
        assert!(is_leafs(&after, older), "there is room for one, and that is the older");
    }
}

/// What nobody sends to.
struct NoQueue;

#[async_trait]
impl WorkQueue for NoQueue {
    async fn retry_in(&self, _: &str, _: Duration) -> Result<(), QueueError> {
        Ok(())
    }

    async fn send(&self, message: Outgoing) -> Result<(), QueueError> {
        panic!("{message:?}")
    }
}
