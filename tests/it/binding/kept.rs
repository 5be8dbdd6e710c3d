//! Confirmations that fitted nobody: kept, claimed by their code, forgotten.

use reqwest::StatusCode;

use crate::world::{FARM, OTHER_FARM, PRODUCTION_FARM, THIRD_FARM, World, at_once, tally};

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
    for (seconds, status, state) in
        [(59, "ACTIVE", "ACTIVE, 1 confirm"), (60, "PENDING", "PENDING, 0 confirm")]
    {
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

    // Panorama has heard of no sharing, so the first claim leads to nothing; and it was the only
    // one.
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
    assert_eq!(
        world.start_session_in(production, &dale, Some(PRODUCTION_FARM)).await.status,
        "ACTIVE"
    );
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING ACTIVE, 1 confirm");
}

/// Somebody sends made-up codes.
async fn flood(world: &World, codes: u32) {
    let made_up =
        (0..codes).map(|number| world.callback(&format!("madeUp{number}"))).collect::<Vec<_>>();
    for some in made_up.chunks(20) {
        let opened = some.iter().cloned().map(|callback| {
            let mut browser = world.browser();
            async move { browser.open(&callback).await }
        });
        let seen = at_once(opened).await;
        assert!(
            seen.iter().all(|seen| ["notBound", "busy"].contains(&&*seen.outcome)),
            "{:?}",
            tally(&seen)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_made_up_codes_use_up_nothing_of_a_farmer_with_a_proof() {
    let world = World::start().await;
    let production = world.register_production().await;
    let names = [
        "late with the cookie",
        "late with the code",
        "at another operation",
        "at once",
        "in production",
    ];
    let mut users = Vec::new();
    for name in names {
        users.push(world.create_user(&name.replace(' ', "-")).await);
    }
    let mut late = world.hop(&world.start_session(&users[0], None).await).await;
    world.start_session(&users[1], Some(OTHER_FARM)).await;
    world.pass(15, 0);
    let mut elsewhere = world.hop(&world.start_session(&users[2], Some(THIRD_FARM)).await).await;
    let mut at_once = world.hop(&world.start_session(&users[3], None).await).await;
    flood(&world, 500).await;

    let (farm, other_farm) = (world.share(FARM).await, world.share(OTHER_FARM).await);
    let (wrong_farm, in_production) =
        (world.share("b3VxKq9R").await, world.share(PRODUCTION_FARM).await);
    assert_eq!(late.open(&farm).await.outcome, "expired");
    // It is kept, but its page must be that of an unknown code.
    assert_eq!(world.browser().open(&other_farm).await.outcome, "busy");
    assert_eq!(elsewhere.open(&wrong_farm).await.outcome, "otherOperation");
    let connected = world.share("x2LrT7vN").await;
    assert_eq!(at_once.open(&connected).await.outcome, "connected");
    assert_eq!(
        world.browser().open(&in_production).await.outcome,
        "notBound",
        "another app key has its own room"
    );

    assert_eq!(world.start_session(&users[0], Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.start_session(&users[1], Some(OTHER_FARM)).await.status, "ACTIVE");
    assert_eq!(world.start_session(&users[2], Some("b3VxKq9R")).await.status, "ACTIVE");
    assert_eq!(
        world.start_session_in(production, &users[4], Some(PRODUCTION_FARM)).await.status,
        "ACTIVE"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_from_another_address_is_kept_as_if_nothing_were() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    flood(&world, 60).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser_at("127.0.0.2").open(&callback).await.outcome, "notBound");
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_farmer_behind_the_address_of_a_flood_is_told_the_truth_and_the_page_tries_again_until_there_is_room()
 {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    flood(&world, 60).await;
    let callback = world.share(FARM).await;
    let mut browser = world.browser();
    let busy = browser.open(&callback).await;
    assert_eq!((busy.status, &*busy.outcome), (StatusCode::TOO_MANY_REQUESTS, "busy"));
    assert!(
        busy.body.contains("<meta http-equiv=\"refresh\" content=\"3\">"),
        "it tries again by itself"
    );
    let started = world.start_session(&maria, Some(FARM)).await;
    assert_eq!(started.status, "PENDING", "nothing was kept, and the page does not say so");
    assert!(started.sign_in_url.contains("/connections/"));

    // The room of the next ten minutes.
    world.pass(10, 0);
    let (dale, other) = (world.create_user("dale").await, world.share(OTHER_FARM).await);
    assert_eq!(browser.reload().await.outcome, "connected", "maria has started with it meanwhile");
    assert_eq!(world.browser().open(&other).await.outcome, "notBound");
    assert_eq!(world.start_session(&dale, Some(OTHER_FARM)).await.status, "ACTIVE");
}

#[tokio::test]
async fn another_sites_pictures_use_up_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    for what in ["image", "iframe", "empty", "script"] {
        let request = world
            .http
            .get(&callback)
            .header("sec-fetch-dest", what)
            .header("sec-fetch-site", "cross-site");
        assert_eq!(world.browser().send_and_land(request).await.outcome, "notBound", "{what}");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
}
