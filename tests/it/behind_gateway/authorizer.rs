//! The authorizer lets everything through with its verdict, so that a refusal is a 401 that says
//! what to do; and strangers cannot make it fail.

use reqwest::Method;
use serde_json::{Value, json};

use super::api_gateway::Asked;
use super::{Deployed, event};
use crate::world::MANAGEMENT;

#[tokio::test]
async fn a_token_that_is_not_good_is_answered_401_with_a_problem_and_no_403() {
    let deployed = Deployed::start().await;
    let users = format!("{MANAGEMENT}/users");
    let good = deployed.world.token.clone();
    let forged = format!("{good}x");
    for token in ["", "not-a-token", "a.b.c", &forged] {
        let reply = deployed.ask(Asked::new(Method::GET, &users, Some(token))).await;
        reply.problem(401, "unauthorized");
        assert_eq!(reply.headers["www-authenticate"], "Bearer", "{token}");
    }
    assert_eq!(deployed.ask(Asked::new(Method::GET, &users, Some(&good))).await.status, 200);
    // No token at all: API Gateway's own, which knows nothing of ours. The status is the same.
    assert_eq!(deployed.ask(Asked::new(Method::GET, &users, None)).await.status, 401);

    deployed.world.pass(31 * 24 * 60, 0);
    deployed.ask(Asked::new(Method::GET, &users, Some(&good))).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_verdict_is_the_owners_name_or_nothing() {
    let deployed = Deployed::start().await;
    let asked = |value: &str| json!({ "headers": { "Authorization": value } }).to_string();
    let verdict = deployed.authorize(&asked(&format!("Bearer {}", deployed.world.token))).await;
    assert_eq!(
        verdict,
        json!({ "isAuthorized": true, "context": { "owner": "owner@prairie-insights.example" } })
    );
    let verdict = deployed.authorize(&asked("Bearer not-a-token")).await;
    assert_eq!(verdict, json!({ "isAuthorized": true, "context": {} }));
}

#[tokio::test]
async fn nothing_that_a_stranger_sends_makes_the_authorizer_fail() {
    let deployed = Deployed::start().await;
    let nothing = json!({ "isAuthorized": true, "context": {} });
    for event in [
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"headers":null}"#.to_owned(),
        r#"{"headers":{"authorization":"Bearer \ud800"}}"#.to_owned(),
        json!({ "headers": { "authorization": 1, "x": ["y"] } }).to_string(),
        json!({ "headers": { "authorization": "Bearer \u{0}\u{7f}\u{fffd}é\"<>" } }).to_string(),
        json!({
            "headers": { "author\nization": "x", "": "", "é": "\r\n" }, "rawPath": "\"<> %zz",
            "rawQueryString": "\"%",
        })
        .to_string(),
        json!({
            "headers": { "authorization": format!("Bearer {}", "x".repeat(100_000)) },
        })
        .to_string(),
        json!({
            "headers": { "authorization": "Basic b3duZXI6b3duZXI=" }, "cookies": Value::Null,
        })
        .to_string(),
    ] {
        assert_eq!(deployed.authorize(&event).await, nothing, "{event:.200}");
    }
}

#[tokio::test]
async fn who_guesses_passwords_is_slowed_down_and_not_the_owner_elsewhere() {
    let deployed = Deployed::start().await;
    let owner = deployed.world.machine.ready.owner;
    let sign_in = async |address: &str, password: &str| {
        let mut event = event("POST /api/authenticate", "/api/authenticate", &Value::Null);
        event["requestContext"]["http"]["sourceIp"] = address.into();
        // What a client says of where it comes from is not believed.
        event["headers"]["x-forwarded-for"] = "198.51.100.9".into();
        event["body"] =
            json!({ "username": owner.username, "password": password }).to_string().into();
        deployed.give("authenticate", &event).await.status
    };
    for _ in 0..6 {
        sign_in("203.0.113.7", "planted").await;
    }
    assert_eq!(sign_in("203.0.113.7", owner.password).await, 429);
    assert_eq!(sign_in("203.0.113.8", owner.password).await, 200);
}
