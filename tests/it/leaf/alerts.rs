//! `POST /alerts/leaf`: a signed alert is a reason to ask Leaf now; anything else is nothing.

use std::sync::Arc;

use adapters::secrets_manager::SecretsManager;
use application::ports::secrets::LeafSecrets as _;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::seed::SECRETS_PREFIX;
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::world::{FARM, World};

pub(crate) const SECRET: &str = "planted-alert-secret-0123456789";

pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body))
}

/// An alert about a credential, as Leaf's documents show it.
pub(crate) fn alert(credential_id: &str) -> String {
    json!({
        "provider": "Panorama", "credentialId": credential_id,
        "message": "Credential is no longer valid",
        "status": "UNAUTHENTICATED", "type": "credentialsUnauthenticated",
        "timestamp": "2026-11-22T12:00:00.000000Z",
    })
    .to_string()
}

pub(crate) async fn send(
    world: &World,
    body: impl Into<Vec<u8>>,
    signature: Option<String>,
) -> Answer {
    let mut request = world.http.post(world.api("/alerts/leaf")).body(body.into());
    if let Some(signature) = signature {
        request = request.header("x-leaf-signature", signature);
    }
    Answer::of(request).await
}

/// The secrets as another process has them.
pub(super) fn secrets_elsewhere(world: &World) -> Arc<SecretsManager> {
    let client = world.machine.secrets_manager.clone();
    let randomness = world.machine.service.ports.randomness.clone();
    Arc::new(SecretsManager::new(client, SECRETS_PREFIX, world.clock.clone(), randomness))
}

/// The secret of Leaf's alerts is another one; the one of now stays good as the one before.
pub(super) async fn replace_secret(world: &World, secret: &str) {
    let secret = secret.to_owned().into();
    let secrets = secrets_elsewhere(world);
    secrets.begin_alert_secret(secret).await.expect("begun");
    secrets.finish_alert_secret().await.expect("stored");
    // What the process that is called has read of the secret is forgotten.
    world.pass(5, 0);
}

/// A connection that is revoked at Leaf, of which we do not know yet; its Leaf user and Leaf's id
/// of it.
async fn revoked_at_leaf(world: &World) -> (String, String) {
    replace_secret(world, SECRET).await;
    let user = world.connected("maria", FARM).await;
    let id = world.credential(&user).await.1["id"].as_str().expect("an id").to_owned();
    world.unshare(FARM).await;
    world.pass(15, 0);
    assert_eq!(world.check_at_leaf().await.revoked, 1);
    (user, id)
}

/// The status as it is stored, without Leaf being asked.
pub(super) async fn stored(world: &World, user: &str) -> &'static str {
    let account =
        world.machine.service.ports.connections.account(user.parse().expect("an id")).await;
    account.expect("a read").expect("a Leaf user").credential.expect("a credential").status.as_str()
}

#[tokio::test]
async fn a_signed_alert_has_leaf_asked_at_once_and_a_repeat_is_harmless() {
    let world = World::in_proxy_mode().await;
    let (user, id) = revoked_at_leaf(&world).await;
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    let body = alert(&id);
    for _ in 0..3 {
        send(&world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
        // Not what the alert says: what Leaf says.
        assert_eq!(stored(&world, &user).await, "REVOKED");
    }
    world.share(FARM).await;
    let callback = world.callback(FARM);
    world.land(&mut world.browser(), &callback).await;
    // One that is late says nothing of today.
    send(&world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
    assert_eq!(stored(&world, &user).await, "ACTIVE");
}

#[tokio::test]
async fn an_alert_without_leafs_signature_changes_nothing_and_asks_nobody() {
    let world = World::in_proxy_mode().await;
    let (user, id) = revoked_at_leaf(&world).await;
    let body = alert(&id);
    let calls = world.leaf_calls("").await;
    let other_body = sign(SECRET, format!("{body} ").as_bytes());
    for signature in [
        None,
        Some(String::new()),
        Some("no base64!".to_owned()),
        Some(sign("another", body.as_bytes())),
        Some(other_body),
    ] {
        send(&world, body.clone(), signature).await.problem(401, "alertNotSigned");
    }
    let large = vec![b'x'; 64 * 1024 + 1];
    send(&world, large.clone(), Some(sign(SECRET, &large))).await.problem(413, "bodyTooLarge");
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    assert_eq!(world.leaf_calls("").await, calls);
}

#[tokio::test]
async fn what_a_signed_message_is_not_about_is_taken_and_does_nothing() {
    let world = World::in_proxy_mode().await;
    let (user, _) = revoked_at_leaf(&world).await;
    let calls = world.leaf_calls("").await;
    let unknown = alert("00000000-0000-4000-8000-000000000000");
    for body in [
        json!({ "message": "confirmation of webhook upon registration" }).to_string(),
        unknown,
        json!({ "type": "fieldCreated", "credentialId": "x" }).to_string(),
        "[]".to_owned(),
    ] {
        send(&world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
    }
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    assert_eq!(world.leaf_calls("").await, calls);
}

#[tokio::test]
async fn an_alert_that_leaf_cannot_be_asked_about_is_refused_so_that_it_comes_again() {
    let world = World::in_proxy_mode().await;
    let (user, id) = revoked_at_leaf(&world).await;
    world.disturb(&json!({ "fault": "status", "status": 503 })).await;
    let body = alert(&id);
    send(&world, body.clone(), Some(sign(SECRET, body.as_bytes())))
        .await
        .problem(503, "leafUnavailable");
    send(&world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
    assert_eq!(stored(&world, &user).await, "REVOKED");
}

#[tokio::test]
async fn the_secret_before_is_good_while_leaf_changes_over() {
    let world = World::in_proxy_mode().await;
    let (user, id) = revoked_at_leaf(&world).await;
    replace_secret(&world, "another-alert-secret-0123456789").await;
    let body = alert(&id);
    send(&world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
    assert_eq!(stored(&world, &user).await, "REVOKED");
}

#[tokio::test]
async fn without_a_leaf_there_is_nothing_to_register() {
    let world = World::start().await;
    world.ask(Method::POST, "/alerts/leaf/registration").await.problem(409, "noLeafAccount");
    let anonymous = world.http.post(world.api("/alerts/leaf/registration"));
    Answer::of(anonymous).await.problem(401, "unauthorized");
}
