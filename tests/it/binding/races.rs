//! Several at the same moment.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, PRODUCTION_FARM, World, at_once, tally};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_starts_at_once_for_one_leaf_user_leave_one_live_session() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let path = format!("{MANAGEMENT}/users/{maria}/one-click-integration/Panorama");
    let starts = (0..20).map(|_| {
        let request = world.owner(Method::POST, &path).json(&world.start_body("STAGE", None));
        async move {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
            let answer: serde_json::Value = answer.json().await.expect("JSON");
            answer["signInUrl"].as_str().expect("a link").to_owned()
        }
    });
    let links = at_once(starts).await;
    assert_eq!(links.iter().collect::<BTreeSet<_>>().len(), 20);

    let mut live = Vec::new();
    for link in links {
        let mut browser = world.browser();
        let seen = browser.press(&link).await;
        match seen.status {
            StatusCode::SEE_OTHER => live.push(browser),
            _ => assert_eq!(seen.outcome, "unknownLink"),
        }
    }
    let [browser] = &mut live[..] else { panic!("{} are live", live.len()) };
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_at_once_for_a_kept_confirmation_make_one_credential() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;
    let path = format!("{MANAGEMENT}/users/{maria}/one-click-integration/Panorama");
    let starts = (0..10).map(|_| {
        let request = world.owner(Method::POST, &path).json(&world.start_body("STAGE", Some(FARM)));
        async move { request.send().await.expect("an answer").status() }
    });
    let statuses = at_once(starts).await;
    assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
    // Whoever loses again and again is told to try again; nobody meets an error of ours.
    assert!(
        statuses.iter().all(|status| [StatusCode::OK, StatusCode::CONFLICT].contains(status)),
        "{statuses:?}"
    );

    assert_eq!(world.status(&maria).await, "ACTIVE");
    let credential = world.credential(&maria).await;
    world.browser().open(&callback).await;
    assert_eq!(world.credential(&maria).await, credential);
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_of_two_app_keys_at_once_bind_each_its_own() {
    let world = World::start().await;
    let production = world.register_production().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    world.start_session_in(production, &dale, Some(PRODUCTION_FARM)).await;
    let callbacks = [world.share(FARM).await, world.share(PRODUCTION_FARM).await];
    let seen = at_once(callbacks.map(|callback| {
        let mut browser = world.browser();
        async move { browser.open(&callback).await }
    }))
    .await;
    assert_eq!(tally(&seen), [("connected", 2)].into());
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
    assert_eq!(world.credential(&maria).await.1["clientEnvironment"], "STAGE");
    assert_eq!(world.credential(&dale).await.1["clientEnvironment"], "PRODUCTION");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_leaf_users_at_once_for_one_operation_make_one_owner() {
    for _ in 0..5 {
        let world = World::start().await;
        let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
        let callback = world.share(FARM).await;
        let browsers = [
            world.hop(&world.start_session(&maria, None).await).await,
            world.hop(&world.start_session(&dale, None).await).await,
        ];
        let seen = at_once(browsers.map(|mut browser| {
            let callback = callback.clone();
            async move { browser.open(&callback).await }
        }))
        .await;
        assert_eq!(tally(&seen), [("connected", 1), ("operationOwned", 1)].into());
        let mut statuses = [world.status(&maria).await, world.status(&dale).await];
        statuses.sort();
        assert_eq!(statuses, ["ACTIVE", "sessionOperationAlreadyConnected"]);
        assert!((1..=2).contains(&world.calls("confirmSharing").await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_browser_at_once_with_two_operations_connects_one_of_them() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let browser = world.hop(&world.start_session(&maria, None).await).await;
    let callbacks = [world.share(FARM).await, world.share(OTHER_FARM).await];
    let seen = at_once(callbacks.map(|callback| {
        let mut browser = browser.clone();
        async move { browser.open(&callback).await }
    }))
    .await;
    let tally = tally(&seen);
    assert_eq!(tally.get("connected"), Some(&1), "{tally:?}");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_and_its_callback_at_once_lose_nothing() {
    for _ in 0..10 {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let callback = world.share(FARM).await;
        let path = format!("{MANAGEMENT}/users/{maria}/one-click-integration/Panorama");
        let start = world.owner(Method::POST, &path).json(&world.start_body("STAGE", Some(FARM)));
        let mut browser = world.browser();
        let (started, seen) = tokio::join!(start.send(), browser.open(&callback));
        assert_eq!(started.expect("an answer").status(), StatusCode::OK);

        // The callback came first and was kept and claimed, or it came second and was bound; or it
        // was kept just after the start had looked, and then the next start has it.
        if world.status(&maria).await == "PENDING" {
            assert_eq!(seen.outcome, "notBound");
            assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
        }
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
    }
}
