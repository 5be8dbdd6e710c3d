//! What only happens in proxy mode: Leaf users that it alone knows, confirmations that it is
//! asked about, the registration of its alerts.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::Scenario;
use super::queues_and_schedules::finish;
use crate::leaf::records::{connect_at_leaf, user_of_leaf};
use crate::permissions::forgetful::Forgetful;
use crate::world::{FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    users_that_leaf_alone_knows(&scenario.machine().await.world).await;
    finish_confirmations(&scenario.machine().await).await;
    registration(&scenario.machine().await.world).await;
}

/// Each function that may be the first to hear of one.
async fn users_that_leaf_alone_knows(world: &World) {
    let user = async || format!("/users/{}", user_of_leaf(world).await);
    let profile = user().await;
    world.gets(200, Method::GET, &profile, None).await;
    let body =
        json!({ "id": user_of_leaf(world).await, "name": "Dale", "email": "dale@farm.example" });
    world.gets(200, Method::PUT, "/users", Some(body)).await;
    world.gets(204, Method::DELETE, &profile, None).await;
    let status = format!("{}/panorama-credentials", user().await);
    world.gets(404, Method::GET, &status, None).await;
    let events = format!("{}/panorama-credentials/events", user().await);
    world.gets(200, Method::GET, &events, None).await;
    let credential = format!("{}/panorama-credentials", user().await);
    world.gets(204, Method::DELETE, &credential, None).await;
    let summary = format!(
        "/services/integrations/api/resources?provider=Panorama&leafUserId={}",
        user_of_leaf(world).await
    );
    let (status, answer) = world.json(world.owner(Method::GET, &summary)).await;
    assert_eq!((status, &answer["summaries"]), (StatusCode::OK, &json!([])), "{answer}");
    world.start_session(&user_of_leaf(world).await, Some(OTHER_FARM)).await;
    let connected = user_of_leaf(world).await;
    connect_at_leaf(world, &connected, FARM).await;
    assert_eq!(world.status(&connected).await, "ACTIVE");
}

/// One that Leaf cannot be asked about, that it has not finished, and that it connects over another
/// operation.
async fn finish_confirmations(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", OTHER_FARM).await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 0 }))
        .await;
    world.comes_back(FARM, "finishing").await;
    world.pass(1, 0);
    world.disturb(&json!({ "fault": "down" })).await;
    assert_eq!(finish(machine, &user).await, 1);
    world.pass(1, 0);
    assert_eq!(finish(machine, &user).await, 1);
    world.mend().await;
    world.comes_back(FARM, "connected").await;
    world.pass(10, 0);
    assert_eq!(finish(machine, &user).await, 0);
    assert_eq!(world.credential(&user).await.1["organizationCode"], FARM);
    assert_eq!(finish(machine, &user).await, 0);
}

async fn registration(world: &World) {
    // Leaf does not take an address of this machine; the secret is stored before it is asked.
    let (status, answer) = world.json(world.owner(Method::POST, "/alerts/leaf/registration")).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "{answer}");
}
