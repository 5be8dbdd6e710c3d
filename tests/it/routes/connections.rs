//! `GET /panorama-credentials`: every connection.

use std::time::Duration;

use application::ports::clock::Clock as _;
use application::ports::connections::StatusChange;
use domain::credential::CredentialStatus;
use domain::event::Event;
use domain::ids::EventId;
use local::Upstream;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{user_path, with_query};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

/// An operation of the simulated Panorama's PRODUCTION.
const ELSEWHERE: &str = "Jq7sNd3w";

/// All, in the order of the list.
const STATUSES: [&str; 4] = ["UNAUTHENTICATED", "REVOKED", "LIMITED_PERMISSION", "ACTIVE"];

async fn ask(world: &World, query: &[(&str, &str)]) -> Answer {
    world.ask(Method::GET, &with_query(&format!("{MANAGEMENT}/panorama-credentials"), query)).await
}

/// The entries of a page, and how many there are on all pages.
async fn list(world: &World, query: &[(&str, &str)]) -> (Vec<Value>, usize) {
    let answer = ask(world, query).await;
    answer.says_nothing_of([FARM, OTHER_FARM, ELSEWHERE]);
    let total = answer.header("x-total-count").unwrap_or_else(|| panic!("{answer:?}"));
    let total = total.parse().expect("a number");
    (answer.json(200).as_array().expect("a list").clone(), total)
}

fn users(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["leafUserId"].as_str().expect("an id")).collect()
}

/// Four farmers in two environments, each with a status of its own.
struct Farmers {
    revoked: String,
    limited: String,
    active: String,
    elsewhere: String,
}

async fn farmers(world: &World) -> Farmers {
    let farmers = Farmers {
        revoked: world.connected("maria", FARM).await,
        limited: world.connected("dale", OTHER_FARM).await,
        active: world.connected("zoe", "b3VxKq9R").await,
        elsewhere: world.create_user("ann").await,
    };
    let production = world.register_production().await;
    world.start_session_in(production, &farmers.elsewhere, Some(ELSEWHERE)).await;
    let callback = world.share(ELSEWHERE).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    limit_permission(world, &farmers.limited).await;
    farmers
}

/// Only a part of the operation can be read from now on. Panorama never says so.
async fn limit_permission(world: &World, user: &str) {
    let ports = &world.machine.service.ports;
    let user = user.parse().expect("an id");
    let account = ports.connections.account(user).await.expect("read").expect("a Leaf user");
    let credential = account.credential.expect("it is connected");
    let app_key = ports.app_keys.find(&credential.app_key).await.expect("read");
    let (id, now) = (EventId(Uuid::new_v4()), world.clock.now());
    let change = StatusChange {
        entry: &credential.entry(),
        to: CredentialStatus::LimitedPermission,
        app_key: &app_key.expect("it is there"),
        event: &Event::new(id, Event::LIST, 200, "Only a part is shared.", now),
        is_followed: true,
    };
    ports.connections.change_status(&change).await.expect("changed");
}

#[tokio::test]
async fn an_entry_says_how_a_connection_stands_why_and_what_to_do_next() {
    let world = World::start().await;
    assert_eq!(list(&world, &[]).await, (Vec::new(), 0));
    let user = world.connected("maria", FARM).await;
    let credential = world.credential(&user).await.1;
    world.create_user("nobody's").await;
    let (entries, total) = list(&world, &[]).await;
    assert_eq!((entries.len(), total), (1, 1));
    let expected = json!({
        "leafUserId": user,
        "id": credential["id"],
        "appName": world.machine.ready.app_name,
        "clientEnvironment": "STAGE",
        "status": "ACTIVE",
        "statusSince": credential["createdTime"],
        "statusCode": 200,
        "reason": "Panorama confirmed the sharing; the credential is ACTIVE.",
        "createdTime": credential["createdTime"],
        "lastSyncedAt": null,
        "lastDataAt": null,
        "filesPending": null,
        "nextStep": "Nothing: the first sync comes by itself.",
    });
    assert_eq!(entries[0], expected);

    world.unshare(FARM).await;
    world.check_after(15).await;
    let entry = list(&world, &[]).await.0.remove(0);
    assert_eq!(fields_of(&entry), fields_of(&expected));
    assert_eq!(entry["status"], "REVOKED");
    assert_leaf_time(&entry["statusSince"]);
    assert_ne!(entry["statusSince"], entry["createdTime"]);
    assert_eq!(entry["reason"], world.events(&user).await[0]["body"]);
    let step = entry["nextStep"].as_str().expect("a sentence");
    assert!(step.starts_with("Ask the farmer to share the operation again"), "{step}");
}

#[tokio::test]
async fn what_somebody_has_to_do_something_about_comes_first_and_totals_are_kept() {
    let world = World::start().await;
    let Farmers { revoked, limited, active, elsewhere } = farmers(&world).await;
    let (entries, total) = list(&world, &[]).await;
    let statuses: Vec<_> = entries.iter().map(|entry| entry["status"].clone()).collect();
    assert_eq!(statuses, ["REVOKED", "LIMITED_PERMISSION", "ACTIVE", "ACTIVE"]);
    assert_eq!(users(&entries)[..2], [&revoked, &limited]);
    assert_eq!(total, 4);
    for (place, expected) in entries.iter().enumerate() {
        let page = place.to_string();
        let (one, total) = list(&world, &[("size", "1"), ("page", &page)]).await;
        assert_eq!((one.as_slice(), total), (std::slice::from_ref(expected), 4), "{page}");
    }
    let answer = ask(&world, &[("size", "1"), ("status", "ACTIVE"), ("clientId", "x")]).await;
    assert_eq!(answer.header("x-total-count"), Some("2"));
    let link = answer.header("link").expect("links");
    assert!(link.contains("?status=ACTIVE&page=1&size=1>; rel=\"next\""), "{link}");

    // Whatever happens to a connection, each status has as many as there are.
    let total_is_true = async |when: &str| {
        for status in STATUSES {
            let (all, _) = list(&world, &[("status", status)]).await;
            let (_, total) = list(&world, &[("status", status), ("size", "1")]).await;
            assert_eq!(total, all.len(), "{when}: {status}");
        }
    };
    total_is_true("at first").await;
    world.connect(&revoked, FARM).await;
    total_is_true("one is ACTIVE again").await;
    world.connect(&revoked, "t8Zq2mLx").await;
    total_is_true("another operation").await;
    let path = user_path(&active, "/panorama-credentials");
    world.ask(Method::DELETE, &path).await.no_content();
    world.ask(Method::DELETE, &user_path(&elsewhere, "")).await.no_content();
    total_is_true("two are gone").await;
    assert_eq!(list(&world, &[]).await.1, 2);
}

/// All that can be asked for of a filter, and what it lets through.
fn asked(all: &[Value], query: &[(&str, &str); 4], silent: Option<&str>) -> Vec<Value> {
    let [(_, status), (_, name), (_, environment), _] = *query;
    let status = if status.is_empty() && silent.is_some() { "ACTIVE" } else { status };
    let lets = |wanted: &str, has: &Value| wanted.is_empty() || has == wanted;
    let is_wanted = |entry: &&Value| {
        lets(status, &entry["status"])
            && lets(name, &entry["appName"])
            && lets(environment, &entry["clientEnvironment"])
            && silent.is_none_or(|since| entry["statusSince"].as_str() <= Some(since))
    };
    all.iter().filter(is_wanted).cloned().collect()
}

#[tokio::test]
async fn the_entry_of_one_leaf_user_is_that_of_the_list() {
    let world = World::start().await;
    let Farmers { revoked, limited, active, elsewhere } = farmers(&world).await;
    let (all, _) = list(&world, &[]).await;
    for user in [&revoked, &limited, &active, &elsewhere] {
        let entry = all.iter().find(|entry| entry["leafUserId"] == **user).expect("it is listed");
        let status = entry["status"].as_str().expect("a status");
        let of_user = ("leafUserId", &**user);
        assert_eq!(list(&world, &[of_user]).await, (vec![entry.clone()], 1));
        assert_eq!(list(&world, &[of_user, ("page", "1"), ("size", "1")]).await, (Vec::new(), 1));
        for other in STATUSES {
            let expected = usize::from(other == status);
            assert_eq!(list(&world, &[of_user, ("status", other)]).await.1, expected, "{other}");
        }
        let environment = entry["clientEnvironment"].as_str().expect("one");
        for other in ["STAGE", "PRODUCTION"] {
            let (_, count) = list(&world, &[of_user, ("clientEnvironment", other)]).await;
            assert_eq!(count, usize::from(other == environment), "{other}");
        }
        let (_, silent) = list(&world, &[of_user, ("silentForDays", "1")]).await;
        assert_eq!(silent, 0);
    }
    let unconnected = world.create_user("sue").await;
    assert_eq!(list(&world, &[("leafUserId", &unconnected)]).await, (Vec::new(), 0));
    ask(&world, &[("leafUserId", "x")]).await.problem(400, "malformedField");
    ask(&world, &[("leafUserId", "")]).await.json(200);
}

#[tokio::test]
async fn every_filter_combines_with_every_other() {
    let world = World::start().await;
    let Farmers { revoked, .. } = farmers(&world).await;
    world.clock.advance(Duration::from_hours(24 * 10));
    let world = World { token: world.sign_in().await, ..world };
    // One of them has changed since.
    world.connect(&revoked, FARM).await;
    world.clock.advance(Duration::from_hours(24 * 10));
    let world = World { token: world.sign_in().await, ..world };
    let (all, _) = list(&world, &[]).await;
    let mut seen = 0;
    let days = [
        ("", None),
        ("10", Some("2026-12-02T12:15:00.000000Z")),
        ("11", Some("2026-12-01T12:15:00.000000Z")),
        ("21", Some("2026-11-21T12:15:00.000000Z")),
    ];
    for status in STATUSES.into_iter().chain([""]) {
        for name in ["", world.machine.ready.app_name] {
            for environment in ["", "STAGE", "PRODUCTION"] {
                for (days, silent) in days {
                    let query = [
                        ("status", status),
                        ("appName", name),
                        ("clientEnvironment", environment),
                        ("silentForDays", days),
                    ];
                    let expected = asked(&all, &query, silent);
                    let count = expected.len();
                    seen += count;
                    assert_eq!(list(&world, &query).await, (expected, count), "{query:?}");
                    let one = [query.as_slice(), &[("size", "1")]].concat();
                    assert_eq!(list(&world, &one).await.1, count, "{one:?}");
                }
            }
        }
    }
    assert!(seen > 50, "{seen}: the filters have something to find");
}

#[tokio::test]
async fn a_refused_login_is_the_status_of_all_its_connections() {
    let world = World::start().await;
    let Farmers { revoked, active, elsewhere, .. } = farmers(&world).await;
    world.partner_password_is_now("Changed-Harvest-2027").await;
    world.check_after(15).await;
    let (entries, total) = list(&world, &[("status", "UNAUTHENTICATED")]).await;
    assert_eq!((users(&entries), total), (vec![&*active], 1));
    assert_leaf_time(&entries[0]["statusSince"]);
    assert!(entries[0]["reason"].as_str().expect("a reason").contains("password"), "{entries:?}");
    assert!(entries[0]["nextStep"].as_str().expect("a step").contains("no farmer"), "{entries:?}");
    assert_eq!(entries[0]["statusCode"], Value::Null);
    let (all, total) = list(&world, &[]).await;
    assert_eq!(users(&all)[..2], [&active, &revoked]);
    assert_eq!(total, 4);
    let (rest, _) = list(&world, &[("status", "ACTIVE")]).await;
    assert_eq!(users(&rest), [&elsewhere], "the other environment's login works");
    assert_eq!(list(&world, &[("status", "ACTIVE"), ("clientEnvironment", "STAGE")]).await.1, 0);
}

#[tokio::test]
async fn what_is_wrong_with_the_query_is_named() {
    let world = World::start().await;
    for (name, value, error_key) in [
        ("status", "PENDING", "malformedField"),
        ("status", "active", "malformedField"),
        ("appName", "nobodys", "unknownAppKey"),
        ("appName", "a b", "malformedField"),
        ("appName", " ", "emptyField"),
        ("clientEnvironment", "TEST", "unknownEnvironment"),
        ("silentForDays", "0", "malformedField"),
        ("silentForDays", "3651", "malformedField"),
        ("silentForDays", "-1", "malformedField"),
        ("silentForDays", "1.5", "malformedField"),
        ("page", "-1", "malformedField"),
        ("size", "101", "malformedField"),
    ] {
        ask(&world, &[(name, value)]).await.problem_of(400, error_key, &[name]);
    }
    let all = "a".repeat(65);
    ask(&world, &[("appName", &all)]).await.problem_of(400, "fieldTooLong", &["appName"]);
    let production =
        [("clientEnvironment", "PRODUCTION"), ("appName", world.machine.ready.app_name)];
    assert_eq!(list(&world, &production).await, (Vec::new(), 0), "each of them names something");
}

#[tokio::test]
async fn in_proxy_mode_leafs_credentials_are_listed_and_nobody_knows_of_their_data() {
    let world = World::start_on(Upstream::Leaf).await;
    let user = world.connected("maria", FARM).await;
    world.clock.advance(Duration::from_hours(24 * 30));
    let world = World { token: world.sign_in().await, ..world };
    let (entries, total) = list(&world, &[("status", "ACTIVE")]).await;
    assert_eq!((users(&entries), total), (vec![&*user], 1));
    for field in ["lastSyncedAt", "lastDataAt", "filesPending"] {
        assert_eq!(entries[0][field], Value::Null, "{field}");
    }
    let step = entries[0]["nextStep"].as_str().expect("a step");
    assert!(step.contains("Leaf follows"), "{step}");
    assert_eq!(list(&world, &[("silentForDays", "1")]).await, (Vec::new(), 0));
}
