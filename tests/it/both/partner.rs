//! What the partner keeps: Leaf users, and credentials that it brings itself.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::with_both_upstreams;
use crate::manual_creation::refresh_token;
use crate::world::{FARM, MANAGEMENT, World};

with_both_upstreams! {
    leaf_users_are_created_found_changed_and_listed
    a_credential_that_the_partner_brings_is_active_at_once
    a_credential_with_a_refresh_token_that_is_no_good_is_told_apart
}

async fn leaf_users_are_created_found_changed_and_listed(world: World) {
    let user = world.create_user("maria").await;
    let path = format!("{MANAGEMENT}/users/{user}");
    let found = world.ask(Method::GET, &path).await.json(200);
    assert_eq!((&found["id"], &found["name"]), (&json!(user), &json!("maria")));
    let changed = json!({
        "id": user, "name": "Maria", "email": "maria@farm.example", "externalId": "grower-7",
    });
    let answer =
        world.ask_with(Method::PUT, &format!("{MANAGEMENT}/users"), &changed).await.json(200);
    assert_eq!(answer["externalId"], "grower-7");
    let listed = world
        .ask(Method::GET, &format!("{MANAGEMENT}/users?externalId=grower-7&page=0&size=5"))
        .await
        .json(200);
    assert_eq!(listed.as_array().expect("an array").len(), 1, "{listed}");
    assert_eq!(listed[0]["name"], "Maria");
    let nobody = json!({
        "id": "00000000-0000-4000-8000-000000000000", "name": "n", "email": "n@farm.example",
    });
    world
        .ask_with(Method::PUT, &format!("{MANAGEMENT}/users"), &nobody)
        .await
        .problem(404, "leafUserNotFound");
}

fn brought(world: &World, refresh_token: &str) -> serde_json::Value {
    let stage = &world.machine.ready.stage;
    json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "organizationCode": FARM, "refreshToken": refresh_token, "clientEnvironment": "STAGE",
    })
}

async fn a_credential_that_the_partner_brings_is_active_at_once(world: World) {
    let before = world.connected("before", FARM).await;
    world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{before}")).await.no_content();
    let user = world.create_user("maria").await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    let body = brought(&world, &refresh_token(&world).await);
    let (status, credential) = world.json(world.owner(Method::POST, &path).json(&body)).await;
    assert_eq!(
        (status, &credential["status"]),
        (StatusCode::CREATED, &"ACTIVE".into()),
        "{credential}"
    );
    assert!(
        credential.get("refreshToken").is_none() && credential.get("accessToken").is_none(),
        "{credential}"
    );
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_credential_with_a_refresh_token_that_is_no_good_is_told_apart(world: World) {
    let user = world.create_user("maria").await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    let answer =
        world.ask_with(Method::POST, &path, &brought(&world, "planted-expired-token")).await;
    answer.problem_of(400, "refreshTokenRefused", &["refreshToken"]);
    assert_eq!(world.status(&user).await, "integrationNotStarted");
}
