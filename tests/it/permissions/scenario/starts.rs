//! `start-integration`: starts, and the hop link.

use application::use_cases::disconnect::{Again, Scope, disconnect};
use axum::Json;
use reqwest::StatusCode;
use serde_json::json;
use shared::service::Service;

use super::{Scenario, inline};
use crate::world::{FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    bodies(&scenario.machine().await.world).await;
    finishes_what_was_kept(&scenario.machine().await.world).await;
    hop_link(&scenario.machine().await.world).await;
}

/// The bodies of the contract: a name; credentials that are an app key's, are its new ones, are
/// missing from it, or become one.
async fn bodies(world: &World) {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let started = async |body| {
        let (status, answer) = world.post_start(&user, &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    };
    let stage = &world.machine.ready.stage;
    started(inline(stage)).await;
    world.change_partner_password("STAGE", "Another-Harvest-2027").await;
    let mut changed = inline(stage);
    changed["password"] = "Another-Harvest-2027".into();
    started(changed.clone()).await;
    world.lose_the_secret().await;
    started(changed.clone()).await;
    world.schedule_deletion("app-key/STAGE/prairie-insights").await;
    started(changed).await;
    let production = &world.machine.ready.production;
    let mut new = inline(production);
    new["sharingUrlId"] = production.sharing_url_id.into();
    started(new).await;
}

/// A confirmation that was kept, and one that its callback could not finish.
async fn finishes_what_was_kept(world: &World) {
    world.comes_back(FARM, "notBound").await;
    let user = world.create_user("maria").await;
    world.tokens_expire().await;
    assert_eq!(world.start_session(&user, Some(FARM)).await.status, "ACTIVE");
    // Over the credential that it has; and Panorama is down, so the session is put off.
    world.start_session(&user, Some(OTHER_FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 2 }))
        .await;
    world.comes_back(OTHER_FARM, "finishing").await;
    world.pass(1, 0);
    assert_eq!(world.start_session(&user, Some(OTHER_FARM)).await.status, "PENDING");
    world.pass(1, 0);
    // Another operation: what is not finished is kept.
    assert_eq!(world.start_session(&user, Some(FARM)).await.status, "PENDING");
    assert_eq!(world.start_session(&user, Some(OTHER_FARM)).await.status, "ACTIVE");
}

/// While Panorama confirms, somebody ends the connection: what was made of the session is read
/// again.
pub(super) async fn finds_another_at_work(scenario: &Scenario<'_>) {
    let mut machine = scenario.machine().await;
    machine.world.comes_back(FARM, "notBound").await;
    let user = machine.world.create_user("maria").await;
    let (service, id) = (machine.process(), user.parse().expect("an id"));
    machine
        .replace_partner_api(move |_| {
            let service = service.clone();
            async move {
                let Service { ports, records, .. } = service;
                let ended = disconnect(&ports, &*records, id, Scope::Connection, Again::ByCode);
                ended.await.expect("it is ended");
                Json(json!({}))
            }
        })
        .await;
    assert_eq!(machine.world.start_session(&user, Some(FARM)).await.status, "PENDING");
}

async fn hop_link(world: &World) {
    let user = world.create_user("maria").await;
    let started = world.start_session(&user, None).await;
    world.hop(&started).await;
    let continued = world.browser().press(&world.hop_link(&started)).await;
    assert_eq!(continued.status, StatusCode::SEE_OTHER);
}
