//! `/services/operations/api/files`.

use serde_json::json;

use super::seeds::SHARED;
use super::{FIELDS, OPERATIONS, text};
use crate::answer::assert_leaf_time;
use crate::world::{FARM, OTHER_FARM, World};

/// A farmer with four files: one here, one failed, two on their way; and one with a file as well.
async fn with_files(world: &World) -> [String; 2] {
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.shares(&maria, &SHARED).await;
    world.pass(1, 0);
    world.stored(&maria, "s2", Some(("harvest_1.2020", 24_249))).await;
    world.pass(1, 0);
    world.stored(&maria, "s4", None).await;
    world.pass(1, 0);
    world.shares(&dale, &[("Jones", "Home", "east", &[("s9", "Planting", "Wheat")])]).await;
    [maria, dale]
}

#[tokio::test]
async fn a_file_says_what_is_known_of_it_and_leaves_out_the_rest() {
    let world = World::start().await;
    let [maria, _] = with_files(&world).await;
    let (files, total) = world.list(&format!("{OPERATIONS}/files?leafUserId={maria}")).await;
    assert_eq!((files.len(), total), (4, 4));
    let answer = world.get(&format!("{OPERATIONS}/files")).await.json(200);
    assert_eq!(answer["message"], "SUCCESS");
    let (fields, _) = world.list(&format!("{FIELDS}/users/{maria}/fields")).await;
    let north = fields.iter().find(|field| field["name"] == "north").expect("a field");
    let south = fields.iter().find(|field| field["name"] == "south").expect("a field");
    let owner = world.machine.ready.owner.username;
    let with_status = |status: &str| {
        files.iter().find(|file| file["status"] == status).unwrap_or_else(|| panic!("{status}"))
    };
    let processed = with_status("processed");
    let expected = json!({
        "id": processed["id"], "provider": "Panorama", "leafUserId": maria,
        "apiOwnerUsername": owner, "fields": [north["id"]], "fileFormat": "PP2020",
        "fileName": "harvest_1.2020", "origin": "provider", "sizeInBytes": 24_249,
        "createdTime": processed["createdTime"], "updatedTime": processed["updatedTime"],
        "operationType": "harvested", "status": "processed", "sha256": "ab".repeat(32),
        "downloadOriginalFile": world.api(&format!(
            "{OPERATIONS}/files/{}/download/original",
            text(&processed["id"])
        )),
    });
    assert_eq!(*processed, expected);
    assert_leaf_time(&processed["createdTime"]);
    assert!(text(&processed["updatedTime"]) > text(&processed["createdTime"]));
    let failed = with_status("failed");
    let expected = json!({
        "id": failed["id"], "provider": "Panorama", "leafUserId": maria,
        "apiOwnerUsername": owner, "fields": [south["id"]], "origin": "provider",
        "createdTime": failed["createdTime"], "updatedTime": failed["updatedTime"],
        "operationType": "applied", "status": "failed",
        "message": "Panorama lists this file but has no download of it.",
    });
    assert_eq!(*failed, expected);
    for file in [processed, failed] {
        let path = format!("{OPERATIONS}/files/{}", text(&file["id"]));
        assert_eq!(world.get(&path).await.json(200), *file);
    }
}

#[tokio::test]
async fn every_step_has_a_status_and_those_of_a_converter_say_that_there_is_none() {
    let world = World::start().await;
    with_files(&world).await;
    let (files, _) = world.list(&format!("{OPERATIONS}/files")).await;
    for file in files {
        let path = format!("{OPERATIONS}/files/{}", text(&file["id"]));
        let steps = world.get(&format!("{path}/status")).await.json(200);
        assert_eq!(steps["originalFile"]["status"], file["status"]);
        let message = match &*text(&file["status"]) {
            "processed" => "ok".into(),
            "failed" => file["message"].clone(),
            _ => "The file is being copied from Panorama.".into(),
        };
        assert_eq!(steps["originalFile"]["message"], message);
        let none = "No converter is configured, so nobody has looked into this file. Its bytes \
                    are as Panorama gave them out.";
        for name in ["standardGeojson", "summary"] {
            assert_eq!(steps[name], json!({ "status": "failed", "message": none }), "{name}");
        }
        let nobodys = "No converter is asked for this step.";
        for name in ["rawGeojson", "units", "propertiesPNGs", "zippedPNGs"] {
            assert_eq!(steps[name], json!({ "status": "failed", "message": nobodys }), "{name}");
        }
        let summary = world.get(&format!("{path}/summary")).await;
        summary.problem(404, "summaryNotFound");
    }
}

/// How many files a query finds.
async fn found(world: &World, query: &str) -> u64 {
    let (files, total) = world.list(&format!("{OPERATIONS}/files?{query}")).await;
    assert_eq!(files.len() as u64, total, "{query}");
    total
}

#[tokio::test]
async fn filters_are_combined_and_those_of_other_providers_match_nothing() {
    let world = World::start().await;
    let [maria, dale] = with_files(&world).await;
    let (files, _) = world.list(&format!("{OPERATIONS}/files")).await;
    let created = text(&files[4]["createdTime"]);
    for (query, expected) in [
        (String::new(), 5),
        (format!("leafUserId={maria}"), 4),
        ("provider=Panorama&origin=provider".to_owned(), 5),
        ("provider=JohnDeere".to_owned(), 0),
        ("origin=uploaded".to_owned(), 0),
        ("status=processed".to_owned(), 1),
        ("status=failed".to_owned(), 1),
        ("status=processing".to_owned(), 3),
        (format!("status=processing&leafUserId={dale}"), 1),
        ("operationType=planted".to_owned(), 2),
        ("operationType=planted&status=processed".to_owned(), 0),
        (format!("operationType=planted&leafUserId={dale}"), 1),
        (format!("createdTime={created}"), 1),
        ("createdTime=2020-01-01".to_owned(), 5),
        ("createdTime=2030-01-01T00:00:00Z".to_owned(), 0),
        // Three files have changed since they were created: at each end, and one is new.
        (format!("updatedTime={created}"), 1),
        (format!("updatedTime={}", text(&files[0]["createdTime"])), 5),
        ("organizationId=428214".to_owned(), 0),
        ("batchId=3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned(), 0),
        ("minArea=0".to_owned(), 0),
        ("minArea=1000.5".to_owned(), 0),
        ("startTime=2020-01-01".to_owned(), 0),
        ("endTime=2030-01-01T00:00:00.000Z".to_owned(), 0),
        ("status=&sort=".to_owned(), 5),
    ] {
        assert_eq!(found(&world, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn lists_are_in_the_order_that_is_asked_for() {
    let world = World::start().await;
    let [maria, _] = with_files(&world).await;
    world.stored(&maria, "s1", Some(("a.DAT", 7))).await;
    let of_maria = format!("{OPERATIONS}/files?leafUserId={maria}&sort=");
    let known = |column: Vec<String>| {
        column.into_iter().filter(|value| value != "null").collect::<Vec<_>>().join(" ")
    };
    for (sort, field, expected) in [
        ("fileName", "fileName", "a.DAT harvest_1.2020"),
        ("fileName,desc", "fileName", "harvest_1.2020 a.DAT"),
        ("sizeInBytes,asc", "sizeInBytes", "7 24249"),
        ("sizeInBytes,DESC", "sizeInBytes", "24249 7"),
        ("updatedTime", "fileName", "harvest_1.2020 a.DAT"),
        ("updatedTime,%20desc", "fileFormat", "dat PP2020"),
    ] {
        let column = world.column(&format!("{of_maria}{sort}"), field).await;
        assert_eq!(known(column), expected, "{sort}");
    }
    for path in [format!("{OPERATIONS}/files?"), format!("{OPERATIONS}/files?leafUserId={maria}&")]
    {
        let ids = world.column(&format!("{path}sort=id"), "id").await;
        assert!(ids.is_sorted(), "{ids:?}");
        let mut users = world.column(&format!("{path}sort=leafUserId,desc"), "leafUserId").await;
        users.reverse();
        assert!(users.is_sorted(), "{users:?}");
        let by_creation = world.column(&format!("{path}sort=createdTime"), "id").await;
        for alike in ["origin", "provider,desc", "fileFormat"] {
            let column = world.column(&format!("{path}sort={alike}"), "id").await;
            assert_eq!(column, by_creation, "{alike}");
        }
        let page = world.column(&format!("{path}sort=id&size=2&page=1"), "id").await;
        assert_eq!(page, ids[2..4], "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_query_is_named() {
    let world = World::start().await;
    for (query, fields) in [
        ("status=done", &["status"][..]),
        ("origin=sky", &["origin"]),
        ("batchId=1", &["batchId"]),
        ("createdTime=yesterday", &["createdTime"]),
        ("updatedTime=1795348800", &["updatedTime"]),
        ("startTime=x&endTime=2026-13-01", &["startTime", "endTime"]),
        ("operationType=mown", &["operationType"]),
        ("minArea=big", &["minArea"]),
        ("minArea=-1", &["minArea"]),
        ("minArea=inf", &["minArea"]),
        ("sort=name", &["sort"]),
        ("sort=id,up", &["sort"]),
        ("sort=id&sort=fileName", &["sort"]),
        ("size=101", &["size"]),
        ("page=-1", &["page"]),
        ("leafUserId=1", &["leafUserId"]),
    ] {
        let answer = world.get(&format!("{OPERATIONS}/files?{query}")).await;
        answer.problem_of(400, "malformedField", fields);
    }
}
