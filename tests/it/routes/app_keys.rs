//! `/app-keys/{provider}/{appName}/{clientEnvironment}`.

use local::ready::PanoramaAccount;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{not_texts, with};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::world::{MANAGEMENT, World};

const LIST: &str = "/services/usermanagement/api/app-keys/Panorama";
const PRODUCTION: &str = "/services/usermanagement/api/app-keys/Panorama/harvest/PRODUCTION";
const SEEDED: &str = "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE";
const FIELDS: [&str; 4] = ["clientId", "username", "password", "sharingUrlId"];

fn content(account: &PanoramaAccount) -> Value {
    json!({
        "clientId": account.client_id,
        "username": account.partner.username,
        "password": account.partner.password,
        "sharingUrlId": account.sharing_url_id,
    })
}

fn production(world: &World) -> Value {
    content(&world.machine.ready.production)
}

/// What an answer may not show of what it was sent.
fn secrets(content: &Value) -> impl Iterator<Item = &str> {
    ["clientId", "username", "password"]
        .into_iter()
        .map(|name| content[name].as_str().expect("a text"))
}

/// Nothing was stored: there is no such app key, it is in no list, and its sharing URL id is free.
async fn nothing_is_registered(world: &World, path: &str) {
    world.ask(Method::GET, path).await.problem(404, "appKeyNotFound");
    let list = world.ask(Method::GET, LIST).await.json(200);
    assert_eq!(list.as_array().expect("an array").len(), 1, "{list}");
}

#[tokio::test]
async fn an_app_key_is_created_read_listed_and_deleted() {
    let world = World::start().await;
    let body = production(&world);
    let created = world.ask_with(Method::POST, PRODUCTION, &body).await;
    let app_key = created.json(201);
    let fields = [
        "appName",
        "clientEnvironment",
        "createdTime",
        "provider",
        "sharingConfirmationUrl",
        "sharingUrlId",
    ];
    assert_eq!(fields_of(&app_key), fields);
    assert_eq!(app_key["provider"], "Panorama");
    assert_eq!(app_key["appName"], "harvest");
    assert_eq!(app_key["clientEnvironment"], "PRODUCTION");
    assert_eq!(app_key["createdTime"], "2026-11-22T12:00:00.000000Z");
    assert_eq!(app_key["sharingUrlId"], body["sharingUrlId"]);
    let id = body["sharingUrlId"].as_str().expect("a text");
    assert_eq!(
        app_key["sharingConfirmationUrl"],
        world.api(&format!("/sharing-confirmation/{id}"))
    );

    let read = world.ask(Method::GET, PRODUCTION).await;
    assert_eq!(read.json(200), app_key);
    let listed = world.ask(Method::GET, LIST).await;
    let list = listed.json(200);
    let names: Vec<_> =
        list.as_array().expect("an array").iter().map(|one| one["appName"].clone()).collect();
    assert_eq!(names, ["harvest", "prairie-insights"], "both environments' in one list");
    assert_eq!(list[0], app_key);
    assert_leaf_time(&list[1]["createdTime"]);
    for answer in [created, read, listed] {
        answer.says_nothing_of(secrets(&body));
        answer.says_nothing_of(secrets(&content(&world.machine.ready.stage)));
    }

    world.ask(Method::DELETE, PRODUCTION).await.no_content();
    nothing_is_registered(&world, PRODUCTION).await;
    world.ask(Method::DELETE, PRODUCTION).await.no_content();
    world.ask_with(Method::POST, PRODUCTION, &body).await.json(201);
}

#[tokio::test]
async fn a_repeated_create_is_answered_with_what_is_there_and_another_content_with_a_conflict() {
    let world = World::start().await;
    let body = production(&world);
    let first = world.ask_with(Method::POST, PRODUCTION, &body).await.json(201);
    let calls = world.all_calls().await;
    assert_eq!(world.ask_with(Method::POST, PRODUCTION, &body).await.json(200), first);
    for (field, other) in [
        ("clientId", "planted-client".to_owned()),
        ("username", "planted@partner.example".to_owned()),
        ("password", "planted-Password".to_owned()),
        ("sharingUrlId", Uuid::new_v4().to_string()),
    ] {
        let answer =
            world.ask_with(Method::POST, PRODUCTION, &with(&body, field, json!(other))).await;
        answer.problem(409, "appKeyExists");
        answer.says_nothing_of(["planted"]);
    }
    assert_eq!(world.all_calls().await, calls, "Panorama was not asked again");
    assert_eq!(world.ask(Method::GET, PRODUCTION).await.json(200), first);
}

#[tokio::test]
async fn an_update_replaces_the_password_and_the_sharing_url_id() {
    let world = World::start().await;
    let old = production(&world);
    world.ask_with(Method::PUT, PRODUCTION, &old).await.problem(404, "appKeyNotFound");
    assert_eq!(world.calls("initiateAuth").await, 1, "only the seed's");
    let created = world.ask_with(Method::POST, PRODUCTION, &old).await.json(201);

    world.change_partner_password("PRODUCTION", "Changed-Harvest-2027").await;
    world.ask_with(Method::PUT, PRODUCTION, &old).await.problem_of(
        400,
        "panoramaBadPassword",
        &["password"],
    );
    let moved = Uuid::new_v4().to_string();
    let new =
        with(&with(&old, "password", json!("Changed-Harvest-2027")), "sharingUrlId", json!(moved));
    world.clock.advance(std::time::Duration::from_mins(1));
    let updated = world.ask_with(Method::PUT, PRODUCTION, &new).await;
    updated.says_nothing_of(secrets(&new));
    let updated = updated.json(200);
    assert_eq!(updated["sharingUrlId"], *moved);
    assert_eq!(updated["createdTime"], created["createdTime"]);
    assert_eq!(world.ask(Method::GET, PRODUCTION).await.json(200), updated);
    world.ask_with(Method::POST, PRODUCTION, &new).await.json(200);
    world.ask_with(Method::POST, PRODUCTION, &old).await.problem(409, "appKeyExists");

    let second = PRODUCTION.replace("harvest", "second");
    let freed = with(&new, "sharingUrlId", old["sharingUrlId"].clone());
    world.ask_with(Method::POST, &second, &freed).await.json(201);
    world.ask_with(Method::PUT, PRODUCTION, &freed).await.problem_of(
        409,
        "sharingUrlIdInUse",
        &["sharingUrlId"],
    );
}

#[tokio::test]
async fn a_refused_login_names_its_cause_and_its_field_and_stores_nothing() {
    let world = World::start().await;
    let right = production(&world);
    let stage = &world.machine.ready.stage;
    let cases = [
        ("password", "planted-Wrong", "panoramaBadPassword", "password", ""),
        ("username", "planted@partner.example", "panoramaUnknownUser", "username", ""),
        ("clientId", "plantedclient", "panoramaUnknownClient", "clientId", "STAGE"),
        ("clientId", stage.client_id, "panoramaUnknownClient", "clientId", "STAGE"),
        (
            "username",
            "new-password@prairie-insights.example",
            "panoramaChallenge",
            "username",
            "NEW_PASSWORD_REQUIRED",
        ),
        (
            "username",
            "sms-mfa@prairie-insights.example",
            "panoramaChallenge",
            "username",
            "SMS_MFA",
        ),
        (
            "clientId",
            "8nf4produc0nopasswordflow3",
            "panoramaFlowNotEnabled",
            "clientId",
            "USER_PASSWORD_AUTH",
        ),
        (
            "username",
            "password-reset@prairie-insights.example",
            "panoramaPasswordResetRequired",
            "password",
            "",
        ),
    ];
    for (field, value, error_key, named, hint) in cases {
        let body = with(&right, field, json!(value));
        let answer = world.ask_with(Method::POST, PRODUCTION, &body).await;
        let problem = answer.problem_of(400, error_key, &[named]);
        assert!(problem["detail"].as_str().expect("a text").contains(hint), "{value}: {problem}");
        answer.says_nothing_of(secrets(&body));
        nothing_is_registered(&world, PRODUCTION).await;
    }
    world.ask_with(Method::POST, &PRODUCTION.replace("harvest", "other"), &right).await.json(201);
}

#[tokio::test]
async fn a_refused_update_changes_nothing() {
    let world = World::start().await;
    let right = production(&world);
    let created = world.ask_with(Method::POST, PRODUCTION, &right).await.json(201);
    let moved = with(&right, "sharingUrlId", json!(Uuid::new_v4().to_string()));
    for (field, value, error_key) in [
        ("password", "planted-Wrong", "panoramaBadPassword"),
        ("username", "planted@partner.example", "panoramaUnknownUser"),
        ("clientId", "plantedclient", "panoramaUnknownClient"),
    ] {
        let answer =
            world.ask_with(Method::PUT, PRODUCTION, &with(&moved, field, json!(value))).await;
        answer.problem_of(400, error_key, &[field]);
    }
    world.fault(json!({ "call": "initiateAuth", "fault": "dropBefore" })).await;
    world.ask_with(Method::PUT, PRODUCTION, &moved).await.problem(503, "panoramaUnavailable");
    assert_eq!(world.ask(Method::GET, PRODUCTION).await.json(200), created);
    world.ask_with(Method::POST, PRODUCTION, &right).await.json(200);
}

#[tokio::test]
async fn a_panorama_that_cannot_answer_is_not_a_refusal_and_stores_nothing() {
    let world = World::start().await;
    let body = production(&world);
    let status =
        |status: u16| json!({ "call": "initiateAuth", "fault": "status", "status": status });
    let cases = [
        (
            json!({ "call": "initiateAuth", "fault": "dropBefore" }),
            503,
            "panoramaUnavailable",
            Some("30"),
        ),
        (
            json!({ "call": "initiateAuth", "fault": "dropAfter" }),
            503,
            "panoramaUnavailable",
            Some("30"),
        ),
        (status(503), 503, "panoramaUnavailable", Some("30")),
        (with(&status(503), "retryAfter", json!(17)), 503, "panoramaUnavailable", Some("17")),
        (
            with(&status(503), "retryAfter", json!("Sun, 22 Nov 2026 12:00:09 GMT")),
            503,
            "panoramaUnavailable",
            Some("30"),
        ),
        (status(500), 503, "panoramaUnavailable", Some("30")),
        (status(502), 503, "panoramaUnavailable", Some("30")),
        (status(504), 503, "panoramaUnavailable", Some("30")),
        (status(429), 503, "panoramaUnavailable", Some("30")),
        (with(&status(429), "retryAfter", json!(5)), 503, "panoramaUnavailable", Some("5")),
        // Cognito throttles with a 400.
        (status(400), 503, "panoramaUnavailable", Some("30")),
        (
            json!({ "call": "initiateAuth", "fault": "malformed" }),
            502,
            "panoramaBadAnswer",
            Some("30"),
        ),
        (status(204), 502, "panoramaBadAnswer", Some("30")),
    ];
    for (fault, expected, error_key, retry_after) in cases {
        world.fault(fault.clone()).await;
        let answer = world.ask_with(Method::POST, PRODUCTION, &body).await;
        assert_eq!(answer.status, expected, "{fault}: {answer:?}");
        answer.problem(expected, error_key);
        assert_eq!(answer.header("retry-after"), retry_after, "{fault}");
        answer.says_nothing_of(secrets(&body));
        nothing_is_registered(&world, PRODUCTION).await;
    }
    world.ask_with(Method::POST, PRODUCTION, &body).await.json(201);
}

#[tokio::test]
async fn a_sharing_url_id_of_another_app_key_is_refused_without_asking_panorama() {
    let world = World::start().await;
    let stage = content(&world.machine.ready.stage);
    let taken = with(&production(&world), "sharingUrlId", stage["sharingUrlId"].clone());
    let calls = world.all_calls().await;
    for (path, body) in [
        (PRODUCTION, &taken),
        (&*SEEDED.replace("prairie-insights", "second"), &stage),
        (
            &*SEEDED.replace("prairie-insights", "second"),
            &with(&stage, "password", json!("planted-Wrong")),
        ),
    ] {
        let answer = world.ask_with(Method::POST, path, body).await;
        answer.problem_of(409, "sharingUrlIdInUse", &["sharingUrlId"]);
        answer.says_nothing_of(secrets(body));
        nothing_is_registered(&world, path).await;
    }
    assert_eq!(world.all_calls().await, calls);
}

#[tokio::test]
async fn a_deleted_app_keys_sharing_url_id_is_free() {
    let world = World::start().await;
    world.ask(Method::DELETE, SEEDED).await.no_content();
    let stage = content(&world.machine.ready.stage);
    let path = SEEDED.replace("prairie-insights", "second");
    world.ask_with(Method::POST, &path, &stage).await.json(201);
    world.ask_with(Method::POST, SEEDED, &stage).await.problem_of(
        409,
        "sharingUrlIdInUse",
        &["sharingUrlId"],
    );
}

#[tokio::test]
async fn the_two_environments_have_names_of_their_own() {
    let world = World::start().await;
    let path = SEEDED.replace("STAGE", "PRODUCTION");
    world.ask_with(Method::POST, &path, &production(&world)).await.json(201);
    world.ask(Method::DELETE, &path).await.no_content();
    world.ask(Method::GET, SEEDED).await.json(200);
}

#[tokio::test]
async fn what_is_wrong_with_a_path_is_named() {
    let world = World::start().await;
    let body = production(&world);
    let long = "x".repeat(65);
    let providers = ["JohnDeere", "panorama", "PANORAMA", "Panorama%20", "%FF"];
    let mut cases = vec![];
    cases.extend(providers.map(|provider| {
        let key =
            if provider == "%FF" { (400, "malformedField") } else { (404, "unknownProvider") };
        (format!("{provider}/harvest/PRODUCTION"), key, "provider")
    }));
    let names = [
        "a%20b",
        "a%2Fb",
        "h%C3%A4rvest",
        "a%00b",
        "a%3Fb",
        "%F0%9F%8C%BD",
        "a%0Ab",
        "a:b",
        "%FF",
        "%E4harvest",
    ];
    cases.extend(
        names.map(|name| {
            (format!("Panorama/{name}/PRODUCTION"), (400, "malformedField"), "appName")
        }),
    );
    cases.push((format!("Panorama/{long}/PRODUCTION"), (400, "fieldTooLong"), "appName"));
    cases.push(("Panorama/%20/PRODUCTION".to_owned(), (400, "emptyField"), "appName"));
    let environments = ["stage", "Stage", "production", "TEST", "STAGE,PRODUCTION", "%E2%98%83"];
    cases.extend(environments.map(|environment| {
        (
            format!("Panorama/harvest/{environment}"),
            (400, "unknownEnvironment"),
            "clientEnvironment",
        )
    }));
    cases.push(("Panorama/harvest/%20".to_owned(), (400, "emptyField"), "clientEnvironment"));
    cases.push(("Panorama/harvest/%FF".to_owned(), (400, "malformedField"), "clientEnvironment"));
    let calls = world.all_calls().await;
    for (path, (status, error_key), field) in cases {
        let path = format!("{MANAGEMENT}/app-keys/{path}");
        for method in [Method::GET, Method::DELETE] {
            world.ask(method, &path).await.problem_of(status, error_key, &[field]);
        }
        for method in [Method::POST, Method::PUT] {
            world.ask_with(method, &path, &body).await.problem_of(status, error_key, &[field]);
        }
    }
    for provider in ["JohnDeere", "panorama"] {
        let path = format!("{MANAGEMENT}/app-keys/{provider}");
        world.ask(Method::GET, &path).await.problem_of(404, "unknownProvider", &["provider"]);
    }
    assert_eq!(world.all_calls().await, calls);
    nothing_is_registered(&world, PRODUCTION).await;
}

#[tokio::test]
async fn names_of_up_to_64_letters_digits_and_three_signs_are_taken() {
    let world = World::start().await;
    for name in ["a", "7", "A.b-c_9", &"x".repeat(64), "%68arvest"] {
        let path = PRODUCTION.replace("harvest", name);
        let created = world.ask_with(Method::POST, &path, &production(&world)).await.json(201);
        assert_eq!(created["appName"], name.replace("%68", "h"));
        world.ask(Method::GET, &path).await.json(200);
        world.ask(Method::DELETE, &path).await.no_content();
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_named_and_panorama_is_not_asked() {
    let world = World::start().await;
    let right = production(&world);
    let calls = world.all_calls().await;
    let mut cases = vec![(json!({}), "missingField", FIELDS.to_vec())];
    for field in FIELDS {
        let mut null = right.clone();
        null[field] = Value::Null;
        cases.push((null, "missingField", vec![field]));
        cases.push((with(&right, field, Value::Null), "missingField", vec![field]));
        for empty in ["", "  "] {
            cases.push((with(&right, field, json!(empty)), "emptyField", vec![field]));
        }
        for mistyped in not_texts() {
            cases.push((with(&right, field, mistyped), "mistypedField", vec![field]));
        }
        let malformed = if field == "sharingUrlId" { "planted" } else { "planted\u{7}" };
        cases.push((with(&right, field, json!(malformed)), "malformedField", vec![field]));
    }
    for (field, most) in [("clientId", 128), ("username", 128), ("password", 256)] {
        cases.push((with(&right, field, json!("x".repeat(most + 1))), "fieldTooLong", vec![field]));
    }
    let many = json!({ "clientId": 1, "username": "", "sharingUrlId": "planted" });
    cases.push((many, "mistypedField", FIELDS.to_vec()));
    for (body, error_key, fields) in cases {
        for method in [Method::POST, Method::PUT] {
            let answer: Answer = world.ask_with(method, PRODUCTION, &body).await;
            answer.problem_of(400, error_key, &fields);
            answer.says_nothing_of(["planted", "Production-Harvest-2026"]);
        }
    }
    assert_eq!(world.all_calls().await, calls);
    nothing_is_registered(&world, PRODUCTION).await;
}

#[tokio::test]
async fn a_password_is_measured_in_characters() {
    let world = World::start().await;
    world.change_partner_password("PRODUCTION", &"ä".repeat(256)).await;
    let longest = with(&production(&world), "password", json!("ä".repeat(256)));
    world.ask_with(Method::POST, PRODUCTION, &longest).await.json(201);
    let longer = with(&longest, "password", json!("ä".repeat(257)));
    world.ask_with(Method::PUT, PRODUCTION, &longer).await.problem_of(
        400,
        "fieldTooLong",
        &["password"],
    );
}

#[tokio::test]
async fn a_create_that_is_sent_twice_at_once_makes_one_app_key_that_works() {
    let world = World::start().await;
    let body = production(&world);
    // Panorama takes its time, so that both are at the login when neither has stored anything.
    world
        .fault(json!({ "call": "initiateAuth", "fault": "slow", "delayMs": 200, "times": 2 }))
        .await;
    let post = || world.ask_with(Method::POST, PRODUCTION, &body);
    let (one, other) = tokio::join!(post(), post());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{one:?} {other:?}");
    assert_eq!(world.calls("initiateAuth").await, 3, "the seed's and both");
    world.ask_with(Method::POST, PRODUCTION, &body).await.json(200);
}
