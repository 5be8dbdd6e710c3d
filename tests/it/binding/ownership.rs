//! One operation, one owner.

use reqwest::StatusCode;
use serde_json::json;

use crate::world::{FARM, OTHER_FARM, World};

#[tokio::test]
async fn a_start_with_the_code_of_somebody_elses_operation_is_refused() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;
    let before = world.credential(&maria).await;

    let (status, problem) = world.post_start(&dale, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::CONFLICT, &"operationAlreadyConnected".into())
    );
    let told = problem.to_string();
    for secret in [&*maria, "maria", FARM, before.1["id"].as_str().expect("an id")] {
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(world.credential(&maria).await, before);
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE integrationNotStarted, 1 confirm");
}

#[tokio::test]
async fn a_refused_start_leaves_the_session_before_as_it_was() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut dales = world.hop(&world.start_session(&dale, None).await).await;
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;

    let (status, _) = world.post_start(&dale, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let callback = world.share(OTHER_FARM).await;
    assert_eq!(dales.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
}

#[tokio::test]
async fn a_hop_links_farmer_with_somebody_elses_operation_is_told_so_and_nothing_more() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut marias = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    marias.open(&callback).await;
    let (before, events) = (world.credential(&maria).await, world.events(&maria).await);

    let mut dales = world.hop(&world.start_session(&dale, None).await).await;
    for _ in 0..2 {
        let seen = dales.open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::CONFLICT, "operationOwned"));
        for secret in [&*maria, "maria", FARM, before.1["id"].as_str().expect("an id")] {
            assert!(!seen.body.contains(secret), "{}", seen.body);
        }
    }
    let (status, problem) = world.credential(&dale).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::NOT_FOUND, &"sessionOperationAlreadyConnected".into())
    );
    assert!(!problem.to_string().contains(&maria) && !problem.to_string().contains(FARM));
    let told = world.events(&dale).await;
    assert_eq!((told.len(), &told[0]["statusCode"]), (1, &409.into()));
    assert!(!told[0].to_string().contains(&maria) && !told[0].to_string().contains(FARM));

    assert_eq!((world.credential(&maria).await, world.events(&maria).await), (before, events));
    let state = world.state(&[&maria, &dale]).await;
    assert_eq!(state, "ACTIVE sessionOperationAlreadyConnected, 1 confirm");
}

#[tokio::test]
async fn an_owner_who_was_there_first_wins_also_against_a_session_of_the_code() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&dale, Some(FARM)).await;
    world.pass(1, 0);
    let mut marias = world.hop(&world.start_session(&maria, Some(FARM)).await).await;
    let callback = world.share(FARM).await;
    assert_eq!(marias.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");

    // Two were started with the code, so without the cookie it is not even known that dale is
    // meant.
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");
    let (status, _) = world.post_start(&dale, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_session_of_the_code_is_refused_when_the_operation_became_somebody_elses_meanwhile() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&dale, Some(FARM)).await;
    let mut marias = world.hop(&world.start_session(&maria, None).await).await;
    // Maria's callback contradicts dale's start, so dale starts with another code before she comes
    // back, and then again.
    world.start_session(&dale, Some(OTHER_FARM)).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    let callback = world.share(FARM).await;
    assert_eq!(marias.open(&callback).await.outcome, "finishing");
    world.start_session(&dale, Some(FARM)).await;
    assert_eq!(marias.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 2 confirm");

    for _ in 0..2 {
        let seen = world.browser().open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::CONFLICT, "operationOwned"));
    }
    let state = world.state(&[&maria, &dale]).await;
    assert_eq!(state, "ACTIVE sessionOperationAlreadyConnected, 2 confirm");
}

#[tokio::test]
async fn another_operation_in_its_place_releases_the_first() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    let farm = world.share(FARM).await;
    world.browser().open(&farm).await;
    let first = world.credential(&maria).await.1;

    world.start_session(&maria, Some(OTHER_FARM)).await;
    let (status, _) = world.post_start(&dale, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(status, StatusCode::CONFLICT, "it is maria's until the other one is connected");
    let other_farm = world.share(OTHER_FARM).await;
    assert_eq!(world.browser().open(&other_farm).await.outcome, "connected");
    let second = world.credential(&maria).await.1;
    assert_eq!(second["organizationCode"], OTHER_FARM);
    assert_ne!(second["id"], first["id"]);

    world.start_session(&dale, Some(FARM)).await;
    assert_eq!(world.browser().open(&farm).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 3 confirm");
    let (status, _) = world.post_start(&maria, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(status, StatusCode::CONFLICT, "now it is dale's");
}

#[tokio::test]
async fn an_operation_of_stage_and_one_of_production_are_two() {
    let world = World::start().await;
    let production = world.register_production().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&maria, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;

    // The same letters name nothing of maria's in the other environment.
    let started = world.start_session_in(production, &dale, Some(FARM)).await;
    assert_eq!(started.status, "PENDING");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");
}

#[tokio::test]
async fn the_sixth_different_code_closes_the_session() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    for attempt in [1, 2, 2, 3, 4, 5, 5, 1] {
        let callback = world.callback(&format!("wrong{attempt}"));
        assert_eq!(browser.open(&callback).await.outcome, "notShared");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 8 confirm");

    let callback = world.share(FARM).await;
    for _ in 0..2 {
        let seen = browser.open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::CONFLICT, "tooManyOperations"));
    }
    assert_eq!(world.state(&[&maria]).await, "sessionTooManyOperations, 8 confirm");
    // The farmer was right with the sixth: that is not lost either.
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 9 confirm");
}
