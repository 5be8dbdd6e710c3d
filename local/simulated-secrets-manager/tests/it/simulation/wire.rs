use std::io;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use simulated_secrets_manager::{Config, may_serve_on, serve};
use tokio::net::TcpListener;

use crate::peer::{ManualClock, Simulation, create, fresh_token, now};

/// A request as the SDK would never send it.
async fn post(simulation: &Simulation, headers: &[(&str, &str)], body: String) -> Response {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    let request =
        headers.iter().fold(client.post(&simulation.endpoint), |request, (name, value)| {
            request.header(*name, *value)
        });
    request.body(body).send().await.unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn call(simulation: &Simulation, operation: &str, body: Value) -> Answer {
    let target = format!("secretsmanager.{operation}");
    let response = post(simulation, &[("x-amz-target", &target)], body.to_string()).await;
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.json().await.unwrap(),
    }
}

#[tokio::test]
async fn an_error_names_its_type_in_the_body_and_in_a_header() {
    let simulation = Simulation::start(None).await;

    let answer = call(&simulation, "DescribeSecret", json!({ "SecretId": "absent" })).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.headers["x-amzn-errortype"], "ResourceNotFoundException");
    assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    let message = "Secrets Manager can't find the specified secret.";
    assert_eq!(answer.body, json!({ "__type": "ResourceNotFoundException", "Message": message }));
}

#[tokio::test]
async fn dates_are_numbers_of_seconds_and_absent_fields_are_left_out() {
    let simulation = Simulation::start(None).await;
    simulation.client.create_secret().name("name").send().await.unwrap();

    let Answer { body, .. } =
        call(&simulation, "DescribeSecret", json!({ "SecretId": "name" })).await;

    assert_eq!(body["CreatedDate"], json!(1_772_366_400.125));
    let mut fields: Vec<_> = body.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["ARN", "CreatedDate", "LastChangedDate", "Name"]);
}

#[tokio::test]
async fn an_operation_that_is_not_simulated_says_so() {
    let simulation = Simulation::start(None).await;

    let answer = call(&simulation, "RotateSecret", json!({})).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["__type"], "UnknownOperationException");
    let untargeted = post(&simulation, &[], "{}".to_owned()).await;
    assert_eq!(untargeted.headers()["x-amzn-errortype"], "UnknownOperationException");
}

#[tokio::test]
async fn a_value_needs_a_token() {
    let simulation = Simulation::start(None).await;
    create(&simulation.client, "name", "first").await;

    let Answer { body, .. } =
        call(&simulation, "PutSecretValue", json!({ "SecretId": "name", "SecretString": "x" }))
            .await;

    assert_eq!(body["__type"], "InvalidRequestException");
}

#[tokio::test]
async fn a_request_of_the_wrong_form_is_refused_without_quoting_it() {
    let simulation = Simulation::start(None).await;
    create(&simulation.client, "name", "first").await;
    let put = |field: &str, value: Value| {
        let mut body = json!({ "SecretId": "name", "ClientRequestToken": fresh_token() });
        body[field] = value;
        body
    };

    for body in
        [put("SecretString", json!(["swordfish"])), put("SecretBinary", json!("sword fish"))]
    {
        let Answer { body: answer, .. } = call(&simulation, "PutSecretValue", body).await;
        assert_eq!(answer["__type"], "SerializationException");
        assert!(!answer.to_string().contains("fish"), "{answer}");
    }
}

#[tokio::test]
async fn fields_of_features_that_are_not_simulated_are_ignored() {
    let simulation = Simulation::start(None).await;
    let body = json!({
        "Name": "name", "AddReplicaRegions": [{ "Region": "us-west-2" }], "FromTheFuture": 1,
    });

    let answer = call(&simulation, "CreateSecret", body).await;

    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_web_page_that_claims_the_port_under_its_own_name_gets_nothing() {
    let simulation = Simulation::start(None).await;
    let headers =
        [("x-amz-target", "secretsmanager.DescribeSecret"), ("host", "rebound.example:8000")];

    let response = post(&simulation, &headers, "{}".to_owned()).await;

    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn it_serves_on_no_address_that_others_may_reach() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let clock = ManualClock::at(time::OffsetDateTime::UNIX_EPOCH);

    let error = serve(Config { listener, file: None, now: now(&clock) }, std::future::pending())
        .await
        .unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    let may = |address: &str| may_serve_on(address.parse().unwrap());
    assert!(["127.0.0.1", "::1", "172.30.0.1", "192.168.1.2", "fd00::1"].into_iter().all(may));
    assert!(!["0.0.0.0", "::", "203.0.113.7", "172.32.0.1", "2001:db8::1"].into_iter().any(may));
}

#[tokio::test]
async fn it_stops_when_it_is_told_to() {
    let simulation = Simulation::start(None).await;
    create(&simulation.client, "name", "first").await;

    simulation.stop().await;
}
