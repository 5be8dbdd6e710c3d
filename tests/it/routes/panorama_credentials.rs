//! `GET`, `POST` and `DELETE /users/{leafUserId}/panorama-credentials`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{NO_UUIDS, NOBODY, not_texts, user_path, with};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::manual_creation::{already_shared, refresh_token};
use crate::world::{FARM, World};

const MINUTE: Duration = Duration::from_mins(1);

/// A credential's fields: those that are empty, too.
const FIELDS: [&str; 11] = [
    "checkedAt",
    "clientEnvironment",
    "clientId",
    "createdTime",
    "filesPending",
    "id",
    "lastDataAt",
    "lastSyncedAt",
    "organizationCode",
    "status",
    "username",
];

fn path(user: &str) -> String {
    user_path(user, "/panorama-credentials")
}

async fn read(world: &World, user: &str) -> Answer {
    world.ask(Method::GET, &path(user)).await
}

async fn delete(world: &World, user: &str) {
    world.ask(Method::DELETE, &path(user)).await.no_content();
}

#[tokio::test]
async fn a_session_that_waits_is_pending_until_it_is_15_minutes_old() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    read(&world, NOBODY).await.problem(404, "leafUserNotFound");
    read(&world, &user).await.problem(404, "integrationNotStarted");

    let started = world.start_session(&user, None).await;
    let pending = read(&world, &user).await.json(200);
    let fields = [
        "clientEnvironment",
        "createdTime",
        "expiresAt",
        "organizationCode",
        "sessionId",
        "status",
    ];
    assert_eq!(fields_of(&pending), fields);
    assert_eq!(pending["organizationCode"], Value::Null);
    assert_eq!((&pending["status"], &*started.status), (&json!("PENDING"), "PENDING"));
    assert_eq!(pending["sessionId"], *started.session_id);
    assert_eq!(pending["clientEnvironment"], "STAGE");
    assert_eq!(pending["createdTime"], "2026-11-22T12:00:00.000000Z");
    assert_eq!(pending["expiresAt"], "2026-11-22T12:15:00.000000Z");

    world.clock.advance(Duration::from_micros(15 * 60_000_000 - 1));
    assert_eq!(read(&world, &user).await.json(200), pending);
    world.clock.advance(Duration::from_micros(1));
    read(&world, &user).await.problem(404, "sessionExpired");
    world.clock.advance(300 * 24 * 60 * MINUTE);
    let world = World { token: world.sign_in().await, ..world };
    read(&world, &user).await.problem(404, "sessionExpired");

    world.start_session(&user, Some(FARM)).await;
    let again = read(&world, &user).await.json(200);
    assert_eq!(again["organizationCode"], FARM, "a session with a code shows it");
    assert_leaf_time(&again["expiresAt"]);
}

#[tokio::test]
async fn a_connected_user_has_a_credential_without_password_and_tokens() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.clock.advance(Duration::from_micros(1_500_001));
    world.connect(&user, FARM).await;
    let answer = read(&world, &user).await;
    let credential = answer.json(200);
    assert_eq!(fields_of(&credential), FIELDS);
    assert_eq!(credential["checkedAt"], Value::Null, "Panorama has not been asked again");
    assert_eq!(credential["createdTime"], "2026-11-22T12:00:01.500001Z");
    answer.says_nothing_of([world.machine.ready.stage.partner.password, "Token", "password"]);
    world.clock.advance(60 * MINUTE);
    assert_eq!(read(&world, &user).await.json(200), credential, "it does not expire");
}

#[tokio::test]
async fn a_new_start_leaves_a_working_credential_as_it_is() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let credential = read(&world, &user).await.json(200);
    world.start_session(&user, Some("t8Zq2mLx")).await;
    assert_eq!(read(&world, &user).await.json(200), credential);
    world.clock.advance(15 * MINUTE);
    assert_eq!(read(&world, &user).await.json(200), credential);
}

#[tokio::test]
async fn a_credential_outlives_its_app_key_and_then_has_no_login_to_show() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let app_key = "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE";
    world.ask(Method::DELETE, app_key).await.no_content();
    let credential = read(&world, &user).await.json(200);
    assert_eq!(fields_of(&credential), FIELDS);
    assert_eq!((&credential["clientId"], &credential["username"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_rejected_session_says_that_the_operation_is_another_users() {
    let world = World::start().await;
    let (owner, other) = (world.create_user("owner").await, world.create_user("other").await);
    let callback = world.share(FARM).await;
    for (user, outcome) in [(&owner, "connected"), (&other, "operationOwned")] {
        let link = world.start_session(user, None).await.sign_in_url;
        let mut browser = world.browser();
        browser.go_on(&link).await;
        assert_eq!(browser.open(&callback).await.outcome, outcome);
    }
    let answer = read(&world, &other).await;
    answer.problem(404, "sessionOperationAlreadyConnected");
    answer.says_nothing_of([FARM, &owner]);
    assert_eq!(world.status(&owner).await, "ACTIVE");
}

#[tokio::test]
async fn a_rejected_session_says_that_too_many_operations_were_tried() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let link = world.start_session(&user, None).await.sign_in_url;
    let mut browser = world.browser();
    browser.go_on(&link).await;
    for attempt in 1..=5 {
        assert_eq!(
            browser.open(&world.callback(&format!("planted{attempt}"))).await.outcome,
            "notShared"
        );
        assert_eq!(world.status(&user).await, "PENDING");
    }
    assert_eq!(browser.open(&world.callback("planted6")).await.outcome, "tooManyOperations");
    let answer = read(&world, &user).await;
    answer.problem(404, "sessionTooManyOperations");
    answer.says_nothing_of(["planted"]);
}

#[tokio::test]
async fn deleting_a_credential_frees_its_operation_and_can_be_repeated() {
    let world = World::start().await;
    let (first, second) = (world.create_user("first").await, world.create_user("second").await);
    delete(&world, &first).await;
    world.connect(&first, FARM).await;
    for _ in 0..2 {
        delete(&world, &first).await;
        read(&world, &first).await.problem(404, "integrationNotStarted");
        assert!(world.events(&first).await.is_empty(), "the events are gone with the credential");
    }
    world.connect(&second, FARM).await;
    delete(&world, &first).await;
    assert_eq!(world.status(&second).await, "ACTIVE", "what is another's now is not touched");
    world.ask(Method::GET, &user_path(&first, "")).await.json(200);
}

#[tokio::test]
async fn deleting_a_session_ends_it() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    delete(&world, &user).await;
    read(&world, &user).await.problem(404, "integrationNotStarted");
    let callback = world.share(FARM).await;
    assert_ne!(world.browser().open(&callback).await.outcome, "connected");
    read(&world, &user).await.problem(404, "integrationNotStarted");
    assert_eq!(world.calls("confirmSharing").await, 0);
}

#[tokio::test]
async fn nobody_and_malformed_ids_are_told_apart() {
    let world = World::start().await;
    for method in [Method::GET, Method::DELETE] {
        world.ask(method.clone(), &path(NOBODY)).await.problem(404, "leafUserNotFound");
        for (id, error_key) in NO_UUIDS {
            world.ask(method.clone(), &path(id)).await.problem_of(400, error_key, &["leafUserId"]);
        }
    }
}

/// The body of Leaf's reference, complete.
async fn manual(world: &World) -> Value {
    let stage = &world.machine.ready.stage;
    json!({
        "clientId": stage.client_id,
        "username": stage.partner.username,
        "password": stage.partner.password,
        "organizationCode": FARM,
        "refreshToken": refresh_token(world).await,
        "clientEnvironment": "STAGE",
    })
}

#[tokio::test]
async fn a_credential_created_by_hand_is_answered_as_it_is_read() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    let body = manual(&world).await;
    let answer = world
        .ask_with(Method::POST, &path(&user), &with(&body, "color", json!({ "any": 1 })))
        .await;
    let created = answer.json(201);
    answer.says_nothing_of(
        [&body["password"], &body["refreshToken"]].map(|text| text.as_str().expect("a text")),
    );
    assert_eq!(read(&world, &user).await.json(200), created);
    let again = world.ask_with(Method::POST, &path(&user), &body).await.json(201);
    assert_eq!(again, created, "a repeat is the same credential");
    delete(&world, &user).await;
    read(&world, &user).await.problem(404, "integrationNotStarted");
}

#[tokio::test]
async fn a_credential_with_missing_empty_mistyped_or_malformed_fields_is_refused_without_asking_panorama()
 {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    let full = manual(&world).await;
    let fields = [
        "clientId",
        "username",
        "password",
        "organizationCode",
        "refreshToken",
        "clientEnvironment",
    ];
    let mut cases = vec![(json!({}), "missingField", fields.to_vec())];
    for field in fields {
        let mut null = full.clone();
        null[field] = Value::Null;
        cases.push((null, "missingField", vec![field]));
        cases.push((with(&full, field, Value::Null), "missingField", vec![field]));
        cases.push((with(&full, field, json!(" ")), "emptyField", vec![field]));
        for mistyped in not_texts() {
            cases.push((with(&full, field, mistyped), "mistypedField", vec![field]));
        }
        if field != "clientEnvironment" {
            cases.push((
                with(&full, field, json!("planted".repeat(3_000))),
                "fieldTooLong",
                vec![field],
            ));
            cases.push((with(&full, field, json!("planted\u{0}")), "malformedField", vec![field]));
        }
    }
    for environment in ["stage", "planted"] {
        let body = with(&full, "clientEnvironment", json!(environment));
        cases.push((body, "unknownEnvironment", vec!["clientEnvironment"]));
    }
    let calls = world.all_calls().await;
    for (body, error_key, fields) in cases {
        let answer = world.ask_with(Method::POST, &path(&user), &body).await;
        answer.problem_of(400, error_key, &fields);
        answer.says_nothing_of(["planted", "Stage-Harvest-2026"]);
    }
    for (id, error_key) in NO_UUIDS {
        world.ask_with(Method::POST, &path(id), &full).await.problem_of(
            400,
            error_key,
            &["leafUserId"],
        );
    }
    world.ask_with(Method::POST, &path(NOBODY), &full).await.problem(404, "leafUserNotFound");
    assert_eq!(world.all_calls().await, calls);
    read(&world, &user).await.problem(404, "integrationNotStarted");
}

#[tokio::test]
async fn a_credential_that_panorama_does_not_accept_leaves_a_waiting_session_as_it_is() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    let body = manual(&world).await;
    world.start_session(&user, None).await;
    let pending = read(&world, &user).await.json(200);
    let fault = |call: &str, fault: &str| json!({ "call": call, "fault": fault });
    for (armed, changed, status, error_key) in [
        (None, ("password", "planted-Wrong"), 400, "panoramaBadPassword"),
        (None, ("refreshToken", "planted-token"), 400, "refreshTokenRefused"),
        (None, ("organizationCode", "planted1"), 400, "organizationCodeNotShared"),
        (
            Some(fault("initiateAuth", "dropBefore")),
            ("clientEnvironment", "STAGE"),
            503,
            "panoramaUnavailable",
        ),
        (
            Some(fault("initiateAuth", "malformed")),
            ("clientEnvironment", "STAGE"),
            502,
            "panoramaBadAnswer",
        ),
        (
            Some(fault("listSharing", "dropBefore")),
            ("clientEnvironment", "STAGE"),
            503,
            "panoramaUnavailable",
        ),
        (
            Some(fault("listSharing", "malformed")),
            ("clientEnvironment", "STAGE"),
            502,
            "panoramaBadAnswer",
        ),
    ] {
        if let Some(armed) = armed {
            world.fault(armed).await;
        }
        let (field, value) = changed;
        let answer =
            world.ask_with(Method::POST, &path(&user), &with(&body, field, json!(value))).await;
        assert_eq!(answer.status, status, "{field} {value}: {answer:?}");
        answer.problem(status, error_key);
        assert_eq!(answer.header("retry-after").is_some(), status > 500, "{answer:?}");
        answer.says_nothing_of(["planted", "Stage-Harvest-2026", FARM]);
        assert_eq!(read(&world, &user).await.json(200), pending);
    }
    world.ask_with(Method::POST, &path(&user), &body).await.json(201);
}
