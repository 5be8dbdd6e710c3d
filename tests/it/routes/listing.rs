//! What all lists have in common, and all that is created: a page says how long the list is and
//! where the other pages are; a new thing, where it is.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{user_path, with_query};
use crate::answer::Answer;
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

fn entries(answer: &Answer) -> Vec<Value> {
    let body = answer.json(200);
    let entries = [&body, &body["items"], &body["summaries"]].into_iter().find_map(Value::as_array);
    entries.unwrap_or_else(|| panic!("{body}")).clone()
}

fn total(answer: &Answer) -> u64 {
    let total = answer.header("x-total-count").unwrap_or_else(|| panic!("{answer:?}"));
    total.parse().expect("a number")
}

/// Where the page with this relation is, as a path and query of the API.
fn linked(world: &World, answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link").unwrap_or_else(|| panic!("{answer:?}"));
    let ends = format!(">; rel=\"{relation}\"");
    let url = links.split(',').find_map(|link| link.strip_prefix('<')?.strip_suffix(&ends))?;
    Some(
        url.strip_prefix(&world.api(""))
            .unwrap_or_else(|| panic!("{url} is somewhere else"))
            .to_owned(),
    )
}

/// Walks a list by its links, two entries a page: all of it once, and the same total on every page.
/// Then back from far behind its end.
async fn walk(world: &World, path: &str, query: &[(&str, &str)], expected: usize) -> Vec<Value> {
    let whole = world.ask(Method::GET, &with_query(path, query)).await;
    assert_eq!(
        (total(&whole), entries(&whole).len()),
        (expected as u64, expected),
        "{path} {query:?}"
    );
    let mut at = Some(with_query(path, &[query, &[("size", "2")]].concat()));
    let mut seen = Vec::new();
    while let Some(here) = at {
        let page = world.ask(Method::GET, &here).await;
        assert_eq!(total(&page), expected as u64, "{here}");
        assert!(entries(&page).len() <= 2, "{here}");
        seen.extend(entries(&page));
        at = linked(world, &page, "next");
    }
    assert_eq!(seen, entries(&whole), "{path}");
    let behind = world
        .ask(Method::GET, &with_query(path, &[query, &[("size", "2"), ("page", "70")]].concat()))
        .await;
    assert_eq!((entries(&behind).len(), total(&behind)), (0, expected as u64), "{path}");
    let last = linked(world, &behind, "last").expect("a last page");
    assert_eq!(linked(world, &behind, "prev"), Some(last.clone()), "{path}");
    let last = entries(&world.ask(Method::GET, &last).await);
    assert_eq!(last, seen[seen.len().saturating_sub(1) / 2 * 2..], "{path}");
    let first = linked(world, &behind, "first").expect("a first page");
    assert_eq!(entries(&world.ask(Method::GET, &first).await), seen[..seen.len().min(2)], "{path}");
    seen
}

#[tokio::test]
async fn a_connections_history_is_walked_by_its_links() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let path = user_path(&user, "/panorama-credentials/events");
    assert!(walk(&world, &path, &[], 0).await.is_empty());
    world.start_session(&user, Some(FARM)).await;
    for events in 1..=5 {
        assert_eq!(world.browser().open(&world.callback(FARM)).await.outcome, "notBound");
        // Past any cool-down that keeps one session from asking Panorama again and again.
        world.clock.advance(Duration::from_mins(2));
        assert_eq!(walk(&world, &path, &[("sort", "createdDate,asc")], events).await.len(), events);
    }
}

#[tokio::test]
async fn leaf_users_and_summaries_are_walked_by_their_links_whatever_is_asked_for() {
    let world = World::start().await;
    let users = format!("{MANAGEMENT}/users");
    walk(&world, &users, &[], 1).await;
    let codes = [FARM, OTHER_FARM, "b3VxKq9R", "t8Zq2mLx"];
    for (number, code) in codes.iter().enumerate() {
        let user = world.create_user("farmer").await;
        walk(&world, &users, &[("sort", "name,desc")], number + 2).await;
        walk(
            &world,
            &users,
            &[("sort", "id"), ("name", "farmer"), ("email", "farmer@farm.example")],
            number + 1,
        )
        .await;
        world.connect(&user, code).await;
        walk(
            &world,
            "/services/integrations/api/resources",
            &[("provider", "Panorama")],
            number + 1,
        )
        .await;
    }
    walk(&world, &users, &[("externalId", "nobody's")], 0).await;
    walk(&world, "/services/integrations/api/resources", &[("provider", "CNHI")], 0).await;
}

#[tokio::test]
async fn short_lists_are_whole_unless_less_is_asked_for() {
    let world = World::start().await;
    let app_keys = format!("{MANAGEMENT}/app-keys/Panorama");
    walk(&world, &app_keys, &[], 1).await;
    world.register_production().await;
    walk(&world, &app_keys, &[], 2).await;
    walk(&world, WEBHOOKS, &[], 0).await;
    for (number, event) in
        ["connectionActivated", "connectionRevoked", "connectionRecovered"].iter().enumerate()
    {
        let body = json!({
            "events": [event], "name": event, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "url": "https://receiver.example/",
        });
        world.ask_with(Method::POST, WEBHOOKS, &body).await.json(201);
        walk(&world, WEBHOOKS, &[], number + 1).await;
    }
    walk(&world, &format!("{WEBHOOKS}/failed-calls"), &[], 0).await;
    for path in [&*app_keys, WEBHOOKS] {
        for (query, field) in [("size=0", "size"), ("size=101", "size"), ("page=-1", "page")] {
            let answer = world.ask(Method::GET, &format!("{path}?{query}")).await;
            answer.problem_of(400, "malformedField", &[field]);
        }
    }
}

/// Creates it; what stands at its `Location` is what was answered.
async fn created(world: &World, path: &str, body: &Value) {
    let answer = world.ask_with(Method::POST, path, body).await;
    let made = answer.json(201);
    let place = answer.header("location").unwrap_or_else(|| panic!("{answer:?}"));
    let place =
        place.strip_prefix(&world.api("")).unwrap_or_else(|| panic!("{place} is somewhere else"));
    assert_eq!(world.ask(Method::GET, place).await.json(200), made, "{place}");
}

#[tokio::test]
async fn what_is_created_is_where_its_location_says() {
    let world = World::start().await;
    let production = &world.machine.ready.production;
    let app_key = json!({
        "clientId": production.client_id, "username": production.partner.username,
        "password": production.partner.password,
        "sharingUrlId": production.sharing_url_id,
    });
    created(&world, &format!("{MANAGEMENT}/app-keys/Panorama/of-its-own/PRODUCTION"), &app_key)
        .await;
    created(
        &world,
        &format!("{MANAGEMENT}/users"),
        &json!({ "name": "dale", "email": "dale@farm.example" }),
    )
    .await;
    let webhook = json!({
        "events": ["connectionRevoked"], "name": "n",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "url": "https://receiver.example/",
    });
    created(&world, WEBHOOKS, &webhook).await;

    let before = world.connected("before", FARM).await;
    world.ask(Method::DELETE, &user_path(&before, "")).await.no_content();
    let user = world.create_user("maria").await;
    let stage = &world.machine.ready.stage;
    let credential = json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "organizationCode": FARM,
        "refreshToken": crate::manual_creation::refresh_token(&world).await,
        "clientEnvironment": "STAGE",
    });
    created(&world, &user_path(&user, "/panorama-credentials"), &credential).await;
}
