//! `/services/operations/api/operations`.

use serde_json::json;

use super::seeds::SHARED;
use super::{FIELDS, OPERATIONS, text};
use crate::world::{FARM, OTHER_FARM, World};

#[tokio::test]
async fn a_field_operation_has_its_files_and_says_what_was_done() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    let (operations, total) = world.list(&format!("{OPERATIONS}/operations")).await;
    assert_eq!((operations.len(), total), (4, 4));
    let (fields, _) = world.list(&format!("{FIELDS}/fields")).await;
    let north = fields.iter().find(|field| field["name"] == "north").expect("a field");
    let planted = operations.iter().find(|one| one["type"] == "planted").expect("planted");
    let expected = json!({
        "id": planted["id"], "apiOwnerUsername": world.machine.ready.owner.username,
        "leafUserId": maria, "updatedTime": planted["updatedTime"], "type": "planted",
        "files": planted["files"], "fields": [{ "id": north["id"] }], "providers": ["Panorama"],
        "task": "Planting", "season": "2026", "crop": "Corn",
    });
    assert_eq!(*planted, expected);
    let path = format!("{OPERATIONS}/operations/{}", text(&planted["id"]));
    assert_eq!(world.get(&path).await.json(200), *planted);
    let (files, total) = world.list(&format!("{path}/files")).await;
    assert_eq!((json!([files[0]["id"]]), total), (planted["files"].clone(), 1));
    assert_eq!(files[0]["operationType"], "planted");
    let scouted = operations.iter().find(|one| one["task"] == "Scouting").expect("Scouting");
    assert!(scouted.get("type").is_none(), "{scouted}");
}

#[tokio::test]
async fn operations_are_filtered_and_ordered() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.shares(&maria, &SHARED).await;
    world.pass(1, 0);
    world.shares(&dale, &[("Jones", "Home", "east", &[("s9", "Planting", "Wheat")])]).await;
    let (fields, _) = world.list(&format!("{FIELDS}/fields")).await;
    let north = fields.iter().find(|field| field["name"] == "north").expect("a field");
    let (operations, _) = world.list(&format!("{OPERATIONS}/operations")).await;
    let newest = text(&operations[4]["updatedTime"]);
    for (query, expected) in [
        (format!("leafUserId={maria}"), 4),
        ("provider=CNHI".to_owned(), 0),
        ("operationType=planted".to_owned(), 2),
        (format!("operationType=planted&leafUserId={dale}"), 1),
        (format!("fieldId={}", text(&north["id"])), 3),
        (format!("fieldId={}&leafUserId={dale}", text(&north["id"])), 0),
        (format!("updatedTime={newest}"), 1),
        ("startTime=2020-01-01".to_owned(), 0),
        ("endTime=2030-01-01".to_owned(), 0),
    ] {
        let (list, total) = world.list(&format!("{OPERATIONS}/operations?{query}")).await;
        assert_eq!((list.len(), total), (expected, expected as u64), "{query}");
    }
    for path in [
        format!("{OPERATIONS}/operations?"),
        format!("{OPERATIONS}/operations?leafUserId={maria}&"),
    ] {
        let types = world.column(&format!("{path}sort=type,desc"), "type").await;
        let (known, unknown): (Vec<_>, Vec<_>) = types.iter().partition(|one| *one != "null");
        assert!(known.iter().rev().is_sorted(), "{types:?}");
        assert_eq!((unknown.len(), &**types.last().expect("one")), (1, "null"));
        let ids = world.column(&format!("{path}sort=id"), "id").await;
        assert!(ids.is_sorted(), "{ids:?}");
        let times = world.column(&format!("{path}sort=updatedTime,desc"), "updatedTime").await;
        assert!(times.iter().rev().is_sorted(), "{times:?}");
        let by_creation = world.column(&path, "id").await;
        let alike = world.column(&format!("{path}sort=startTime,desc"), "id").await;
        assert_eq!(alike, by_creation);
    }
    for (query, field) in [
        ("sort=fileName", "sort"),
        ("fieldId=1", "fieldId"),
        ("operationType=other", "operationType"),
        ("updatedTime=x", "updatedTime"),
    ] {
        let answer = world.get(&format!("{OPERATIONS}/operations?{query}")).await;
        answer.problem_of(400, "malformedField", &[field]);
    }
}
