//! What Leaf has of growers, farms, fields and files is shown as it is, but files are downloaded
//! from us.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::data::seeds::SHARED;
use crate::world::{FARM, World};

const FIELDS: &str = "/services/fields/api";
const OPERATIONS: &str = "/services/operations/api";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What Leaf answers to the same, with our address in the place of its own. (The simulated Leaf's
/// addresses have the form that ours have; the strict one's have not.)
async fn leafs(world: &World, path: &str) -> Value {
    let (status, answer) = world.json(world.at_leaf(Method::GET, path).await).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    let ours = answer.to_string().replace(&world.leaf(""), &world.api(""));
    serde_json::from_str(&ours).expect("JSON")
}

#[tokio::test]
async fn what_leaf_has_is_shown_as_it_is_page_by_page() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    world.shares(&user, &SHARED).await;
    world.stored(&user, "s2", Some(("harvest_1.2020", 7))).await;
    let files = leafs(&world, &format!("{OPERATIONS}/files?status=processed")).await;
    let file = files["operations"][0]["id"].as_str().expect("an id").to_owned();
    let field = files["operations"][0]["fields"][0].as_str().expect("an id").to_owned();
    let grower = leafs(&world, &format!("{FIELDS}/growers")).await[0]["id"].to_string();
    let farm = leafs(&world, &format!("{FIELDS}/farms")).await[0]["id"].to_string();
    let operations = leafs(&world, &format!("{OPERATIONS}/operations")).await;
    let operation = operations[0]["id"].as_str().expect("an id").to_owned();
    let of_user = format!("{FIELDS}/users/{user}");
    for path in [
        format!("{FIELDS}/growers"),
        format!("{FIELDS}/farms?leafUserId={user}&size=2"),
        format!("{FIELDS}/fields?type=ORIGINAL&farmId={farm}"),
        format!("{of_user}/growers/{grower}"),
        format!("{of_user}/farms/{farm}"),
        format!("{of_user}/fields/{field}"),
        format!("{of_user}/fields?size=1&page=1"),
        format!("{of_user}/fields/{field}/operations/files?operationType=harvested"),
        format!("{of_user}/fields/{field}/operations/files/{file}"),
        format!("{OPERATIONS}/files?sort=id,desc&size=2&page=1"),
        format!("{OPERATIONS}/files?minArea=7"),
        format!("{OPERATIONS}/files/{file}"),
        format!("{OPERATIONS}/files/{file}/status"),
        format!("{OPERATIONS}/operations?leafUserId={user}&operationType=planted"),
        format!("{OPERATIONS}/operations/{operation}"),
        format!("{OPERATIONS}/operations/{operation}/files"),
    ] {
        let answer = world.ask(Method::GET, &path).await;
        assert_eq!(answer.json(200), leafs(&world, &path).await, "{path}");
    }
    let page = world.ask(Method::GET, &format!("{OPERATIONS}/files?sort=id&size=2&page=1")).await;
    assert_eq!(page.header("x-total-count"), Some("4"));
    let links = page.header("link").expect("links");
    assert!(
        links.starts_with(&format!(
            "<{}?sort=id&page=0&size=2>",
            world.api(&format!("{OPERATIONS}/files"))
        )),
        "{links}"
    );
}

#[tokio::test]
async fn what_leaf_refuses_or_has_not_is_told_in_our_words() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    for (path, key) in [
        (format!("{FIELDS}/users/{user}/growers/7"), "growerNotFound"),
        (format!("{FIELDS}/users/{user}/fields/{NOBODY}"), "fieldNotFound"),
        (format!("{FIELDS}/fields?leafUserId={NOBODY}"), "leafUserNotFound"),
        (format!("{FIELDS}/users/{NOBODY}/farms"), "leafUserNotFound"),
        (format!("{OPERATIONS}/files/{NOBODY}"), "fileNotFound"),
        (format!("{OPERATIONS}/files/{NOBODY}/download/original"), "fileNotFound"),
        (format!("{OPERATIONS}/operations/{NOBODY}/files"), "operationNotFound"),
    ] {
        world.ask(Method::GET, &path).await.problem(404, key);
    }
    let sync = |user: &str| format!("{FIELDS}/users/{user}/fields/sync");
    world.ask(Method::POST, &sync(NOBODY)).await.problem(404, "leafUserNotFound");
    let lea = world.create_user("lea").await;
    world.ask(Method::POST, &sync(&lea)).await.problem(400, "leafRefused");
    world.ask(Method::POST, &sync(&user)).await.json(202);
    let answer = world.ask(Method::GET, &format!("{OPERATIONS}/files?status=done")).await;
    answer.problem_of(400, "leafRefused", &["status"]);
}
