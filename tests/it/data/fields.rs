//! `/services/fields/api`.

use serde_json::{Value, json};

use super::seeds::SHARED;
use super::{FIELDS, text};
use crate::answer::{assert_leaf_time, fields_of};
use crate::world::{FARM, OTHER_FARM, World};

/// Two connected farmers, of whom the first shares [`SHARED`] and the second one field.
async fn two_farmers(world: &World) -> [String; 2] {
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.shares(&maria, &SHARED).await;
    world.pass(1, 0);
    world.shares(&dale, &[("Smith", "Home", "north", &[])]).await;
    [maria, dale]
}

/// An entry without what differs from run to run, which is looked at here.
fn constant(entry: &Value) -> Value {
    let mut entry = entry.clone();
    for name in ["createdTime", "updatedTime"] {
        assert_leaf_time(&entry[name]);
    }
    let object = entry.as_object_mut().expect("an object");
    object.retain(|name, _| !["createdTime", "updatedTime"].contains(&name.as_str()));
    entry
}

#[tokio::test]
async fn growers_farms_and_fields_have_leafs_shapes_and_name_each_other() {
    let world = World::start().await;
    let [maria, _] = two_farmers(&world).await;
    let of_maria = |list: &str| format!("{FIELDS}/{list}?leafUserId={maria}");
    let (growers, total) = world.list(&of_maria("growers")).await;
    assert_eq!(total, 2);
    let grower = growers.iter().find(|grower| grower["name"] == "Smith").expect("Smith");
    let (farms, _) = world.list(&of_maria("farms")).await;
    let of_smith = |name: &str| {
        let mut farms = farms.iter().filter(|farm| farm["growerId"] == grower["id"]);
        farms.find(|farm| farm["name"] == name).unwrap_or_else(|| panic!("{name}"))
    };
    let (home, river) = (of_smith("Home"), of_smith("River"));
    let (fields, _) = world.list(&of_maria("fields")).await;
    let north = fields.iter().find(|field| field["name"] == "north").expect("a field");
    let mut farm_ids = [home["id"].as_u64().expect("a number"), river["id"].as_u64().unwrap()];
    farm_ids.sort_unstable();
    let expected = json!({
        "id": grower["id"], "name": "Smith", "leafUserId": maria, "providerName": "Panorama",
        "providerGrowerId": "Smith", "farmIds": farm_ids,
    });
    assert_eq!(constant(grower), expected);
    let expected = json!({
        "id": home["id"], "name": "Home", "leafUserId": maria, "providerName": "Panorama",
        "providerFarmId": "Home", "providerFarmName": "Home", "fieldIds": [north["id"]],
        "growerId": grower["id"],
    });
    assert_eq!(constant(home), expected);
    let expected = json!({
        "id": north["id"], "name": "north", "leafUserId": maria, "providerName": "Panorama",
        "providerFieldId": "north", "providerFieldName": "north", "type": "ORIGINAL",
        "farmId": home["id"], "boundaries": [], "files": north["files"], "sources": [],
        "status": "PROCESSED",
    });
    assert_eq!(constant(north), expected);
    assert_eq!(north["files"].as_array().map(Vec::len), Some(3));
    for (list, entry) in [("growers", grower), ("farms", home), ("fields", north)] {
        let path = format!("{FIELDS}/users/{maria}/{list}/{}", text(&entry["id"]));
        assert_eq!(world.get(&path).await.json(200), *entry, "{path}");
    }
}

#[tokio::test]
async fn lists_are_of_all_or_of_one_and_filters_leave_out_the_rest() {
    let world = World::start().await;
    let [maria, dale] = two_farmers(&world).await;
    let (farms, _) = world.list(&format!("{FIELDS}/farms")).await;
    let farm = |user: &str, name: &str| {
        let mut farms = farms.iter().filter(|farm| farm["leafUserId"] == user);
        text(&farms.find(|farm| farm["name"] == name).expect("a farm")["id"])
    };
    let (river, dales) = (farm(&maria, "River"), farm(&dale, "Home"));
    for (path, expected) in [
        ("growers".to_owned(), 3),
        (format!("growers?leafUserId={maria}"), 2),
        (format!("users/{maria}/growers"), 2),
        (format!("users/{dale}/growers?provider=Panorama"), 1),
        ("growers?provider=JohnDeere".to_owned(), 0),
        ("farms".to_owned(), 4),
        (format!("users/{maria}/farms"), 3),
        (format!("users/{maria}/farms?provider=panorama"), 0),
        (format!("users/{maria}/farms?leafUserId={dale}"), 0),
        ("fields".to_owned(), 4),
        ("fields?type=ORIGINAL".to_owned(), 4),
        ("fields?type=MERGED".to_owned(), 0),
        (format!("fields?farmId={river}"), 1),
        (format!("fields?farmId={dales}"), 1),
        ("fields?farmId=7".to_owned(), 0),
        (format!("users/{maria}/fields"), 3),
        (format!("users/{maria}/fields?farmId={dales}"), 0),
        (format!("fields?leafUserId={maria}&farmId={river}&type=ORIGINAL"), 1),
    ] {
        let (list, total) = world.list(&format!("{FIELDS}/{path}")).await;
        assert_eq!((list.len(), total), (expected, expected as u64), "{path}");
    }
    let (growers, _) = world.list(&format!("{FIELDS}/users/{maria}/growers")).await;
    let mut farms_of_growers = Vec::new();
    for grower in &growers {
        let path = format!("{FIELDS}/farms?growerId={}", text(&grower["id"]));
        farms_of_growers.push(world.list(&path).await.1);
    }
    farms_of_growers.sort_unstable();
    assert_eq!(farms_of_growers, [1, 2]);
    let page = format!("{FIELDS}/fields?size=2&page=1&provider=Panorama");
    let answer = world.get(&page).await;
    assert_eq!(answer.json(200).as_array().map(Vec::len), Some(2));
    let links = answer.header("link").expect("links");
    assert!(links.contains("provider=Panorama&page=0&size=2>; rel=\"prev\""), "{links}");
}

#[tokio::test]
async fn what_panorama_does_not_list_any_more_stays_and_says_so() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    world.pass(1, 0);
    world.shares(&maria, &SHARED[..2]).await;
    let (fields, total) = world.list(&format!("{FIELDS}/fields")).await;
    assert_eq!(total, 3);
    for field in fields {
        let is_gone = field["name"] == "west";
        assert_eq!(field.get("removedTime").is_some(), is_gone, "{field}");
        if is_gone {
            assert_leaf_time(&field["removedTime"]);
        }
    }
}

#[tokio::test]
async fn the_files_of_a_field_are_told_by_what_was_done() {
    let world = World::start().await;
    let [maria, _] = two_farmers(&world).await;
    let (fields, _) = world.list(&format!("{FIELDS}/users/{maria}/fields")).await;
    let id = |name: &str| {
        let field = fields.iter().find(|field| field["name"] == name).expect("a field");
        text(&field["id"])
    };
    let files = format!("{FIELDS}/users/{maria}/fields/{}/operations/files", id("north"));
    let (list, total) = world.list(&files).await;
    assert_eq!(total, 3);
    let planted = list.iter().find(|file| file["operationType"] == "planted").expect("a file");
    let expected = json!({
        "id": planted["id"], "leafUserId": maria, "provider": "Panorama", "providerFileId": "s1",
        "origin": "provider", "operationType": "planted", "crops": ["Corn"], "varieties": [],
    });
    assert_eq!(*planted, expected);
    let path = format!("{files}/{}", text(&planted["id"]));
    assert_eq!(world.get(&path).await.json(200), *planted);
    let scouted = list.iter().find(|file| file["providerFileId"] == "s3").expect("a file");
    assert!(!fields_of(scouted).contains(&"operationType".to_owned()), "Scouting is of no type");
    for (query, expected) in [
        ("operationType=harvested", "s2"),
        ("operationType=tillage", ""),
        ("operationType=other", ""),
        ("origin=provider&provider=Panorama", "s1 s2 s3"),
        ("origin=merged", ""),
        ("provider=Trimble", ""),
        ("crop=corn", "s1 s2"),
        ("crop=corn&operationType=planted", "s1"),
        ("crop=wheat", ""),
        ("startTime=2020-01-01", ""),
        ("endTime=2030-01-01T00:00:00.000Z", ""),
    ] {
        let mut streams = world.column(&format!("{files}?{query}"), "providerFileId").await;
        streams.sort();
        assert_eq!(streams.join(" "), expected, "{query}");
    }
    for (query, field) in [
        ("operationType=mown", "operationType"),
        ("origin=sky", "origin"),
        ("endTime=x", "endTime"),
    ] {
        let answer = world.get(&format!("{files}?{query}")).await;
        answer.problem_of(400, "malformedField", &[field]);
    }
    let south = format!("{FIELDS}/users/{maria}/fields/{}/operations/files", id("south"));
    let elsewhere = format!("{south}/{}", text(&planted["id"]));
    world.get(&elsewhere).await.problem(404, "fileNotFound");
}
