//! Panorama is down, slow of mind, or says no.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{FARM, OTHER_FARM, World};

/// The farmer confirms, meets the fault, waits longer than the 15 minutes, and the same callback
/// finishes it.
async fn finishes_after(fault: Value, code: Option<&str>) {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, code).await;
    let mut browser = if code.is_some() { world.browser() } else { world.hop(&started).await };
    let callback = world.share(FARM).await;
    world.fault(fault.clone()).await;

    let seen = browser.open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::ACCEPTED, "finishing"), "{fault}");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm", "{fault}");
    assert_eq!(
        browser.clone().open(&world.hop_link(&started)).await.outcome,
        "finishing",
        "{fault}"
    );
    world.pass(16, 0);
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm", "{fault}");
    assert_eq!(successes(&world, &maria).await, 0, "{fault}");

    for _ in 0..2 {
        // The cookie's callback, or the page that the farmer of a code was left with.
        let seen =
            if code.is_some() { browser.reload().await } else { browser.open(&callback).await };
        assert_eq!(seen.outcome, "connected", "{fault}");
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm", "{fault}");
        assert_eq!(successes(&world, &maria).await, 1, "{fault}");
    }
}

async fn successes(world: &World, user: &str) -> usize {
    world.events(user).await.iter().filter(|event| event["statusCode"] == 200).count()
}

#[tokio::test]
async fn panorama_is_down_and_the_confirmation_is_finished_by_a_later_callback() {
    for code in [None, Some(FARM)] {
        for status in [500, 502, 503, 504] {
            finishes_after(
                json!({ "call": "confirmSharing", "fault": "status", "status": status }),
                code,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn panorama_has_too_many_requests_and_the_confirmation_is_finished_by_a_later_callback() {
    let fault =
        json!({ "call": "confirmSharing", "fault": "status", "status": 429, "retryAfter": 7 });
    finishes_after(fault.clone(), None).await;
    finishes_after(fault, Some(FARM)).await;
}

#[tokio::test]
async fn panorama_hangs_up_before_its_work_and_the_confirmation_is_finished_by_a_later_callback() {
    finishes_after(json!({ "call": "confirmSharing", "fault": "dropBefore" }), None).await;
    finishes_after(json!({ "call": "confirmSharing", "fault": "dropBefore" }), Some(FARM)).await;
}

#[tokio::test]
async fn panorama_hangs_up_after_its_work_and_is_asked_twice_for_one_credential() {
    finishes_after(json!({ "call": "confirmSharing", "fault": "dropAfter" }), None).await;
    finishes_after(json!({ "call": "confirmSharing", "fault": "dropAfter" }), Some(FARM)).await;
}

#[tokio::test]
async fn a_later_callback_that_meets_the_same_fault_is_finished_by_a_still_later_one() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 3 }))
        .await;
    for confirms in 1..=3 {
        assert_eq!(browser.open(&callback).await.outcome, "finishing");
        assert_eq!(world.state(&[&maria]).await, format!("PENDING, {confirms} confirm"));
        world.pass(10, 0);
    }
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 4 confirm");
    assert_eq!(successes(&world, &maria).await, 1);
}

#[tokio::test]
async fn a_confirmation_that_waits_for_panorama_is_not_exchanged_for_another() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let (callback, other) = (world.share(FARM).await, world.share(OTHER_FARM).await);
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    assert_eq!(browser.open(&callback).await.outcome, "finishing");
    assert_eq!(browser.open(&other).await.outcome, "otherOperation");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.credential(&maria).await.1["organizationCode"], FARM);
}

#[tokio::test]
async fn half_of_an_answer_is_an_answer_when_its_status_says_yes() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "malformed" })).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn expired_tokens_are_renewed_within_the_callback() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.fault(json!({ "fault": "expireTokens" })).await;
    let logins = world.calls("initiateAuth").await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm", "one of them was refused");
    assert_eq!(world.calls("initiateAuth").await, logins + 1, "with the refresh token");
    assert_eq!(world.events(&maria).await.len(), 1);
}

#[tokio::test]
async fn revoked_refresh_tokens_are_replaced_by_a_login_within_the_callback() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "fault": "revokeRefreshTokens" })).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
    assert_eq!(world.events(&maria).await.len(), 1);
}

#[tokio::test]
async fn a_login_that_does_not_answer_loses_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world.pass(0, 1);
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "call": "initiateAuth", "fault": "status", "status": 500 })).await;
    assert_eq!(browser.open(&callback).await.outcome, "finishing");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&maria).await, "ACTIVE");
    assert_eq!(successes(&world, &maria).await, 1);
}

#[tokio::test]
async fn a_partners_changed_password_loses_no_farmer() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    let password = world.http.post(world.panorama("/control/partners/STAGE/password"));
    let changed =
        password.json(&json!({ "password": "New-Harvest-2027" })).send().await.expect("an answer");
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "fault": "revokeRefreshTokens" })).await;

    assert_eq!(browser.open(&callback).await.outcome, "finishing");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    world.pass(24 * 60, 0);
    assert_eq!(browser.open(&callback).await.outcome, "finishing");
    assert_eq!(world.status(&maria).await, "PENDING");
    assert_eq!(successes(&world, &maria).await, 0);

    let stage = &world.machine.ready.stage;
    assert_eq!(world.app_key(Method::PUT, stage, "New-Harvest-2027").await, StatusCode::OK);
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&maria).await, "ACTIVE");
    assert_eq!(successes(&world, &maria).await, 1);
}

#[tokio::test]
async fn an_operation_that_is_not_shared_can_still_be_shared() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let seen = browser.open(&world.callback(FARM)).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::CONFLICT, "notShared"));
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
}

#[tokio::test]
async fn an_operation_that_is_not_shared_does_not_lengthen_the_15_minutes() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    world.pass(14, 59);
    assert_eq!(browser.open(&world.callback(FARM)).await.outcome, "notShared");
    world.pass(0, 1);
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "expired");
    assert_eq!(world.state(&[&maria]).await, "sessionExpired, 1 confirm");
}
