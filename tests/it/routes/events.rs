//! `GET /users/{leafUserId}/panorama-credentials/events`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{NO_UUIDS, NOBODY, user_path, with_query};
use crate::answer::{assert_leaf_time, fields_of};
use crate::world::{FARM, World};

const SECOND: Duration = Duration::from_secs(1);

async fn events(world: &World, user: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let path = with_query(&user_path(user, "/panorama-credentials/events"), query);
    world.ask(Method::GET, &path).await.json(200).as_array().expect("an array").clone()
}

async fn moments(world: &World, user: &str, query: &[(&str, &str)]) -> Vec<String> {
    let seconds = |event: &Value| event["createdDate"].as_str().expect("a text")[17..19].to_owned();
    events(world, user, query).await.iter().map(seconds).collect()
}

/// A Leaf user whose farmer came back this often, a second apart, with the switch off: that many
/// events.
async fn turned_back(world: &World, times: u32) -> String {
    let user = world.create_user("maria").await;
    for time in 0..times {
        // One session asks Panorama a few times in a row.
        if time % 8 == 0 {
            world.start_session(&user, Some(FARM)).await;
        }
        assert_eq!(
            world.browser().open(&world.callback(FARM)).await.outcome,
            "notBound",
            "no page tells what exists"
        );
        world.clock.advance(SECOND);
    }
    user
}

#[tokio::test]
async fn every_answer_of_panorama_is_an_event_without_the_code_in_it() {
    let world = World::start().await;
    let user = turned_back(&world, 1).await;
    let callback = world.share(FARM).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "finishing");
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");

    let answer = world.ask(Method::GET, &user_path(&user, "/panorama-credentials/events")).await;
    answer.says_nothing_of([
        FARM,
        world.machine.ready.stage.partner.password,
        world.machine.ready.stage.client_id,
    ]);
    let events = answer.json(200);
    let events = events.as_array().expect("an array");
    let statuses: Vec<_> =
        events.iter().map(|event| event["statusCode"].as_u64().expect("a number")).collect();
    assert_eq!(statuses, [200, 503, 404], "newest first");
    for event in events {
        assert_eq!(fields_of(event), ["body", "createdDate", "headers", "id", "statusCode"]);
        assert_leaf_time(&event["createdDate"]);
        for text in ["body", "headers", "id"] {
            assert!(event[text].as_str().is_some_and(|text| !text.is_empty()), "{event}");
        }
    }
}

#[tokio::test]
async fn events_come_in_pages_and_in_either_order() {
    let world = World::start().await;
    let user = turned_back(&world, 5).await;
    for (query, expected) in [
        (&[][..], &["04", "03", "02", "01", "00"][..]),
        (&[("sort", "createdDate,desc")], &["04", "03", "02", "01", "00"]),
        (&[("sort", "createdDate,asc")], &["00", "01", "02", "03", "04"]),
        (&[("sort", "createdDate")], &["00", "01", "02", "03", "04"]),
        (&[("sort", "")], &["04", "03", "02", "01", "00"]),
        (&[("page", "0"), ("size", "2")], &["04", "03"]),
        (&[("page", "1"), ("size", "2")], &["02", "01"]),
        (&[("page", "2"), ("size", "2")], &["00"]),
        (&[("page", "3"), ("size", "2")], &[]),
        (&[("page", "1"), ("size", "2"), ("sort", "createdDate,asc")], &["02", "03"]),
        (&[("page", "1000000"), ("size", "100")], &[]),
        (&[("size", "100")], &["04", "03", "02", "01", "00"]),
    ] {
        assert_eq!(moments(&world, &user, query).await, expected, "{query:?}");
    }
}

#[tokio::test]
async fn a_page_has_20_events_when_nothing_is_said() {
    let world = World::start().await;
    let user = turned_back(&world, 23).await;
    let first = moments(&world, &user, &[]).await;
    assert_eq!((first.len(), &*first[0], &*first[19]), (20, "22", "03"));
    assert_eq!(moments(&world, &user, &[("page", "1")]).await, ["02", "01", "00"]);
}

#[tokio::test]
async fn an_event_is_shown_for_30_days() {
    let world = World::start().await;
    let user = turned_back(&world, 2).await;
    // The clock stands at 12:00:02; the events are of 12:00:00 and 12:00:01.
    world.clock.advance(Duration::from_secs(30 * 24 * 3_600 - 2));
    let world = World { token: world.sign_in().await, ..world };
    assert_eq!(moments(&world, &user, &[]).await, ["01", "00"]);
    world.clock.advance(Duration::from_micros(1));
    assert_eq!(moments(&world, &user, &[]).await, ["01"]);
    assert_eq!(moments(&world, &user, &[("sort", "createdDate,asc")]).await, ["01"]);
    world.clock.advance(SECOND);
    assert!(events(&world, &user, &[]).await.is_empty());
}

#[tokio::test]
async fn a_user_without_events_has_an_empty_list_and_nobody_has_none() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    assert!(events(&world, &user, &[]).await.is_empty());
    world
        .ask(Method::GET, &user_path(NOBODY, "/panorama-credentials/events"))
        .await
        .problem(404, "leafUserNotFound");
    for (id, error_key) in NO_UUIDS {
        let path = user_path(id, "/panorama-credentials/events");
        world.ask(Method::GET, &path).await.problem_of(400, error_key, &["leafUserId"]);
    }
}

#[tokio::test]
async fn a_malformed_page_size_or_sort_is_named() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    for (name, wrong) in [
        ("page", "-1"),
        ("page", "one"),
        ("page", "1000001"),
        ("size", "0"),
        ("size", "101"),
        ("size", "1e1"),
        ("sort", "planted"),
        ("sort", "createdDate,planted"),
        ("sort", "statusCode,desc"),
        ("sort", "createdDate,desc,planted"),
    ] {
        let path = with_query(&user_path(&user, "/panorama-credentials/events"), &[(name, wrong)]);
        let answer = world.ask(Method::GET, &path).await;
        answer.problem_of(400, "malformedField", &[name]);
        answer.says_nothing_of(["planted"]);
    }
}
