//! Links for a partner's own ids: the Leaf user is found or made.

use local::Upstream;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::LINKS;
use crate::world::{MANAGEMENT, World, at_once};

/// The Leaf user that a link for this id is for, or the problem's `errorKey`.
async fn linked(request: reqwest::RequestBuilder, id: &str) -> String {
    let body = json!({ "externalId": id, "provider": "Panorama" });
    let answer = request.json(&body).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    let text = answer["leafUserId"].as_str().or(answer["errorKey"].as_str());
    text.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn request(world: &World) -> reqwest::RequestBuilder {
    world.owner(Method::POST, &format!("{LINKS}/authentication"))
}

async fn users(world: &World) -> Vec<Value> {
    let path = format!("{MANAGEMENT}/users?externalId=grower-9142");
    let (status, users) = world.json(world.owner(Method::GET, &path)).await;
    assert_eq!(status, StatusCode::OK, "{users}");
    users.as_array().expect("a list").clone()
}

#[tokio::test]
async fn the_same_external_id_is_the_same_leaf_user() {
    for upstream in [Upstream::Panorama, Upstream::Leaf] {
        let world = World::start_on(upstream).await;
        let first = linked(request(&world), "grower-9142").await;
        assert_eq!(linked(request(&world), "grower-9142").await, first);
        assert_ne!(linked(request(&world), "grower-0143").await, first);
        let users = users(&world).await;
        assert_eq!((users.len(), &users[0]["id"]), (1, &json!(first)));
        assert_eq!(users[0]["name"], "grower-9142");
    }
}

#[tokio::test]
async fn a_leaf_user_that_has_the_external_id_is_found() {
    for upstream in [Upstream::Panorama, Upstream::Leaf] {
        let world = World::start_on(upstream).await;
        let body = json!({ "name": "Maria", "externalId": "grower-9142" });
        let created = world.owner(Method::POST, &format!("{MANAGEMENT}/users")).json(&body);
        let (status, user) = world.json(created).await;
        assert_eq!(status, StatusCode::CREATED, "{user}");
        assert_eq!(linked(request(&world), "grower-9142").await, user["id"]);
        assert_eq!(users(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn two_at_once_make_one_leaf_user() {
    for upstream in [Upstream::Panorama, Upstream::Leaf] {
        let world = World::start_on(upstream).await;
        let requests = (0..20).map(|_| request(&world));
        let requests: Vec<_> = requests.collect();
        let tries = requests.into_iter().map(|request| linked(request, "grower-9142"));
        let mut seen = at_once(tries.collect::<Vec<_>>()).await;
        seen.retain(|seen| seen != "concurrentChange");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(users(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn an_external_id_whose_leaf_user_is_deleted_or_has_another_finds_a_new_one() {
    let world = World::start().await;
    let first = linked(request(&world), "grower-9142").await;
    let path = format!("{MANAGEMENT}/users/{first}");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    let second = linked(request(&world), "grower-9142").await;
    assert_ne!(second, first, "a deleted Leaf user's data is being deleted under its id");
    let path = format!("{MANAGEMENT}/users/{second}");
    let other = world.owner(Method::PATCH, &path).json(&json!({ "externalId": "grower-7" }));
    assert_eq!(world.json(other).await.0, StatusCode::OK);
    let third = linked(request(&world), "grower-9142").await;
    assert_ne!(third, second, "it has another id now");
    assert_eq!(linked(request(&world), "grower-9142").await, third);
    assert_eq!(linked(request(&world), "grower-7").await, second);
}
