//! Nothing of one Leaf user is found under another, nor of one that is gone, nor without a token.

use reqwest::Method;
use serde_json::Value;

use super::seeds::SHARED;
use super::{FIELDS, OPERATIONS, text};
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn first(world: &World, path: &str) -> String {
    let (list, _) = world.list(path).await;
    let with_files = |entry: &&Value| entry["files"].as_array().is_none_or(|it| !it.is_empty());
    text(&list.iter().find(with_files).expect("an entry")["id"])
}

#[tokio::test]
async fn an_id_of_another_leaf_user_or_of_nothing_is_not_found() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.shares(&maria, &SHARED).await;
    let of_maria = format!("{FIELDS}/users/{maria}");
    let field = first(&world, &format!("{of_maria}/fields")).await;
    let file = first(&world, &format!("{OPERATIONS}/files")).await;
    for (list, key, unknown) in [
        ("growers", "growerNotFound", "7"),
        ("farms", "farmNotFound", "7"),
        ("fields", "fieldNotFound", NOBODY),
    ] {
        let id = first(&world, &format!("{of_maria}/{list}")).await;
        world.get(&format!("{of_maria}/{list}/{id}")).await.json(200);
        for (user, id, key) in
            [(&*dale, &*id, key), (&*maria, unknown, key), (NOBODY, &*id, "leafUserNotFound")]
        {
            let answer = world.get(&format!("{FIELDS}/users/{user}/{list}/{id}")).await;
            answer.problem(404, key);
        }
        let answer = world.get(&format!("{FIELDS}/users/{NOBODY}/{list}")).await;
        answer.problem(404, "leafUserNotFound");
        let answer = world.get(&format!("{of_maria}/{list}/x")).await;
        let name = if list == "fields" { "fieldId" } else { "id" };
        answer.problem_of(400, "malformedField", &[name]);
    }
    let dales = format!("{FIELDS}/users/{dale}/fields/{field}/operations/files");
    world.get(&dales).await.problem(404, "fieldNotFound");
    world.get(&format!("{dales}/{file}")).await.problem(404, "fieldNotFound");
    for path in [format!("files/{NOBODY}"), format!("files/{NOBODY}/status")] {
        world.get(&format!("{OPERATIONS}/{path}")).await.problem(404, "fileNotFound");
    }
    for path in [format!("operations/{NOBODY}"), format!("operations/{NOBODY}/files")] {
        world.get(&format!("{OPERATIONS}/{path}")).await.problem(404, "operationNotFound");
    }
    for list in ["files", "operations"] {
        let answer = world.get(&format!("{OPERATIONS}/{list}?leafUserId={NOBODY}")).await;
        answer.problem(404, "leafUserNotFound");
    }
}

#[tokio::test]
async fn nothing_of_a_deleted_leaf_user_is_shown_though_its_rows_are_still_there() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    let of_maria = format!("{FIELDS}/users/{maria}");
    let field = first(&world, &format!("{of_maria}/fields")).await;
    let file = first(&world, &format!("{OPERATIONS}/files")).await;
    let operation = first(&world, &format!("{OPERATIONS}/operations")).await;
    world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{maria}")).await.no_content();
    for (path, key) in [
        (format!("{of_maria}/fields"), "leafUserNotFound"),
        (format!("{of_maria}/fields/{field}"), "leafUserNotFound"),
        (format!("{of_maria}/fields/{field}/operations/files"), "leafUserNotFound"),
        (format!("{OPERATIONS}/files?leafUserId={maria}"), "leafUserNotFound"),
        (format!("{OPERATIONS}/files/{file}"), "fileNotFound"),
        (format!("{OPERATIONS}/files/{file}/status"), "fileNotFound"),
        (format!("{OPERATIONS}/files/{file}/summary"), "fileNotFound"),
        (format!("{OPERATIONS}/operations/{operation}"), "operationNotFound"),
        (format!("{OPERATIONS}/operations/{operation}/files"), "operationNotFound"),
    ] {
        world.get(&path).await.problem(404, key);
    }
}

#[tokio::test]
async fn no_answer_names_the_operation() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    for path in [
        format!("{FIELDS}/growers"),
        format!("{FIELDS}/farms"),
        format!("{FIELDS}/fields"),
        format!("{OPERATIONS}/files?organizationId={FARM}"),
        format!("{OPERATIONS}/files"),
        format!("{OPERATIONS}/operations"),
    ] {
        let answer = world.get(&path).await;
        answer.says_nothing_of([FARM]);
        let links = answer.header("link").expect("links");
        assert!(!links.contains(FARM), "{links}");
        let answer = world.http.get(world.api(&path)).send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{path}");
    }
}
