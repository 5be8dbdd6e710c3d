//! `fields` and `operations`: every list in every order, of all and of one, whole and in pages.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::Scenario;
use crate::data::seeds::SHARED;
use crate::world::{FARM, World};

const FIELDS: &str = "/services/fields/api";
const OPERATIONS: &str = "/services/operations/api";

pub(super) async fn scene(scenario: &Scenario<'_>) {
    let world = &scenario.machine().await.world;
    let user = world.connected("maria", FARM).await;
    world.shares(&user, &SHARED).await;
    let of_user = format!("{FIELDS}/users/{user}");
    let field = first(world, &format!("{of_user}/fields")).await;
    let farm = first(world, &format!("{FIELDS}/farms?size=1")).await;
    let grower = first(world, &format!("{of_user}/growers?size=1")).await;
    let file = first(world, &format!("{of_user}/fields/{field}/operations/files?size=1")).await;
    let operation = first(world, &format!("{OPERATIONS}/operations")).await;
    for path in [
        "growers".to_owned(),
        format!("farms?growerId={grower}"),
        format!("fields?farmId={farm}"),
        format!("users/{user}/growers/{grower}"),
        format!("users/{user}/farms/{farm}"),
        format!("users/{user}/farms?growerId={grower}"),
        format!("users/{user}/fields/{field}"),
        format!("users/{user}/fields/{field}/operations/files"),
        format!("users/{user}/fields/{field}/operations/files?crop=corn"),
        format!("users/{user}/fields/{field}/operations/files/{file}"),
    ] {
        read(world, &format!("{FIELDS}/{path}")).await;
    }
    let answer = world.owner(Method::POST, &format!("{of_user}/fields/sync")).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::ACCEPTED);
    world.stored(&user, "s1", Some(("a.2020", 1))).await;
    let stored = first(world, &format!("{OPERATIONS}/files?status=processed")).await;
    let path = format!("{OPERATIONS}/files/{stored}/download/original");
    let answer = world.owner(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
    for of in [String::new(), format!("&leafUserId={user}")] {
        for sort in ["id", "fileName", "createdTime", "updatedTime", "leafUserId", "sizeInBytes"] {
            read(world, &format!("{OPERATIONS}/files?size=1&sort={sort}{of}")).await;
        }
        for sort in ["id", "type", "updatedTime", "leafUserId"] {
            read(world, &format!("{OPERATIONS}/operations?size=1&sort={sort}{of}")).await;
        }
        for query in ["status=processing", "operationType=planted"] {
            read(world, &format!("{OPERATIONS}/files?{query}{of}")).await;
        }
        read(world, &format!("{OPERATIONS}/operations?fieldId={field}{of}")).await;
    }
    for path in [
        format!("files/{file}"),
        format!("files/{file}/status"),
        format!("operations/{operation}"),
        format!("operations/{operation}/files"),
    ] {
        read(world, &format!("{OPERATIONS}/{path}")).await;
    }
}

async fn read(world: &World, path: &str) -> Value {
    let (status, body) = world.json(world.owner(Method::GET, path)).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

/// The id of a list's first entry that has files, if its entries have any.
async fn first(world: &World, path: &str) -> String {
    let body = read(world, path).await;
    let list = body.get("operations").unwrap_or(&body).as_array().expect("a list");
    let has_files = |it: &&Value| it["files"].as_array().is_none_or(|files| !files.is_empty());
    let id = &list.iter().find(has_files).expect("an entry")["id"];
    id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned)
}
