//! What stands where Panorama should be says things that Panorama would not: pages, other JSON, too
//! much, too long, too large a number.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{FARM, OTHER_FARM, World};

const PAGE: &str = "<!doctype html><title>Back soon</title>";

fn answer(call: &str, status: u16, content_type: &str, body: &str) -> Value {
    json!({
        "call": call, "fault": "answer", "status": status, "contentType": content_type,
        "body": body, "times": 0,
    })
}

async fn resources(world: &World, user: &str) -> (StatusCode, Value) {
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    world.json(world.owner(Method::GET, &path)).await
}

#[tokio::test]
async fn errors_of_cognito_that_are_not_about_the_credentials_refuse_nobody() {
    for kind in [
        "UnexpectedLambdaException",
        "UserLambdaValidationException",
        "InvalidLambdaResponseException",
        "ThrottlingException",
        "TooManyRequestsException",
        "LimitExceededException",
        "ServiceUnavailableException",
        "InternalErrorException",
        "InvalidUserPoolConfigurationException",
        "UserNotConfirmedException",
        "com.amazonaws.cognito#SomethingNewException",
        "",
    ] {
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        let body = json!({ "__type": kind, "message": "x" }).to_string();
        for call in ["initiateAuth", "getTokensFromRefreshToken"] {
            world.fault(answer(call, 400, "application/x-amz-json-1.1", &body)).await;
        }
        world.fault(json!({ "fault": "expireTokens" })).await;
        let report = world.check_after(15).await;
        assert_eq!((report.unavailable, report.login_refused), (1, 0), "{kind}");
        world.pass(1, 0);
        assert_eq!(world.status(&user).await, "ACTIVE", "{kind}");
        let stage = &world.machine.ready.stage;
        assert_eq!(
            world.app_key(Method::PUT, stage, "New-2027").await,
            StatusCode::SERVICE_UNAVAILABLE,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_refusal_that_does_not_come_from_cognito_is_none() {
    for (status, content_type, body) in [
        (403, "application/json", r#"{"__type":"NotAuthorizedException"}"#),
        (403, "text/html", PAGE),
        (404, "application/json", r#"{"__type":"ResourceNotFoundException"}"#),
        (400, "text/html", PAGE),
        (200, "text/html", PAGE),
        (200, "application/json", "{}"),
        (200, "application/json", r#"{"AuthenticationResult":{"AccessToken":7}}"#),
    ] {
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        world.fault(answer("initiateAuth", status, content_type, body)).await;
        world.fault(answer("getTokensFromRefreshToken", status, content_type, body)).await;
        world.fault(json!({ "fault": "expireTokens" })).await;
        let report = world.check_after(15).await;
        assert_eq!((report.unavailable, report.login_refused), (1, 0), "{status} {body}");
        world.pass(1, 0);
        assert_eq!(world.status(&user).await, "ACTIVE", "{status} {body}");
    }
}

#[tokio::test]
async fn what_is_named_as_a_refusal_is_one() {
    for kind in [
        "NotAuthorizedException",
        "UserNotFoundException",
        "PasswordResetRequiredException",
        "ResourceNotFoundException",
        "InvalidParameterException",
        "com.amazonaws.cognito#NotAuthorizedException",
    ] {
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        let body = json!({ "__type": kind, "message": "x" }).to_string();
        for call in ["initiateAuth", "getTokensFromRefreshToken"] {
            world.fault(answer(call, 400, "application/x-amz-json-1.1", &body)).await;
        }
        world.fault(json!({ "fault": "expireTokens" })).await;
        assert_eq!(world.check_after(15).await.login_refused, 1, "{kind}");
        world.pass(1, 0);
        assert_eq!(world.status(&user).await, "UNAUTHENTICATED", "{kind}");
    }
}

#[tokio::test]
async fn entries_of_a_listing_that_cannot_be_ours_are_passed_over() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    for strange in [
        json!("ab.cd"),
        json!("a".repeat(65)),
        json!(""),
        json!(" "),
        json!("käse"),
        json!("a/b"),
        json!(null),
    ] {
        let body = json!({ "items": [strange, FARM, OTHER_FARM] }).to_string();
        world.fault(answer("listSharing", 200, "application/json", &body)).await;
        let report = world.check_after(15).await;
        assert_eq!((report.done, report.compared, report.revoked), (1, 2, 0), "{strange}");
        world.mend().await;
    }
    let body = json!({ "items": ["ab.cd", FARM] }).to_string();
    world.fault(answer("listSharing", 200, "application/json", &body)).await;
    assert_eq!(world.check_after(15).await.revoked, 1, "a farmer who has left is still noticed");
    assert_eq!((&*world.status(&maria).await, &*world.status(&dale).await), ("ACTIVE", "REVOKED"));
}

#[tokio::test]
async fn a_listing_in_another_form_revokes_nobody() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    for body in [
        PAGE.to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        json!({ "items": null }).to_string(),
        json!({ "items": [{ "code": FARM }] }).to_string(),
        json!({ "items": [12_345_678] }).to_string(),
        json!({ "items": ["ab.cd", ""] }).to_string(),
        json!({ "items": [], "nextToken": 7 }).to_string(),
        json!({ "items": [], "nextToken": "for ever" }).to_string(),
        format!("{} ", json!({ "items": [] })).replace("[]", "["),
    ] {
        world.fault(answer("listSharing", 200, "application/json", &body)).await;
        let report = world.check_after(15).await;
        assert_eq!((report.unavailable, report.revoked), (1, 0), "{body}");
        assert_eq!(world.status(&maria).await, "ACTIVE");
        world.mend().await;
    }
}

#[tokio::test]
async fn pages_that_go_round_in_circles_are_no_listing() {
    let world = World::start().await;
    world.connected("maria", FARM).await;
    for token in ["a", "b", "c"] {
        let body = json!({ "items": [], "nextToken": token }).to_string();
        world.fault(json!({ "call": "listSharing", "fault": "answer", "body": body })).await;
    }
    let body = json!({ "items": [], "nextToken": "a" }).to_string();
    world.fault(answer("listSharing", 200, "application/json", &body)).await;
    let report = world.check_after(15).await;
    assert_eq!((report.unavailable, report.revoked), (1, 0));
    assert_eq!(world.calls("listSharing").await, 4);
}

#[tokio::test]
async fn a_page_that_says_back_soon_confirms_nothing() {
    for (content_type, body) in [
        ("text/html", PAGE),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "\"ok\""),
    ] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        world.start_session(&maria, Some(FARM)).await;
        let callback = world.share(FARM).await;
        world.fault(answer("confirmSharing", 200, content_type, body)).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "finishing", "{body}");
        assert_eq!(world.status(&maria).await, "PENDING", "{body}");

        // Unless the listing says that it is done.
        let listing = json!({ "items": [FARM] }).to_string();
        world.fault(answer("listSharing", 200, "application/json", &listing)).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "connected", "{body}");
        assert_eq!(world.status(&maria).await, "ACTIVE", "{body}");
    }
}

#[tokio::test]
async fn a_page_that_says_no_is_not_panoramas_word() {
    for status in [400, 403, 404, 410] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        world.start_session(&maria, Some(FARM)).await;
        let callback = world.share(FARM).await;
        world.fault(answer("confirmSharing", status, "text/html; charset=utf-8", PAGE)).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "finishing", "{status}");
        world.mend().await;
        assert_eq!(world.browser().open(&callback).await.outcome, "connected", "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    let large = |call: &str, megabytes: u64| {
        json!({
            "call": call, "fault": "answer", "body": " ".repeat(1_024), "repeat": megabytes * 1_024,
            "times": 0,
        })
    };
    world.fault(large("listFields", 33)).await;
    world.fault(large("listSharing", 33)).await;
    world.fault(large("initiateAuth", 1)).await;
    let (status, problem) = resources(&world, &maria).await;
    assert!(status.is_server_error(), "{problem}");
    assert!(problem["detail"].as_str().expect("a text").contains("too large"), "{problem}");
    assert_eq!(world.check_after(15).await.unavailable, 1);
    let stage = &world.machine.ready.stage;
    assert!(world.app_key(Method::PUT, stage, stage.partner.password).await.is_server_error());
    assert_eq!(world.status(&maria).await, "ACTIVE");
}

#[tokio::test]
async fn an_absurd_retry_after_is_an_hour() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    for (sent, told) in
        [("31536000", "3600"), ("99999999999999999999999", "3600"), ("-5", "30"), ("never", "30")]
    {
        world
            .fault(json!({
                "call": "listFields", "fault": "status", "status": 503, "retryAfter": sent,
            }))
            .await;
        let path =
            format!("/services/integrations/api/resources?provider=Panorama&leafUserId={maria}");
        let answer = world.owner(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.headers()["retry-after"], told, "{sent}");
        // Until then nothing is asked.
        world.pass(60, 0);
    }
}
