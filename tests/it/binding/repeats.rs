//! The same callback again.

use crate::world::{FARM, OTHER_FARM, World, at_once, tally};

#[tokio::test]
async fn a_repeat_shows_the_same_page_and_does_nothing() {
    for code in [None, Some(FARM)] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let mut browser = world.hop(&world.start_session(&maria, code).await).await;
        let callback = world.share(FARM).await;
        let first = browser.open(&callback).await;
        let credential = world.credential(&maria).await;
        for minutes in [0, 1, 13, 60] {
            world.pass(minutes, 0);
            let again = browser.open(&callback).await;
            assert_eq!(
                (again.status, &*again.outcome, again.body),
                (first.status, "connected", first.body.clone())
            );
        }
        assert_eq!(world.credential(&maria).await, credential);
        assert_eq!(world.events(&maria).await.len(), 1);
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
    }
}

#[tokio::test]
async fn a_repeat_without_the_cookie_is_recognised_by_the_code_of_the_start() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    for (minutes, outcome) in
        [(0, "connected"), (0, "connected"), (14, "connected"), (1, "notBound")]
    {
        world.pass(minutes, 0);
        assert_eq!(world.browser().open(&callback).await.outcome, outcome);
    }
    assert_eq!(world.events(&maria).await.len(), 1);
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_repeat_without_the_cookie_of_a_hop_links_session_tells_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    browser.open(&callback).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn another_operation_after_the_first_is_connected_changes_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    browser.open(&callback).await;
    let credential = world.credential(&maria).await;

    let other = world.share(OTHER_FARM).await;
    assert_eq!(browser.open(&other).await.outcome, "notBound");
    assert_eq!(world.credential(&maria).await, credential);
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_a_cookie_are_one_handshake() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    fifty_at_once(&world, &maria, &browser, &callback).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_a_code_are_one_handshake() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    fifty_at_once(&world, &maria, &world.browser(), &callback).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_both_are_one_handshake() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let browser = world.hop(&world.start_session(&maria, Some(FARM)).await).await;
    let callback = world.share(FARM).await;
    fifty_at_once(&world, &maria, &browser, &callback).await;
}

async fn fifty_at_once(
    world: &World,
    user: &String,
    browser: &crate::world::Browser,
    callback: &str,
) {
    let seen = at_once((0..50).map(|_| {
        let (mut browser, callback) = (browser.clone(), callback.to_owned());
        async move { browser.open(&callback).await }
    }))
    .await;
    let tally = tally(&seen);
    let friendly: usize =
        ["connected", "finishing"].iter().filter_map(|outcome| tally.get(outcome)).sum();
    assert_eq!(friendly, 50, "{tally:?}");
    assert!(tally.contains_key("connected"), "{tally:?}");
    assert_eq!(world.state(&[user]).await, "ACTIVE, 1 confirm");
    let events = world.events(user).await;
    assert_eq!((events.len(), &events[0]["statusCode"]), (1, &200.into()));
    assert_eq!(browser.clone().open(callback).await.outcome, "connected");
}
