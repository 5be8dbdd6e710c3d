use reqwest::Method;
use serde_json::{Value, json};
use simulated_panorama::Environment::{Production, Stage};
use simulated_panorama::{Seed, seed};

use crate::harness::{CODE, CONFIRMATION_BASE, CONTROLLED_FROM, Panorama, location, login};

#[tokio::test]
async fn sharing_by_control_answers_where_the_browser_would_be_sent() {
    let panorama = Panorama::start().await;
    for _ in 0..2 {
        let shared = panorama.share(CODE).await;
        assert_eq!(shared.status(), 303);
        let sharing_url_id = seed(Stage).sharing_url_id;
        assert_eq!(
            location(&shared),
            format!("{CONFIRMATION_BASE}/{sharing_url_id}?orgCode={CODE}")
        );
    }
}

#[tokio::test]
async fn control_of_an_unknown_operation_or_environment_is_not_found() {
    let panorama = Panorama::start().await;
    for path in [
        "/control/operations/nosuchco/share",
        "/control/operations/nosuchco/revoke",
        "/control/partners/stage/password",
    ] {
        let answer = panorama.post(path, &json!({"password": "x"})).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.json::<Value>().await.expect("JSON")["message"].is_string());
    }
}

#[tokio::test]
async fn every_call_is_listed_oldest_first() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Production).await;
    let code = seed(Production).growers[0].operations[0].organization_code;
    panorama.confirm(&login, &format!("/production/sharing/{code}/confirm")).await;
    panorama.partner_get(&login, "/sharing").await;

    let calls = panorama.calls().await;
    assert_eq!(
        calls,
        [
            json!({
                "time": "2026-04-01T12:00:00Z", "environment": "PRODUCTION",
                "call": "initiateAuth", "method": "POST", "path": "/production/", "status": 200,
            }),
            json!({
                "time": "2026-04-01T12:00:00Z", "environment": "PRODUCTION",
                "call": "confirmSharing", "method": "PUT",
                "path": format!("/production/sharing/{code}/confirm"), "status": 404,
            }),
            json!({
                "time": "2026-04-01T12:00:00Z", "environment": "STAGE", "call": "listSharing",
                "method": "GET", "path": "/sharing", "status": 401,
            }),
        ]
    );
    assert_eq!(panorama.delete("/control/calls").await.status(), 204);
    assert_eq!(panorama.calls().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_no_call_of_a_partner_is_not_listed() {
    let panorama = Panorama::start().await;
    panorama.share(CODE).await;
    panorama.get("/operations").await;
    panorama.get("/").await;
    let Seed { client_id, username, password, .. } = seed(Stage);
    panorama.cognito(Stage, "ListUsers", &login(client_id, username, password)).await;
    assert_eq!(panorama.calls().await, Vec::<Value>::new());
}

#[tokio::test]
async fn neither_tokens_nor_passwords_are_listed() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.refresh(Stage, &login.refresh_token).await;
    panorama.partner_get(&login, "/sharing?secret=in-the-query").await;
    let calls = serde_json::to_string(&panorama.calls().await).expect("JSON");
    for secret in [&login.access_token, &login.refresh_token, seed(Stage).password, "in-the-query"]
    {
        assert!(!calls.contains(secret));
    }
}

#[tokio::test]
async fn a_changed_password_replaces_the_old_one_and_ends_no_login() {
    let panorama = Panorama::start().await;
    let Seed { username, password, .. } = seed(Stage);
    let login = panorama.log_in(Stage).await;
    let changed = panorama
        .post("/control/partners/STAGE/password", &json!({"password": "New-Harvest-2027"}))
        .await;
    assert_eq!(changed.status(), 204);
    assert_eq!(
        panorama.log_in_as(Stage, username, password).await.1["__type"],
        "NotAuthorizedException"
    );
    assert_eq!(panorama.log_in_as(Stage, username, "New-Harvest-2027").await.0, 200);
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
    assert_eq!(panorama.refresh(Stage, &login.refresh_token).await.0, 200);
    panorama.log_in(Production).await;

    let refused = panorama.post("/control/partners/STAGE/password", &json!({"password": ""})).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json::<Value>().await.expect("JSON")["field"], "password");
}

#[tokio::test]
async fn the_help_names_every_route() {
    let panorama = Panorama::start().await;
    let help = panorama.get("/control").await.text().await.expect("text");
    for route in [
        "/share",
        "/revoke",
        "/control/calls",
        "/control/faults",
        "/password",
        "/streams",
        "/fields/",
    ] {
        assert!(help.contains(route), "{route}");
    }
}

#[tokio::test]
async fn the_growers_operations_are_listed_with_their_switches() {
    let panorama = Panorama::start().await;
    panorama.share(CODE).await;
    let listed: Vec<Value> =
        panorama.get("/control/operations").await.json().await.expect("a list");
    let known = |environment| seed(environment).growers.into_iter().flat_map(|it| it.operations);
    assert_eq!(listed.len(), known(Stage).chain(known(Production)).count());
    let on: Vec<_> = listed.iter().filter(|it| it["sharing"] == "switchedOn").collect();
    assert_eq!(on.len(), 1, "{listed:?}");
    assert_eq!(
        (&on[0]["organizationCode"], &on[0]["environment"]),
        (&json!(CODE), &json!("STAGE"))
    );
    assert_eq!(on[0]["grower"]["username"], seed(Stage).growers[0].username);
}

#[tokio::test]
async fn only_a_page_of_the_service_may_use_the_control_api_from_a_browser() {
    let panorama = Panorama::start().await;
    for (method, path) in [
        (Method::GET, "/control/calls"),
        (Method::OPTIONS, "/control/calls"),
        (Method::OPTIONS, "/control/faults"),
        (Method::GET, "/control/operations"),
    ] {
        for (origin, may) in [
            (CONTROLLED_FROM, true),
            ("http://127.0.0.1:3002", false),
            ("http://127.0.0.1:3000.evil.example", false),
            ("null", false),
        ] {
            let request = panorama.request(method.clone(), path).header("origin", origin);
            let answer = request.send().await.expect("an answer");
            let said = answer.headers().get("access-control-allow-origin");
            assert_eq!(said.is_some_and(|said| said == CONTROLLED_FROM), may, "{origin} {path}");
            assert_eq!(said.is_some(), may, "{origin} {path}");
            if method == Method::OPTIONS {
                assert_eq!(answer.status() == 204, may, "{origin} {path}");
            }
        }
    }
    // The partner API is for programs.
    let request = panorama.request(Method::GET, "/sharing").header("origin", CONTROLLED_FROM);
    let answer = request.send().await.expect("an answer");
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_clock_is_turned_forward_and_never_back() {
    let panorama = Panorama::start().await;
    let now = async || panorama.get("/control/clock").await.json::<Value>().await.expect("JSON");
    let turn = async |body: Value| panorama.post("/control/clock", &body).await;
    assert_eq!(now().await, json!({"now": "2026-04-01T12:00:00Z", "aheadSeconds": 0}));
    let turned = turn(json!({"forwardSeconds": 960})).await;
    assert_eq!(turned.status(), 200);
    let later = json!({"now": "2026-04-01T12:16:00Z", "aheadSeconds": 960});
    assert_eq!(turned.json::<Value>().await.expect("JSON"), later);
    for body in [
        json!({"forwardSeconds": -1}),
        json!({"forwardSeconds": 0}),
        json!({"forwardSeconds": 34_560_001}),
        json!({"forwardSeconds": 1.5}),
        json!({"forwardMinutes": 16}),
        json!({}),
    ] {
        assert_eq!(turn(body.clone()).await.status(), 400, "{body}");
    }
    assert_eq!(now().await, later);
    // The partner's token was given for an hour of this clock.
    let login = panorama.log_in(Stage).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
    turn(json!({"forwardSeconds": 3_601})).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 401);
}
