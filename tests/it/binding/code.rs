//! The code as the proof, and no proof at all.

use crate::world::{FARM, OTHER_FARM, World};

#[tokio::test]
async fn a_session_that_was_started_with_the_code_binds_without_a_cookie() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    world.start_session(&dale, Some(OTHER_FARM)).await;

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");
}

#[tokio::test]
async fn a_code_that_nobody_started_with_binds_nobody() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "integrationNotStarted, 0 confirm");
}

#[tokio::test]
async fn callback_without_proof_is_kept_and_binds_nobody() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let open = world.start_session(&maria, None).await;

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");

    // Not even when the session's own browser is bound: this one is another.
    world.hop(&open).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");

    assert_eq!(world.start_session(&dale, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING ACTIVE, 1 confirm");
}

#[tokio::test]
async fn two_sessions_with_the_same_code_bind_nobody_until_one_starts_again() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    world.start_session(&dale, Some(FARM)).await;

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");

    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");
}

#[tokio::test]
async fn of_two_sessions_with_the_same_code_the_browser_tells_which() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    let dales = world.start_session(&dale, Some(FARM)).await;

    let mut browser = world.hop(&dales).await;
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_session_that_is_over_is_no_candidate_beside_a_live_one() {
    let world = World::start().await;
    let (expired, replaced) =
        (world.create_user("expired").await, world.create_user("replaced").await);
    let live = world.create_user("live").await;
    world.start_session(&expired, Some(FARM)).await;
    world.start_session(&replaced, Some(FARM)).await;
    world.pass(15, 0);
    world.start_session(&replaced, Some(OTHER_FARM)).await;
    world.start_session(&live, Some(FARM)).await;

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(
        world.state(&[&expired, &replaced, &live]).await,
        "sessionExpired PENDING ACTIVE, 1 confirm"
    );
}

#[tokio::test]
async fn the_code_of_a_session_that_was_replaced_proves_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    for (left, code) in [("begun-and-left", None), ("begun-again", Some(OTHER_FARM))] {
        world.start_session(&maria, Some(left)).await;
        world.start_session(&maria, code).await;
        assert_eq!(world.browser().open(&world.callback(left)).await.outcome, "notBound");
        assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
        assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    }
}

#[tokio::test]
async fn a_code_in_other_letters_is_another_code() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.share(FARM).await;
    world.start_session(&maria, Some(FARM)).await;

    for other in
        [FARM.to_lowercase(), FARM.to_uppercase(), format!("{FARM}A"), FARM[1..].to_owned()]
    {
        assert_eq!(world.browser().open(&world.callback(&other)).await.outcome, "notBound");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_deleted_leaf_users_session_binds_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, Some(FARM)).await;
    let mut browser = world.hop(&started).await;
    let path = format!("{}/users/{maria}", crate::world::MANAGEMENT);
    let (status, _) = world.json(world.owner(reqwest::Method::DELETE, &path)).await;
    assert!(status.is_success(), "{status}");

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "leafUserNotFound, 0 confirm");
}

#[tokio::test]
async fn a_hundred_and_one_leaf_users_with_one_code_are_a_contradiction_and_no_error() {
    let world = World::start().await;
    let mut users = Vec::new();
    for number in 0..101 {
        users.push(world.create_user(&format!("user{number}")).await);
        world.start_session(&users[number], Some(FARM)).await;
    }
    let callback = world.share(FARM).await;
    let seen = world.browser().open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (reqwest::StatusCode::BAD_REQUEST, "notBound"));
    assert_eq!(world.calls("confirmSharing").await, 0);
    // Nothing is lost, and a browser still proves whose it is.
    assert_eq!(world.start_session(&users[100], Some(FARM)).await.status, "ACTIVE");
    for user in &users[..2] {
        assert_eq!(world.start_session(user, Some(OTHER_FARM)).await.status, "PENDING");
    }
    world.pass(24 * 60, 0);
    world.start_session(&users[3], Some(OTHER_FARM)).await;
    let callback = world.share(OTHER_FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
}
