//! A new start while there is something already.

use serde_json::json;

use crate::world::{FARM, OTHER_FARM, World};

const DOWN: &str = r#"{"call": "confirmSharing", "fault": "status", "status": 503, "times": 0}"#;

/// A world in which maria's farmer has confirmed and Panorama is down.
async fn confirming(code: Option<&str>) -> (World, String) {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, code).await).await;
    world.fault(serde_json::from_str(DOWN).expect("JSON")).await;
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "finishing");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    (world, maria)
}

#[tokio::test]
async fn a_new_start_carries_the_farmers_confirmation_on() {
    for before in [None, Some(FARM)] {
        for after in [None, Some(FARM)] {
            let (world, maria) = confirming(before).await;
            assert_eq!(world.start_session(&maria, after).await.status, "PENDING");
            assert_eq!(world.state(&[&maria]).await, "PENDING, 2 confirm");
            world.pass(20, 0);
            assert_eq!(world.status(&maria).await, "PENDING", "the farmer came in time");

            world.mend().await;
            assert_eq!(world.start_session(&maria, after).await.status, "ACTIVE");
            assert_eq!(world.state(&[&maria]).await, "ACTIVE, 3 confirm");
            assert_eq!(world.credential(&maria).await.1["organizationCode"], FARM);
        }
    }
}

#[tokio::test]
async fn a_new_start_with_another_code_keeps_the_confirmation_for_whoever_starts_with_its_code() {
    for claimed_by_another in [false, true] {
        let (world, maria) = confirming(None).await;
        let dale = world.create_user("dale").await;
        assert_eq!(world.start_session(&maria, Some(OTHER_FARM)).await.status, "PENDING");
        assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");

        world.mend().await;
        let user = if claimed_by_another { &dale } else { &maria };
        assert_eq!(world.start_session(user, Some(FARM)).await.status, "ACTIVE");
        let state = if claimed_by_another {
            "PENDING ACTIVE, 2 confirm"
        } else {
            "ACTIVE integrationNotStarted, 2 confirm"
        };
        assert_eq!(world.state(&[&maria, &dale]).await, state);
    }
}

#[tokio::test]
async fn a_new_start_in_the_other_environment_keeps_the_confirmation_in_its_own() {
    let (world, maria) = confirming(None).await;
    let production = world.register_production().await;
    assert_eq!(world.start_session_in(production, &maria, None).await.status, "PENDING");
    assert_eq!(world.start_session_in(production, &maria, Some(FARM)).await.status, "PENDING");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    world.mend().await;
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
}

#[tokio::test]
async fn starting_again_never_degrades_a_working_credential() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    browser.open(&callback).await;
    let credential = world.credential(&maria).await;

    world.start_session(&maria, None).await;
    assert_eq!(world.credential(&maria).await, credential, "waiting");
    world.pass(15, 0);
    assert_eq!(world.credential(&maria).await, credential, "expired");
    let mut browser = world.hop(&world.start_session(&maria, Some(OTHER_FARM)).await).await;
    assert_eq!(browser.open(&world.callback(OTHER_FARM)).await.outcome, "notShared");
    assert_eq!(world.credential(&maria).await, credential, "refused by Panorama");
    world.fault(json!({ "call": "confirmSharing", "fault": "dropBefore" })).await;
    assert_eq!(browser.open(&world.callback(OTHER_FARM)).await.outcome, "finishing");
    assert_eq!(world.credential(&maria).await, credential, "waiting for Panorama");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 3 confirm");
}

#[tokio::test]
async fn connecting_the_same_operation_again_keeps_the_credential() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    world.hop(&world.start_session(&maria, None).await).await.open(&callback).await;
    let credential = world.credential(&maria).await;

    world.pass(60, 0);
    world.start_session(&maria, Some(FARM)).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.credential(&maria).await, credential);
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
    assert_eq!(world.events(&maria).await.len(), 2);
}
