//! Fifteen minutes, by the clock.

use reqwest::StatusCode;

use crate::world::{FARM, World};

#[tokio::test]
async fn the_farmer_has_until_the_last_second_of_15_minutes_with_a_cookie() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world.pass(14, 59);
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_farmer_has_until_the_last_second_of_15_minutes_with_a_code() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.pass(14, 59);
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn after_15_minutes_a_cookie_is_too_late_and_the_confirmation_is_claimed_by_the_next_start_with_the_code()
 {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world.pass(15, 0);
    let seen = browser.open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::GONE, "expired"));
    assert_eq!(world.state(&[&maria]).await, "sessionExpired, 0 confirm");

    assert_eq!(world.start_session(&maria, None).await.status, "PENDING");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn after_15_minutes_a_code_is_too_late_and_the_confirmation_is_claimed_by_the_next_start_with_it()
 {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.pass(15, 0);
    for _ in 0..2 {
        // Only a browser that proves it is told that it is late: a code alone must not tell that
        // somebody had started with it.
        let seen = world.browser().open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::BAD_REQUEST, "notBound"));
    }
    assert_eq!(world.state(&[&maria]).await, "sessionExpired, 0 confirm");

    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}
