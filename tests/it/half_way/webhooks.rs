//! The same of webhooks, which are a row and a secret.

use local::seed::SECRETS_PREFIX;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::aws_calls::{AwsCalls, Call};
use crate::world::World;

const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

const CREATE_SECRET: Call = Call::Of("CreateSecret");
const DELETE_SECRET: Call = Call::Of("DeleteSecret");
const LIST_ROWS: Call = Call::Of("Query");
const DELETE_ROW: Call = Call::With("TransactWriteItems", r#""Delete""#);
const UPDATE_ROW: Call = Call::Of("UpdateItem");

async fn register(world: &World) -> (StatusCode, Value) {
    let body = json!({
        "events": ["connectionRevoked"], "name": "our receiver",
        "secret": "planted-webhook-secret-of-24",
        "url": "https://receiver.example/hooks",
    });
    world.json(world.owner(Method::POST, WEBHOOKS).json(&body)).await
}

async fn registered(world: &World) -> String {
    let (status, webhook) = register(world).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    webhook["id"].as_str().expect("an id").to_owned()
}

async fn rotate(world: &World, id: &str) -> (StatusCode, Value) {
    let body = json!({ "secret": "planted-secret-number-two-of-a-webhook" });
    world.json(world.owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret")).json(&body)).await
}

async fn delete(world: &World, id: &str) -> (StatusCode, Value) {
    world.json(world.owner(Method::DELETE, &format!("{WEBHOOKS}/{id}"))).await
}

async fn ids(world: &World) -> Vec<String> {
    let (_, webhooks) = world.json(world.owner(Method::GET, WEBHOOKS)).await;
    let ids = webhooks.as_array().expect("webhooks").iter();
    ids.map(|webhook| webhook["id"].as_str().expect("an id").to_owned()).collect()
}

async fn has_secret(world: &World, id: &str) -> bool {
    let name = format!("{SECRETS_PREFIX}/webhook/{id}");
    world.machine.secrets_manager.get_secret_value().secret_id(name).send().await.is_ok()
}

/// What it says, if it is that a part of the change was made.
fn unfinished((status, problem): (StatusCode, Value)) -> String {
    let key = problem["errorKey"].as_str();
    assert_eq!(
        (status, key),
        (StatusCode::SERVICE_UNAVAILABLE, Some("changeUnfinished")),
        "{problem}"
    );
    let detail = problem["detail"].as_str().expect("a text").to_owned();
    assert!(!detail.contains("Nothing was changed"), "{detail}");
    detail
}

fn nothing_changed((status, problem): (StatusCode, Value)) {
    let key = problem["errorKey"].as_str();
    assert_eq!(
        (status, key),
        (StatusCode::SERVICE_UNAVAILABLE, Some("storageUnavailable")),
        "{problem}"
    );
}

#[tokio::test]
async fn a_registration_without_a_secret_is_taken_back_or_names_what_mends_it() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    calls.break_only(&[CREATE_SECRET]);
    nothing_changed(register(&world).await);
    assert_eq!(ids(&world).await, Vec::<String>::new());

    calls.break_only(&[CREATE_SECRET, DELETE_ROW]);
    let detail = unfinished(register(&world).await);
    calls.mend();
    let [id] = &ids(&world).await[..] else { panic!("{detail}") };
    assert!(
        detail.contains(&format!("PUT {WEBHOOKS}/{id}/secret")) && detail.contains("DELETE"),
        "{detail}"
    );
    assert_eq!(rotate(&world, id).await.0, StatusCode::OK);
    assert!(has_secret(&world, id).await);
}

#[tokio::test]
async fn a_secret_that_was_rotated_and_not_noted_is_finished_by_the_same_request() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    let id = registered(&world).await;
    calls.break_only(&[UPDATE_ROW]);
    assert!(unfinished(rotate(&world, &id).await).contains("same request again"));
    calls.mend();
    assert_eq!(rotate(&world, &id).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_deletion_that_leaves_the_secret_is_finished_by_the_same_request() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    let id = registered(&world).await;
    calls.break_only(&[DELETE_SECRET]);
    let detail = unfinished(delete(&world, &id).await);
    assert!(detail.contains("same request again") && detail.contains("404"), "{detail}");
    assert_eq!(ids(&world).await, Vec::<String>::new());
    assert!(has_secret(&world, &id).await);
    calls.mend();
    assert_eq!(delete(&world, &id).await.0, StatusCode::NOT_FOUND);
    assert!(!has_secret(&world, &id).await);
}

/// The row could not even be read, so nobody knows that the secret is nobody's.
#[tokio::test]
async fn a_deletion_that_cannot_read_the_webhook_leaves_its_secret() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    let id = registered(&world).await;
    for call in [LIST_ROWS, DELETE_ROW] {
        calls.break_only(&[call]);
        nothing_changed(delete(&world, &id).await);
        assert!(has_secret(&world, &id).await, "{call:?}");
    }
    calls.mend();
    assert_eq!(ids(&world).await, [id]);
}
