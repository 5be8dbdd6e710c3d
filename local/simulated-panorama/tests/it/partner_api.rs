use reqwest::Method;
use serde_json::{Value, json};
use simulated_panorama::Environment::{Production, Stage};
use simulated_panorama::seed;
use time::Duration;

use crate::harness::{CODE, Login, Panorama};

fn not_found() -> (u16, Value) {
    (404, json!({"message": "Not Found"}))
}

#[tokio::test]
async fn nothing_is_shared_to_begin_with() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await, (200, json!({"items": []})));
}

#[tokio::test]
async fn sharing_counts_once_both_sides_have_said_so() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": []}));
    assert_eq!(panorama.partner_get(&login, "/sharing/krwv4vYH").await, not_found());
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 200);
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": [CODE]}));
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 200);
}

#[tokio::test]
async fn confirming_what_is_not_switched_on_looks_like_confirming_what_does_not_exist() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let mut answers = Vec::new();
    for code in [CODE, "nosuchco"] {
        let path = format!("/sharing/{code}/confirm");
        let request =
            panorama.request(Method::PUT, &path).bearer_auth(&login.access_token).json(&json!({}));
        let answer = request.send().await.expect("an answer");
        let headers = answer.headers().clone();
        answers.push((answer.status(), headers, answer.text().await.expect("a body")));
    }
    assert_eq!(answers[0].0, 404);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn revoked_sharing_is_gone_and_wants_a_new_confirmation() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await;
    let revoked = panorama.post("/control/operations/krwv4vYH/revoke", &json!({})).await;
    assert_eq!(revoked.status(), 204);
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": []}));
    assert_eq!(panorama.partner_get(&login, "/sharing/krwv4vYH").await, not_found());
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 404);
    panorama.share(CODE).await;
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": []}));
}

#[tokio::test]
async fn only_a_live_access_token_of_this_environment_opens_a_call() {
    let panorama = Panorama::start().await;
    let stage = panorama.log_in(Stage).await;
    let production = panorama.log_in(Production).await;
    panorama.share(CODE).await;
    panorama.confirm(&stage, "/sharing/krwv4vYH/confirm").await;
    let bearers = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer made.up.token".to_owned(),
        format!("Basic {}", stage.access_token),
        stage.access_token.clone(),
        format!("Bearer {}", stage.refresh_token),
        format!("Bearer {}", production.access_token),
    ];
    for bearer in bearers {
        for (method, path) in [
            (Method::GET, "/sharing"),
            (Method::PUT, "/sharing/krwv4vYH/confirm"),
            (Method::GET, "/sharing/krwv4vYH"),
            (Method::GET, "/sharing/krwv4vYH/0b6f3a52-8d1e-4c77-a2f4-61d09c5b7e13/download"),
        ] {
            let request =
                panorama.request(method, path).header("Authorization", &bearer).json(&json!({}));
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{path} with {bearer:?}");
            assert_eq!(
                answer.json::<Value>().await.expect("JSON"),
                json!({"message": "Unauthorized"})
            );
        }
    }
}

#[tokio::test]
async fn a_confirmation_is_a_json_object() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    for (media_type, body, status) in [
        ("text/plain", "{}", 415),
        ("application/json", "", 400),
        ("application/json", "[]", 400),
        ("application/json; charset=utf-8", "{}", 200),
    ] {
        let request = panorama
            .request(Method::PUT, "/sharing/krwv4vYH/confirm")
            .bearer_auth(&login.access_token)
            .header("Content-Type", media_type)
            .body(body);
        assert_eq!(
            request.send().await.expect("an answer").status(),
            status,
            "{media_type} {body}"
        );
    }
}

async fn sharing_partner(panorama: &Panorama) -> Login {
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await;
    login
}

#[tokio::test]
async fn a_confirmed_operation_lists_its_fields_and_streams() {
    let panorama = Panorama::start().await;
    let login = sharing_partner(&panorama).await;
    let (status, equipment) = panorama.partner_get(&login, "/sharing/krwv4vYH").await;
    assert_eq!(status, 200);
    assert!(equipment[0]["serial_number"].is_string());
    let fields = equipment[0]["fields"].as_array().expect("fields");
    assert!(fields.len() > 2);
    let field = &fields[0];
    assert_eq!(
        (&field["client"], &field["farm"]),
        (&json!("Lindqvist Family"), &json!("Home Place"))
    );
    assert_eq!(field["field"], "North 80");
    let stream = &field["streams"][0];
    assert_eq!(stream["season"], 2024);
    assert_eq!(stream["task_index"], 0);
    assert_eq!(
        (&stream["crop"]["name"], &stream["task"]["name"]),
        (&json!("Corn"), &json!("Planting"))
    );
}

#[tokio::test]
async fn a_stream_downloads_for_a_quarter_of_an_hour() {
    let panorama = Panorama::start().await;
    let login = sharing_partner(&panorama).await;
    let (_, equipment) = panorama.partner_get(&login, "/sharing/krwv4vYH").await;
    let stream = equipment[0]["fields"][1]["streams"][2]["id"].as_str().expect("an id").to_owned();
    let path = format!("/sharing/krwv4vYH/{stream}/download");
    let (status, answer) = panorama.partner_get(&login, &path).await;
    assert_eq!(status, 200);
    let url = answer["files"][0]["url"].as_str().expect("a url");
    assert!(url.starts_with(&panorama.url) && url.ends_with(".2020"), "{url}");
    let file = panorama.client.get(url).send().await.expect("an answer");
    assert_eq!(file.status(), 200);
    assert!(!file.bytes().await.expect("bytes").is_empty());
    panorama.pass(Duration::minutes(15));
    assert_eq!(panorama.client.get(url).send().await.expect("an answer").status(), 404);
}

#[tokio::test]
async fn a_stream_of_another_operation_does_not_download() {
    let panorama = Panorama::start().await;
    let login = sharing_partner(&panorama).await;
    let other = seed(Stage).growers[0].operations[1].organization_code;
    let (_, equipment) = panorama.partner_get(&login, "/sharing/krwv4vYH").await;
    let stream = equipment[0]["fields"][0]["streams"][0]["id"].as_str().expect("an id").to_owned();
    panorama.share(other).await;
    panorama.confirm(&login, &format!("/sharing/{other}/confirm")).await;
    assert_eq!(
        panorama.partner_get(&login, &format!("/sharing/{other}/{stream}/download")).await,
        not_found()
    );
    assert_eq!(
        panorama.partner_get(&login, "/sharing/krwv4vYH/no-uuid/download").await,
        not_found()
    );
}
