//! The callback's address: which app key it names, and what it must bring.

use reqwest::StatusCode;
use serde_json::json;

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, PRODUCTION_FARM, World};

#[tokio::test]
async fn a_stage_session_does_not_end_in_production_nor_a_production_session_in_stage() {
    let world = World::start().await;
    let stage = &world.machine.ready.stage;
    let production = world.register_production().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);

    for (account, other, farm) in [(stage, production, FARM), (production, stage, PRODUCTION_FARM)]
    {
        let mut with_cookie = world.hop(&world.start_session_in(account, &maria, None).await).await;
        world.start_session_in(account, &dale, Some(farm)).await;
        world.share(farm).await;
        let astray = world.callback_at(other.sharing_url_id, farm);
        assert_eq!(with_cookie.open(&astray).await.outcome, "notBound");
        assert_eq!(world.browser().open(&astray).await.outcome, "notBound");
        assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
    }
    let callback = world.callback_at(production.sharing_url_id, PRODUCTION_FARM);
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING ACTIVE, 1 confirm");
    assert_eq!(world.credential(&dale).await.1["clientEnvironment"], "PRODUCTION");
}

#[tokio::test]
async fn a_session_ends_at_its_own_app_key_of_an_environment() {
    let world = World::start().await;
    let (stage, other) = (&world.machine.ready.stage, "0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44");
    let body = json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "sharingUrlId": other,
    });
    let path = format!("{MANAGEMENT}/app-keys/Panorama/second-app/STAGE");
    let (status, answer) = world.json(world.owner(reqwest::Method::POST, &path).json(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut with_cookie = world.hop(&world.start_session(&maria, None).await).await;
    world.start_session(&dale, Some(FARM)).await;

    world.share(FARM).await;
    let astray = world.callback_at(other, FARM);
    assert_eq!(with_cookie.open(&astray).await.outcome, "notBound");
    assert_eq!(world.browser().open(&astray).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
}

#[tokio::test]
async fn the_sharing_url_id_is_taken_from_the_path_or_from_the_query() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let id = world.machine.ready.stage.sharing_url_id;
    let in_path = world.api(&format!("/sharing-confirmation/{}?orgCode={FARM}", id.to_uppercase()));
    let in_query =
        world.api(&format!("/sharing-confirmation?sharingUrlId={id}&orgCode={OTHER_FARM}"));
    for (user, farm, callback) in [(&maria, FARM, in_path), (&dale, OTHER_FARM, in_query)] {
        world.start_session(user, Some(farm)).await;
        world.share(farm).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "connected", "{callback}");
    }
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
}

#[tokio::test]
async fn an_unknown_or_malformed_sharing_url_id_leads_nowhere() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, Some(FARM)).await).await;
    world.share(FARM).await;

    let unknown = "0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44";
    for path in [
        format!("/{unknown}?orgCode={FARM}"),
        format!("?sharingUrlId={unknown}&orgCode={FARM}"),
        format!("/prairie-insights?orgCode={FARM}"),
        format!("?sharingUrlId=prairie-insights&orgCode={FARM}"),
        format!("?sharingUrlId=&orgCode={FARM}"),
        format!("?orgCode={FARM}"),
        format!("/%00?orgCode={FARM}"),
    ] {
        let seen = browser.open(&world.api(&format!("/sharing-confirmation{path}"))).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"), "{path}");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_missing_doubled_or_malformed_code_binds_nobody() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    let (address, _) = callback.split_once('?').expect("a query");

    let long = "a".repeat(65);
    for query in [
        "",
        "?",
        "?orgCode",
        "?orgCode=",
        "?orgCode=%20",
        "?orgcode=krwv4vYH",
        "?orgCode=krwv4vYH&orgCode=krwv4vYH",
        "?orgCode=krwv4vYH&orgCode=Hn5cW7pd",
        "?orgCode=&orgCode=krwv4vYH",
        "?orgCode=krwv4vYH%00",
        "?orgCode=..%2Fkrwv4vYH",
        "?orgCode=krwv4vYH%2Fconfirm",
        "?orgCode=%F0%9F%8C%BE",
        "?orgCode=%FF%FE",
        "?orgCode=%3Cscript%3E",
        &format!("?orgCode={long}"),
    ] {
        let seen = browser.open(&format!("{address}{query}")).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::BAD_REQUEST, "notBound"), "{query}");
        assert!(!seen.body.contains("<script"));
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn an_error_outranks_every_identifier_and_the_session_goes_on() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, Some(FARM)).await).await;
    let callback = world.share(FARM).await;

    let unknown = "0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44";
    for declined in [
        format!("{callback}&error=access_denied"),
        callback.replace('?', "?error=access_denied&"),
        format!("{callback}&error="),
        world.api(&format!("/sharing-confirmation/{unknown}?error=access_denied&orgCode={FARM}")),
        world.api(&format!("/sharing-confirmation?error=access_denied&orgCode={FARM}")),
        world.api("/sharing-confirmation/x?error=%3Cscript%3E"),
    ] {
        let seen = browser.open(&declined).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::OK, "declined"), "{declined}");
        assert!(!seen.body.contains("<script"));
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}
