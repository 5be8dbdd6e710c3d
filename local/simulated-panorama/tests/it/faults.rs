use std::time::Duration;

use reqwest::{Error, Method, Response};
use serde_json::{Value, json};
use simulated_panorama::Environment::Stage;
use simulated_panorama::seed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{CODE, Login, Panorama};

async fn try_confirm(panorama: &Panorama, login: &Login, code: &str) -> Result<Response, Error> {
    let path = format!("/sharing/{code}/confirm");
    panorama
        .request(Method::PUT, &path)
        .bearer_auth(&login.access_token)
        .json(&json!({}))
        .send()
        .await
}

async fn is_shared(panorama: &Panorama, login: &Login) -> bool {
    panorama.partner_get(login, "/sharing").await.1 == json!({"items": [CODE]})
}

#[tokio::test]
async fn a_call_dropped_before_the_work_is_not_done() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    panorama.arm(&json!({"call": "confirmSharing", "fault": "dropBefore"})).await;
    let error = try_confirm(&panorama, &login, CODE).await.expect_err("the connection dies");
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    assert!(!is_shared(&panorama, &login).await);
    assert_eq!(panorama.calls().await[1]["status"], Value::Null);
}

#[tokio::test]
async fn a_call_dropped_after_the_work_is_done_and_not_answered() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    panorama.arm(&json!({"call": "confirmSharing", "fault": "dropAfter"})).await;
    let error = try_confirm(&panorama, &login, CODE).await.expect_err("the connection dies");
    assert!(error.is_request() && error.status().is_none(), "{error:?}");
    assert!(is_shared(&panorama, &login).await);
    let dropped = &panorama.calls().await[1];
    assert_eq!((&dropped["call"], &dropped["status"]), (&json!("confirmSharing"), &Value::Null));
}

#[tokio::test]
async fn a_dropped_connection_carries_not_a_byte_of_an_answer() {
    let panorama = Panorama::start().await;
    for fault in ["dropBefore", "dropAfter"] {
        panorama.arm(&json!({"call": "listSharing", "fault": fault})).await;
        let mut stream = TcpStream::connect(panorama.url.trim_start_matches("http://"))
            .await
            .expect("connected");
        stream.write_all(b"GET /sharing HTTP/1.1\r\nHost: panorama\r\n\r\n").await.expect("sent");
        let mut answer = Vec::new();
        // An orderly end or a reset, as the platform likes.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{fault}: {}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn a_status_is_answered_with_its_retry_after_and_no_work_done() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    let fault = json!({
        "call": "confirmSharing", "fault": "status", "status": 429, "retryAfter": 7, "times": 2,
    });
    panorama.arm(&fault).await;
    for _ in 0..2 {
        let answer = try_confirm(&panorama, &login, CODE).await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (429, &"7".parse().unwrap())
        );
        assert!(answer.json::<Value>().await.expect("JSON")["message"].is_string());
    }
    assert!(!is_shared(&panorama, &login).await);
    assert_eq!(try_confirm(&panorama, &login, CODE).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_failing_login_speaks_as_cognito_does() {
    let panorama = Panorama::start().await;
    for (status, kind) in [(500, "InternalErrorException"), (400, "TooManyRequestsException")] {
        panorama.arm(&json!({"call": "initiateAuth", "fault": "status", "status": status})).await;
        let (answered, answer) =
            panorama.log_in_as(Stage, seed(Stage).username, seed(Stage).password).await;
        assert_eq!((answered, &answer["__type"]), (status, &json!(kind)));
    }
}

#[tokio::test]
async fn a_malformed_answer_is_half_of_a_good_one() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.arm(&json!({"call": "listSharing", "fault": "malformed"})).await;
    let answer =
        panorama.request(Method::GET, "/sharing").bearer_auth(&login.access_token).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200);
    let body = answer.text().await.expect("text");
    assert!(!body.is_empty() && serde_json::from_str::<Value>(&body).is_err(), "{body}");
}

#[tokio::test]
async fn a_slow_call_outlasts_an_impatient_client() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.arm(&json!({"call": "listSharing", "fault": "slow", "delayMs": 600_000})).await;
    let request = panorama.request(Method::GET, "/sharing").bearer_auth(&login.access_token);
    let error =
        request.timeout(Duration::from_millis(20)).send().await.expect_err("it is too slow");
    assert!(error.is_timeout());
    panorama.arm(&json!({"call": "listSharing", "fault": "slow", "delayMs": 1})).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
}

#[tokio::test]
async fn a_fault_of_one_operation_spares_the_others() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let other = seed(Stage).growers[1].operations[0].organization_code;
    panorama.share(CODE).await;
    panorama.share(other).await;
    let fault = json!({
        "call": "*", "fault": "status", "status": 503, "times": 0, "organizationCode": CODE,
    });
    panorama.arm(&fault).await;
    assert_eq!(try_confirm(&panorama, &login, other).await.expect("an answer").status(), 200);
    for _ in 0..3 {
        assert_eq!(try_confirm(&panorama, &login, CODE).await.expect("an answer").status(), 503);
    }
    assert_eq!(
        panorama.get("/control/faults").await.json::<Value>().await.expect("JSON")[0]["status"],
        503
    );
    assert_eq!(panorama.delete("/control/faults").await.status(), 204);
    assert_eq!(
        panorama.get("/control/faults").await.json::<Value>().await.expect("JSON"),
        json!([])
    );
    assert_eq!(try_confirm(&panorama, &login, CODE).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn expired_tokens_are_refused_at_once_and_refreshed() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.arm(&json!({"fault": "expireTokens"})).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 401);
    assert_eq!(panorama.refresh(Stage, &login.refresh_token).await.0, 200);
}

#[tokio::test]
async fn revoked_refresh_tokens_leave_access_tokens_alive() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.arm(&json!({"fault": "revokeRefreshTokens"})).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
    let (_, refused) = panorama.refresh(Stage, &login.refresh_token).await;
    assert_eq!(refused["message"], "Refresh Token has been revoked");
}

#[tokio::test]
async fn a_bad_fault_is_refused_by_the_name_of_its_field() {
    let panorama = Panorama::start().await;
    for (body, field) in [
        (json!({"call": "listSharing", "fault": "status", "status": "503"}), "status"),
        (json!({"call": "everything", "fault": "dropBefore"}), "call"),
        (json!("dropBefore"), "body"),
    ] {
        let answer = panorama.post("/control/faults", &body).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.expect("JSON")["field"], field);
    }
    assert_eq!(
        panorama.get("/control/faults").await.json::<Value>().await.expect("JSON"),
        json!([])
    );
}
