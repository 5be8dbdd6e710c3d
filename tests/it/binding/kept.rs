//! Confirmations that fitted nobody: kept, claimed by their code, forgotten.

use shared::domain::kept::MAX_PER_HOUR;

use super::{FARM, OTHER_FARM, PRODUCTION_FARM, THIRD_FARM};
use crate::world::{World, at_once, tally};

#[tokio::test]
async fn a_start_with_the_code_claims_it_and_is_connected_at_once() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");

    let started = world.start_session(&maria, Some(FARM)).await;
    assert_eq!(started.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
    assert_eq!(world.events(&maria).await.len(), 1);
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_start_without_the_code_claims_nothing() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;

    assert_eq!(world.start_session(&maria, None).await.status, "PENDING");
    assert_eq!(world.start_session(&dale, Some(OTHER_FARM)).await.status, "PENDING");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
}

#[tokio::test]
async fn it_is_there_for_24_hours_and_then_gone() {
    for (seconds, status, state) in [(59, "ACTIVE", "ACTIVE, 1 confirm"), (60, "PENDING", "PENDING, 0 confirm")] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let callback = world.share(FARM).await;
        world.browser().open(&callback).await;
        world.pass(24 * 60 - 1, seconds);
        assert_eq!(world.start_session(&maria, Some(FARM)).await.status, status);
        assert_eq!(world.state(&[&maria]).await, state);
    }
}

#[tokio::test]
async fn it_is_claimed_once() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;
    world.unshare(FARM).await;

    // Panorama has heard of no sharing, so the first claim leads to nothing; and it was the only one.
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "PENDING");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
    world.share(FARM).await;
    assert_eq!(world.start_session(&dale, Some(FARM)).await.status, "PENDING");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 1 confirm");
}

#[tokio::test]
async fn it_is_of_one_environment() {
    let world = World::start().await;
    let production = world.register_production().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let callback = world.share(PRODUCTION_FARM).await;
    assert!(callback.contains(production.sharing_url_id));
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");

    assert_eq!(world.start_session(&maria, Some(PRODUCTION_FARM)).await.status, "PENDING");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(world.start_session_in(production, &dale, Some(PRODUCTION_FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING ACTIVE, 1 confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_has_room_for_so_many_of_one_app_key() {
    let world = World::start().await;
    let production = world.register_production().await;
    let users = [world.create_user("a").await, world.create_user("b").await, world.create_user("c").await];

    // The clock stands at the beginning of an hour. The same callback again takes no more room.
    let first = world.share(FARM).await;
    for _ in 0..3 {
        world.browser().open(&first).await;
    }
    let made_up = (1..MAX_PER_HOUR).map(|number| world.callback(&format!("madeUp{number}"))).collect::<Vec<_>>();
    for some in made_up.chunks(20) {
        let opened = some.iter().cloned().map(|callback| {
            let mut browser = world.browser();
            async move { browser.open(&callback).await }
        });
        assert_eq!(tally(&at_once(opened).await), [("notBound", some.len())].into());
    }
    let (one_too_many, of_production) = (world.share(OTHER_FARM).await, world.share(PRODUCTION_FARM).await);
    for callback in [&one_too_many, &of_production] {
        assert_eq!(world.browser().open(callback).await.outcome, "notBound", "nobody is told");
    }
    assert_eq!(world.start_session(&users[0], Some(FARM)).await.status, "ACTIVE", "kept first");
    assert_eq!(world.start_session(&users[1], Some(OTHER_FARM)).await.status, "PENDING", "one too many");
    let in_production = world.start_session_in(production, &users[2], Some(PRODUCTION_FARM)).await;
    assert_eq!(in_production.status, "ACTIVE", "another app key has its own room");

    world.pass(60, 0);
    let user = world.create_user("d").await;
    let next_hour = world.share(THIRD_FARM).await;
    world.browser().open(&next_hour).await;
    assert_eq!(world.start_session(&user, Some(THIRD_FARM)).await.status, "ACTIVE", "the next hour has room again");
}
