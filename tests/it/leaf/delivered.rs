//! Leaf's webhooks and our receiver of their calls, with nobody in between: registered, called,
//! verified, followed.
//!
//! The simulated Leaf tells a revoked operation as `connectionRevoked`, which is an event of ours:
//! the real one has the two that we register for, and says `credentialsUnauthenticated` of a
//! credential that it can no longer use.

use domain::address_policy::AddressPolicy;
use local::{Machine, Upstream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::alerts::{SECRET, replace_secret, stored};
use crate::answer::Answer;
use crate::world::{FARM, World, limit_permission};

const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

/// In proxy mode, with a Leaf that may call this machine, and has been asked to.
async fn registered() -> World {
    let world = World::start_with(|options| {
        options.upstream = Upstream::Leaf;
        options.address_policy = AddressPolicy::ThisMachineToo;
    })
    .await;
    register(&world).await;
    assert_eq!(leaf_delivers(&world).await, (0, 0), "the first message is taken");
    world
}

async fn register(world: &World) {
    let request = world.owner(Method::POST, "/alerts/leaf/registration");
    Answer::of(request).await.no_content();
}

fn leaf(world: &World) -> &Machine {
    world.machine.leaf.as_ref().expect("Leaf")
}

/// Leaf makes its calls; how many alerts are to come again, and how many never will.
async fn leaf_delivers(world: &World) -> (usize, usize) {
    let alerts = leaf(world).outbox.deliver().await.expect("the stream can be read")["alerts"];
    (alerts.waiting, alerts.dead_letters)
}

async fn webhooks_at_leaf(world: &World) -> Vec<Value> {
    let (status, webhooks) = world.json(world.at_leaf(Method::GET, WEBHOOKS).await).await;
    assert_eq!(status, StatusCode::OK);
    webhooks.as_array().expect("an array").clone()
}

/// A Leaf user that is connected, and Leaf has told what there was to tell.
async fn connected_and_told(world: &World) -> String {
    let user = world.connected("maria", FARM).await;
    assert_eq!(leaf_delivers(world).await, (0, 0));
    user
}

#[tokio::test]
async fn what_leaf_finds_out_is_here_as_soon_as_leaf_has_called() {
    let world = registered().await;
    let user = connected_and_told(&world).await;
    limit_permission(leaf(&world), &user).await;
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    assert_eq!(leaf_delivers(&world).await, (0, 0));
    assert_eq!(stored(&world, &user).await, "LIMITED_PERMISSION");
}

#[tokio::test]
async fn a_farmer_who_switches_off_is_here_as_soon_as_leaf_has_checked_and_called() {
    let world = registered().await;
    // The one that the registration made stays good as the one before.
    replace_secret(&world, SECRET).await;
    let url = world.api("/alerts/leaf");
    let body = json!({
        "events": ["connectionRevoked"], "name": "ours of another event", "secret": SECRET,
        "url": url,
    });
    let (status, _) = world.json(world.at_leaf(Method::POST, WEBHOOKS).await.json(&body)).await;
    assert_eq!(status, StatusCode::CREATED);
    let user = connected_and_told(&world).await;

    world.unshare(FARM).await;
    world.pass(15, 0);
    assert_eq!(world.check_at_leaf().await.revoked, 1);
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    assert_eq!(leaf_delivers(&world).await, (0, 0));
    assert_eq!(stored(&world, &user).await, "REVOKED");
}

#[tokio::test]
async fn leafs_calls_with_a_secret_that_is_no_longer_ours_wait_until_it_is_registered_anew() {
    let world = registered().await;
    let user = connected_and_told(&world).await;
    // One alone would leave Leaf's good as the one before.
    replace_secret(&world, "one-secret-too-many-0123456789").await;
    replace_secret(&world, "two-secrets-too-many-0123456789").await;
    limit_permission(leaf(&world), &user).await;
    assert_eq!(leaf_delivers(&world).await, (1, 0));
    assert_eq!(stored(&world, &user).await, "ACTIVE");

    let before = webhooks_at_leaf(&world).await;
    register(&world).await;
    let after = webhooks_at_leaf(&world).await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before[0]["id"], after[0]["id"]);
    limit_permission(leaf(&world), &user).await;
    // The call that waits is put off for a minute, and a little more so that not all come at once.
    world.pass(2, 0);
    assert_eq!(leaf_delivers(&world).await, (0, 0));
    assert_eq!(stored(&world, &user).await, "LIMITED_PERMISSION");
}

/// It names no credential, so there is none to ask about: the next look at a status asks.
#[tokio::test]
async fn an_alert_about_leafs_whole_app_key_is_taken_and_changes_nothing_by_itself() {
    let world = registered().await;
    let user = connected_and_told(&world).await;
    world.partner_password_is_now("Another-2027").await;
    world.pass(15, 0);
    assert_eq!(world.check_at_leaf().await.login_refused, 1);
    assert_eq!(leaf_delivers(&world).await, (0, 0));
    assert_eq!(stored(&world, &user).await, "ACTIVE");
    assert_eq!(world.status(&user).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_registration_that_fails_again_and_again_silences_nothing() {
    let world = registered().await;
    let user = connected_and_told(&world).await;
    world.disturb(&json!({ "fault": "status", "status": 503, "times": 9 })).await;
    for _ in 0..3 {
        let (status, problem) =
            world.json(world.owner(Method::POST, "/alerts/leaf/registration")).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("leafUnavailable"))
        );
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.ends_with("send this request again.")),
            "{problem}"
        );
    }
    world.leaf_is_back().await;
    limit_permission(leaf(&world), &user).await;
    assert_eq!(leaf_delivers(&world).await, (0, 0), "the webhook from before is believed");
    assert_eq!(stored(&world, &user).await, "LIMITED_PERMISSION");
    register(&world).await;
    assert_eq!(
        leaf_delivers(&world).await,
        (0, 0),
        "so is the first message of the one that came of it"
    );
    assert_eq!(webhooks_at_leaf(&world).await.len(), 1);
}
