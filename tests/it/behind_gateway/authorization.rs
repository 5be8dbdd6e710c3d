//! Who may do what: a function serves the route that was matched, and one for owners only on the
//! authorizer's word.

use serde_json::{Value, json};
use web::routes::Access;

use super::{Deployed, event, filled, of_owner};
use crate::world::MANAGEMENT;

/// Paths that lead from one that is open to one for owners, for somebody who folds, decodes, cuts
/// or joins them.
fn detours(prefix: &str, to: &str) -> Vec<String> {
    let to = to.trim_start_matches('/');
    let backslashes = to.replace('/', "\\");
    let encoded = to.replace('/', "%2F");
    vec![
        format!("/{to}"),
        format!("//{to}"),
        format!("{prefix}/..\\{backslashes}"),
        format!("{prefix}/../{to}"),
        format!("{prefix}/..%2F{encoded}"),
        format!("{prefix}/%2e%2e%2f{encoded}"),
        format!("{prefix}/%2E%2E/{to}"),
        format!("{prefix}/..;/{to}"),
        format!("{prefix}/x?/../../{to}"),
        format!("{prefix}/x#/{to}"),
        format!("{prefix}//../../{to}"),
        format!("\\{backslashes}"),
        format!("/prod/{to}"),
        format!("http://connect.example/{to}"),
        format!("@connect.example/{to}"),
    ]
}

#[tokio::test]
async fn a_function_serves_the_route_that_was_matched_and_never_the_path_that_was_sent() {
    let deployed = Deployed::start().await;
    let user = deployed.world.create_user("maria").await;
    let start = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
    let body = deployed.world.start_body("STAGE", None).to_string();
    for (prefix, key) in [
        ("/connect", "POST /connect/{sessionId}"),
        ("/connect", "GET /connect/{sessionId}"),
        ("/connect", "POST /connect/{sessionId}/"),
        ("/connect", "HEAD /connect/{sessionId}"),
    ] {
        for path in detours(prefix, &start) {
            for parameters in [
                Value::Null,
                json!({}),
                json!({ "sessionId": path.trim_start_matches("/connect/") }),
            ] {
                let mut event = event(key, &path, &parameters);
                event["requestContext"]["http"]["method"] = "POST".into();
                event["body"] = body.clone().into();
                let reply = deployed.give("start-integration", &event).await;
                assert!(reply.status == 404 || key.starts_with("HEAD"), "{path}: {reply:?}");
                assert!(!reply.body.contains("signInUrl"), "{path}: {reply:?}");
            }
        }
    }
    assert_eq!(deployed.world.status(&user).await, "integrationNotStarted", "nothing was started");
}

#[tokio::test]
async fn an_owners_word_for_one_route_opens_no_other() {
    let deployed = Deployed::start().await;
    let user = deployed.world.create_user("maria").await;
    // Matched: the listing. Sent: what would delete.
    for path in detours("/x", &format!("{MANAGEMENT}/users/{user}")) {
        let mut event = of_owner(event(&format!("GET {MANAGEMENT}/users"), &path, &Value::Null));
        event["requestContext"]["http"]["method"] = "DELETE".into();
        let reply = deployed.give("users", &event).await;
        assert!(reply.status == 404 || reply.status == 200, "{path}: {reply:?}");
    }
    let read =
        deployed.world.ask(reqwest::Method::GET, &format!("{MANAGEMENT}/users/{user}")).await;
    assert_eq!(read.status, 200, "{read:?}");
}

#[tokio::test]
async fn no_route_for_owners_runs_without_the_authorizers_word() {
    let deployed = Deployed::start().await;
    let token = deployed.world.token.clone();
    let no_words = [
        Value::Null,
        json!({}),
        json!({ "lambda": null }),
        json!({ "lambda": {} }),
        json!({ "lambda": { "owner": "" } }),
        json!({ "lambda": { "owner": null } }),
        json!({ "lambda": { "owner": true } }),
        json!({ "owner": "owner@prairie-insights.example" }),
        json!({ "jwt": null }),
        json!({ "jwt": { "claims": {}, "scopes": ["owner"] } }),
        json!({ "iam": { "userArn": "arn:aws:iam::123456789012:root" } }),
    ];
    let mut tried = 0;
    for (function, key, access) in deployed.keys() {
        if access == Access::Public {
            continue;
        }
        let (_, template) = key.split_once(' ').expect("a method and a path");
        let (path, parameters) = filled(template, "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20");
        for word in &no_words {
            let mut event = event(&key, &path, &parameters);
            // A token that nobody has looked at is none, nor is what a client says of itself.
            event["headers"]["authorization"] = format!("Bearer {token}").into();
            event["headers"]["x-owner"] = "owner@prairie-insights.example".into();
            event["requestContext"]["authorizer"] = word.clone();
            let reply = deployed.give(function, &event).await;
            reply.problem(401, "unauthorized");
            assert_eq!(reply.headers["www-authenticate"], "Bearer", "{key}");
            tried += 1;
        }
    }
    assert!(tried >= 40 * no_words.len(), "{tried}");
}

#[tokio::test]
async fn claims_of_the_partners_own_issuer_open_a_route_for_owners() {
    let deployed = Deployed::start().await;
    for claims in [
        json!({ "sub": "9b1f", "iss": "https://login.partner.example" }),
        json!({ "client_id": "4f" }),
    ] {
        let mut event =
            event(&format!("GET {MANAGEMENT}/users"), &format!("{MANAGEMENT}/users"), &Value::Null);
        event["requestContext"]["authorizer"] =
            json!({ "jwt": { "claims": claims, "scopes": null } });
        assert_eq!(deployed.give("users", &event).await.status, 200);
    }
}

#[tokio::test]
async fn a_route_that_a_function_does_not_have_is_not_found() {
    let deployed = Deployed::start().await;
    let users = format!("{MANAGEMENT}/users");
    for key in [
        "",
        "$default",
        "GET",
        "GET /",
        "GET /nowhere",
        "ANY /{proxy+}",
        "GET /services/usermanagement/api/users/{leafUserId}/panorama-credentials",
        "get /services/usermanagement/api/users",
        "PATCH /services/usermanagement/api/users",
        "GET  /services/usermanagement/api/users",
    ] {
        let mut event = of_owner(event(key, &users, &Value::Null));
        event["requestContext"]["http"]["method"] = "GET".into();
        deployed.give("users", &event).await.problem(404, "routeNotFound");
    }
    // A route that it has, and a path that has nothing of it.
    let event = of_owner(event(&format!("GET {users}"), "/no-such-path", &Value::Null));
    deployed.give("users", &event).await.problem(404, "routeNotFound");
}
