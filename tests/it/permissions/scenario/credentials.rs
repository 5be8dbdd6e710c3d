//! `credentials` and `resources`.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Scenario, inline};
use crate::manual_creation::{already_shared, refresh_token};
use crate::world::{FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    statuses(&scenario.machine().await.world).await;
    manual_creation(&scenario.machine().await.world).await;
    resources(&scenario.machine().await.world).await;
}

async fn statuses(world: &World) {
    let user = world.connected("maria", FARM).await;
    let path = format!("/users/{user}/panorama-credentials");
    world.gets(200, Method::GET, &path, None).await;
    world.gets(200, Method::GET, &format!("{path}?verify=true"), None).await;
    world.gets(200, Method::GET, &format!("{path}/events"), None).await;
    world.gets(200, Method::GET, "/panorama-credentials?size=1", None).await;
    world.gets(204, Method::DELETE, &path, None).await;
    world.gets(204, Method::DELETE, &path, None).await;
}

/// One that finds the switch off, and one that finds the login refused.
pub(super) async fn live_looks(world: &World) {
    let user = world.connected("maria", FARM).await;
    let path = format!("/users/{user}/panorama-credentials");
    world.unshare(FARM).await;
    world.pass(15, 0);
    world.tokens_expire().await;
    let live = world.gets(200, Method::GET, &format!("{path}?verify=true"), None).await;
    assert_eq!(live["status"], "REVOKED");
    world.password_is_outdated().await;
    world.pass(15, 0);
    let live = world.gets(200, Method::GET, &format!("{path}?verify=true"), None).await;
    assert_eq!(live["status"], "REVOKED");
}

/// With the app key's login, over another operation; with its new password; with a refused refresh
/// token.
async fn manual_creation(world: &World) {
    already_shared(world, FARM).await;
    let user = world.connected("maria", OTHER_FARM).await;
    let path = format!("/users/{user}/panorama-credentials");
    let mut body = inline(&world.machine.ready.stage);
    body["organizationCode"] = FARM.into();
    body["refreshToken"] = refresh_token(world).await.into();
    world.gets(201, Method::POST, &path, Some(body.clone())).await;
    world.change_partner_password("STAGE", "Another-Harvest-2027").await;
    body["password"] = "Another-Harvest-2027".into();
    world.gets(201, Method::POST, &path, Some(body.clone())).await;
    body["refreshToken"] = "never-given".into();
    world.gets(400, Method::POST, &path, Some(body)).await;
}

async fn resources(world: &World) {
    let user = world.connected("maria", FARM).await;
    world.connected("dale", OTHER_FARM).await;
    world.tokens_expire().await;
    for query in [
        &*format!("provider=Panorama&leafUserId={user}"),
        &format!("provider=CNHI&leafUserId={user}"),
        "size=1",
    ] {
        let path = format!("/services/integrations/api/resources?{query}");
        let (status, answer) = world.json(world.owner(Method::GET, &path)).await;
        assert_eq!((status, &answer["message"]), (StatusCode::OK, &json!("SUCCESS")), "{answer}");
    }
}
