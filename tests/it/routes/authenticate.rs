//! `POST /api/authenticate`, and what its token opens.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{NOBODY, not_texts, user_path, with};
use crate::answer::{Answer, fields_of};
use crate::world::{FARM, MANAGEMENT, World};

const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn sign_in(world: &World, body: &Value) -> Answer {
    Answer::of(world.http.post(world.api("/api/authenticate")).json(body)).await
}

pub(super) fn right(world: &World) -> Value {
    let owner = world.machine.ready.owner;
    json!({ "username": owner.username, "password": owner.password })
}

/// What listing the Leaf users with this `Authorization` header is answered.
async fn list_with(world: &World, authorization: &str) -> Answer {
    let request = world.http.get(world.api(&format!("{MANAGEMENT}/users")));
    Answer::of(request.header(AUTHORIZATION, authorization)).await
}

/// Every route that is not public.
fn owner_only() -> Vec<(Method, String)> {
    let app_key = format!("{MANAGEMENT}/app-keys/Panorama/prairie-insights/STAGE");
    let user = |rest: &str| user_path(NOBODY, rest);
    let users = || format!("{MANAGEMENT}/users");
    vec![
        (Method::GET, format!("{MANAGEMENT}/app-keys/Panorama")),
        (Method::GET, app_key.clone()),
        (Method::POST, app_key.clone()),
        (Method::PUT, app_key.clone()),
        (Method::DELETE, app_key),
        (Method::GET, users()),
        (Method::POST, users()),
        (Method::PUT, users()),
        (Method::GET, user("")),
        (Method::DELETE, user("")),
        (Method::POST, user("/one-click-integration/Panorama")),
        (Method::GET, user("/panorama-credentials")),
        (Method::POST, user("/panorama-credentials")),
        (Method::DELETE, user("/panorama-credentials")),
        (Method::GET, user("/panorama-credentials/events")),
        (Method::GET, "/services/integrations/api/resources".to_owned()),
    ]
}

#[tokio::test]
async fn the_right_password_gives_a_token_and_nothing_else() {
    let world = World::start().await;
    let answer = sign_in(&world, &right(&world)).await.json(200);
    assert_eq!(fields_of(&answer), ["id_token"]);
    let token = answer["id_token"].as_str().expect("a text");
    for scheme in ["Bearer", "bearer", "BEARER"] {
        list_with(&world, &format!("{scheme} {token}")).await.json(200);
    }
}

#[tokio::test]
async fn wrong_password_and_unknown_user_get_the_same_answer() {
    let world = World::start().await;
    let right = right(&world);
    let mut answers = Vec::new();
    for wrong in [
        with(&right, "password", json!("planted-Wrong-1")),
        with(&right, "username", json!("planted@nobody.example")),
        with(
            &right,
            "password",
            json!(format!("{} ", right["password"].as_str().expect("a text"))),
        ),
        with(&right, "username", json!("OWNER@PRAIRIE-INSIGHTS.EXAMPLE")),
    ] {
        let answer = sign_in(&world, &wrong).await;
        answer.problem(401, "badCredentials");
        answer.says_nothing_of(["planted"]);
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "nobody learns which of the two was wrong");
}

#[tokio::test]
async fn a_token_lives_24_hours_and_a_remembered_one_30_days() {
    let world = World::start().await;
    let cases = [
        (Value::Null, false),
        (json!("false"), false),
        (json!(false), false),
        (json!("true"), true),
        (json!(true), true),
    ];
    let mut tokens = Vec::new();
    for (remember_me, remembered) in cases {
        let body = with(&right(&world), "rememberMe", remember_me.clone());
        let answer = sign_in(&world, &body).await.json(200);
        tokens.push((
            remember_me,
            format!("Bearer {}", answer["id_token"].as_str().expect("a text")),
            remembered,
        ));
    }
    let expect = async |when: &str, lives: fn(bool) -> bool| {
        for (remember_me, token, remembered) in &tokens {
            let answer = list_with(&world, token).await;
            let expected = if lives(*remembered) { 200 } else { 401 };
            assert_eq!(answer.status, expected, "rememberMe {remember_me}, {when}: {answer:?}");
        }
    };
    world.clock.advance(Duration::from_secs(24 * 3_600 - 1));
    expect("a second before 24 hours", |_| true).await;
    world.clock.advance(SECOND);
    expect("at 24 hours", |remembered| remembered).await;
    world.clock.advance(Duration::from_secs(29 * 24 * 3_600 - 1));
    expect("a second before 30 days", |remembered| remembered).await;
    world.clock.advance(SECOND);
    expect("at 30 days", |_| false).await;
}

#[tokio::test]
async fn remember_me_is_a_truth_value_or_its_text() {
    let world = World::start().await;
    for wrong in [
        json!("yes"),
        json!("TRUE"),
        json!(""),
        json!("1"),
        json!(1),
        json!(0),
        json!([true]),
        json!({}),
    ] {
        let body = with(&right(&world), "rememberMe", wrong);
        sign_in(&world, &body).await.problem_of(400, "mistypedField", &["rememberMe"]);
    }
    let mut null = right(&world);
    null["rememberMe"] = Value::Null;
    sign_in(&world, &null).await.json(200);
}

#[tokio::test]
async fn owner_only_routes_want_a_good_token() {
    let world = World::start().await;
    let elsewhere = World::start().await;
    let short = sign_in(&world, &right(&world)).await.json(200)["id_token"]
        .as_str()
        .expect("a text")
        .to_owned();
    let good = world.token.clone();
    let (unsigned, signature) = good.rsplit_once('.').expect("three parts");
    let claims = unsigned.split_once('.').expect("two parts").1;
    // A JWT's `{"alg":"none"}`.
    let unsecured = format!("eyJhbGciOiJub25lIn0.{claims}.");
    let reversed: String = signature.chars().rev().collect();
    world.clock.advance(Duration::from_hours(24));
    let headers = [
        ("no header", None),
        ("an empty one", Some(String::new())),
        ("a scheme alone", Some("Bearer".to_owned())),
        ("a scheme and a blank", Some("Bearer ".to_owned())),
        ("garbage", Some("Bearer garbage".to_owned())),
        ("three parts of garbage", Some("Bearer a.b.c".to_owned())),
        ("no scheme", Some(good.clone())),
        ("another scheme", Some(format!("Basic {good}"))),
        ("Leaf's other scheme", Some(format!("Token {good}"))),
        ("an expired token", Some(format!("Bearer {short}"))),
        ("another machine's token", Some(format!("Bearer {}", elsewhere.token))),
        ("a forged signature", Some(format!("Bearer {unsigned}.{reversed}"))),
        ("no signature", Some(format!("Bearer {unsigned}."))),
        ("an unsecured token", Some(format!("Bearer {unsecured}"))),
        ("two tokens", Some(format!("Bearer {good}, Bearer {good}"))),
    ];
    list_with(&world, &format!("Bearer {good}")).await.json(200);
    for (method, path) in owner_only() {
        for (what, header) in &headers {
            let mut request = world.http.request(method.clone(), world.api(&path));
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, header);
            }
            let answer =
                Answer::of(request.json(&json!({ "name": "planted", "email": "a@b" }))).await;
            assert_eq!(answer.status, 401, "{what}: {answer:?}");
            answer.problem(401, "unauthorized");
        }
    }
    let users = world.ask(Method::GET, &format!("{MANAGEMENT}/users")).await.json(200);
    assert_eq!(users.as_array().expect("an array").len(), 1, "and nobody was created: {users}");
    world
        .ask(Method::GET, &format!("{MANAGEMENT}/app-keys/Panorama/prairie-insights/STAGE"))
        .await
        .json(200);
}

#[tokio::test]
async fn what_a_farmers_browser_opens_wants_no_token() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let session = world.start_session(&user, None).await;
    let mut browser = world.browser();
    browser.go_on(&session.sign_in_url).await;
    assert_eq!(browser.open(&world.callback(FARM)).await.outcome, "notShared");
}

#[tokio::test]
async fn missing_empty_and_mistyped_fields_are_named() {
    let world = World::start().await;
    let refused = async |body: &Value, error_key: &str, fields: &[&str]| {
        let answer = sign_in(&world, body).await;
        answer.problem_of(400, error_key, fields);
        answer.says_nothing_of(["planted"]);
    };
    refused(&json!({}), "missingField", &["username", "password"]).await;
    let planted = json!({ "username": "planted-user", "password": "planted-password" });
    for field in ["username", "password"] {
        refused(&with(&planted, field, Value::Null), "missingField", &[field]).await;
        let mut null = planted.clone();
        null[field] = Value::Null;
        refused(&null, "missingField", &[field]).await;
        for empty in ["", " ", "\t\n "] {
            refused(&with(&planted, field, json!(empty)), "emptyField", &[field]).await;
        }
        for mistyped in not_texts() {
            refused(&with(&planted, field, mistyped), "mistypedField", &[field]).await;
        }
        refused(&with(&planted, field, json!("planted".repeat(60))), "fieldTooLong", &[field])
            .await;
        refused(&with(&planted, field, json!("planted\u{0}")), "malformedField", &[field]).await;
    }
    let all = json!({ "username": 5, "password": "", "rememberMe": "planted" });
    refused(&all, "mistypedField", &["username", "password", "rememberMe"]).await;
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let world = World::start().await;
    for body in [
        "",
        " ",
        "planted",
        "\"planted\"",
        "[]",
        "[{\"username\":\"planted\"}]",
        "null",
        "{\"planted\":",
        "{}{}",
    ] {
        let answer = Answer::of(world.http.post(world.api("/api/authenticate")).body(body)).await;
        answer.problem(400, "malformedJson");
        answer.says_nothing_of(["planted"]);
    }
}
