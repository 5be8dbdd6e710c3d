//! What only happens in proxy mode: Leaf users that it alone knows, confirmations that it is
//! asked about, the registration of its alerts.

use axum::Json;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::Scenario;
use super::queues_and_schedules::{finish, work_for_the};
use crate::leaf::records::{connect_at_leaf, user_of_leaf};
use crate::magic_links::LINKS;
use crate::permissions::forgetful::Forgetful;
use crate::world::{FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    users_that_leaf_alone_knows(&scenario.machine().await.world).await;
    finish_confirmations(&scenario.machine().await).await;
    registration(&scenario.machine().await.world).await;
    large_file(scenario.machine().await).await;
}

/// One that is asked for twice before it is copied, and is there then.
async fn large_file(mut machine: Forgetful) {
    const FILE: &str = "5d6f1a0c-3f0e-4a55-9b0a-5f9a3f0d2c11";
    const USER: &str = "0f9b4a52-6c1d-4f7e-8a35-2f1d0c9b8e7a";
    machine
        .replace_leaf(async |request: Request| match request.uri().path() {
            "/api/authenticate" => Json(json!({ "id_token": "a-token" })).into_response(),
            "/bytes" => vec![b'x'; 20 * 1024 * 1024].into_response(),
            _ => {
                let file = json!({
                    "id": FILE, "leafUserId": USER, "downloadOriginalFile": "/bytes",
                });
                Json(file).into_response()
            }
        })
        .await;
    let path = format!("/services/operations/api/files/{FILE}/download/original");
    let status = async |machine: &Forgetful| {
        let answer = machine.world.owner(Method::GET, &path).send().await;
        answer.expect("an answer").status().as_u16()
    };
    assert_eq!([status(&machine).await, status(&machine).await], [503, 503]);
    let message = json!({
        "leafUserId": USER, "fileId": "", "givenFileId": FILE, "output": "original",
    });
    assert_eq!(work_for_the(&machine, "store-file", &message, 1).await, 0);
    assert_eq!(status(&machine).await, 302);
}

/// Each function that may be the first to hear of one.
async fn users_that_leaf_alone_knows(world: &World) {
    let user = async || format!("/users/{}", user_of_leaf(world).await);
    let profile = user().await;
    world.gets(200, Method::GET, &profile, None).await;
    let body =
        json!({ "id": user_of_leaf(world).await, "name": "Dale", "email": "dale@farm.example" });
    world.gets(200, Method::PUT, "/users", Some(body)).await;
    let link = format!("{}/users/{}/provider", LINKS, user_of_leaf(world).await);
    let made = world.owner(Method::POST, &link).json(&json!({}));
    assert_eq!(world.json(made).await.0, StatusCode::CREATED);
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
