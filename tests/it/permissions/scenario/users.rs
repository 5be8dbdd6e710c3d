//! `users`.

use reqwest::Method;
use serde_json::json;

use crate::world::{FARM, World};

pub(super) async fn scene(world: &World) {
    let user = world.connected("maria", FARM).await;
    for query in ["", "?name=maria", "?email=maria@farm.example", "?externalId=1"] {
        world.gets(200, Method::GET, &format!("/users{query}"), None).await;
    }
    // The last one is longer than its page.
    for query in ["id&size=100", "name&size=100", "email&size=100", "externalId&size=1"] {
        world.gets(200, Method::GET, &format!("/users?sort={query}"), None).await;
    }
    let path = format!("/users/{user}");
    world.gets(200, Method::GET, &path, None).await;
    let body = json!({ "id": user, "name": "Maria", "email": "maria@farm.example" });
    world.gets(200, Method::PUT, "/users", Some(body)).await;
    world.gets(200, Method::PATCH, &path, Some(json!({ "phone": "1" }))).await;
    // With a credential and its history; then one that has neither.
    world.gets(204, Method::DELETE, &path, None).await;
    world.gets(200, Method::GET, &format!("{path}/data-deletion"), None).await;
    let user = world.create_user("dale").await;
    world.gets(204, Method::DELETE, &format!("/users/{user}"), None).await;
}
