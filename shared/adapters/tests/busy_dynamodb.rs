//! What DynamoDB answers when it is busy. The embedded engine of the end-to-end tests is never
//! busy, so here, and only here, the answers come from a stub in the place of the network: their
//! forms are those of the API Reference. The timer is a stub as well: it notes how long it was to
//! wait and does not wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters::dynamodb::Table;
use application::ports::connections::{Account, Connections as _, Freed, SaveError};
use application::ports::store_error::StoreError;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{
    AsyncSleep, BehaviorVersion, Credentials, Region, Sleep, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::event::Event;
use domain::ids::{EventId, LeafUserId, SessionId, SharingUrlId};
use domain::leaf_user::{LeafUser, Profile};
use domain::organization_code::IndexKey;
use domain::session::Session;
use domain::timestamp::Timestamp;
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

const EXCEPTIONS: &str = "com.amazonaws.dynamodb.v20120810";

#[tokio::test]
async fn a_transaction_that_met_another_one_is_made_again() {
    let dynamodb =
        Dynamodb::answering([cancelled(&["TransactionConflict", "None"]), ok(json!({}))]);
    let saved = dynamodb.table().save(&session(), Some(&event())).await;
    assert!(saved.is_ok(), "{saved:?}");
    assert_eq!(dynamodb.asked(), ["TransactWriteItems", "TransactWriteItems"]);
    assert_eq!(dynamodb.waits(), [40], "milliseconds");
}

#[tokio::test]
async fn a_transaction_that_meets_others_again_and_again_is_given_up() {
    let dynamodb = Dynamodb::answering((0..9).map(|_| cancelled(&["None", "TransactionConflict"])));
    let error = store_error(dynamodb.table().save(&session(), Some(&event())).await);
    assert_eq!(error.failure, "TransactionConflict");
    assert_eq!(dynamodb.asked(), ["TransactWriteItems"; 5]);
    assert_eq!(dynamodb.waits(), [40, 80, 160, 320], "milliseconds");
}

#[tokio::test]
async fn each_attempt_at_a_transaction_has_a_token_of_its_own() {
    let dynamodb = Dynamodb::answering([cancelled(&["TransactionConflict"]), ok(json!({}))]);
    dynamodb.table().save(&session(), Some(&event())).await.expect("saved");
    let tokens = dynamodb.requests(|body| body["ClientRequestToken"].clone());
    assert_ne!(tokens[0], tokens[1], "under the same token DynamoDB would repeat its answer");
}

#[tokio::test]
async fn a_throttled_transaction_is_made_again() {
    for reason in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        let dynamodb =
            Dynamodb::answering([cancelled(&[reason, "TransactionConflict"]), ok(json!({}))]);
        let saved = dynamodb.table().save(&session(), Some(&event())).await;
        assert!(saved.is_ok(), "{reason}: {saved:?}");
    }
}

#[tokio::test]
async fn a_condition_that_failed_is_told_at_once_though_others_met_a_conflict() {
    let dynamodb =
        Dynamodb::answering([cancelled(&["ConditionalCheckFailed", "TransactionConflict"])]);
    let saved = dynamodb.table().save(&session(), Some(&event())).await;
    assert!(matches!(saved, Err(SaveError::Conflict)), "{saved:?}");
    assert_eq!(dynamodb.asked().len(), 1);
}

#[tokio::test]
async fn a_transaction_that_can_never_succeed_is_not_made_again() {
    let dynamodb = Dynamodb::answering([cancelled(&["TransactionConflict", "ValidationError"])]);
    let error = store_error(dynamodb.table().save(&session(), Some(&event())).await);
    assert_eq!(error.operation, "TransactWriteItems");
    assert_eq!(dynamodb.asked().len(), 1);
}

#[tokio::test]
async fn a_single_write_that_met_a_transaction_is_made_again_and_at_last_given_up() {
    let conflict = || {
        exception(
            "TransactionConflictException",
            json!({ "message": "Transaction is ongoing for the item" }),
        )
    };
    let dynamodb = Dynamodb::answering([conflict(), ok(json!({}))]);
    assert!(dynamodb.table().save(&session(), None).await.is_ok());
    assert_eq!(dynamodb.asked(), ["PutItem", "PutItem"]);

    let dynamodb = Dynamodb::answering((0..9).map(|_| conflict()));
    let error = store_error(dynamodb.table().save(&session(), None).await);
    assert_eq!((error.operation, &*error.failure), ("PutItem", "TransactionConflictException"));
    assert_eq!(dynamodb.asked(), ["PutItem"; 5]);
}

#[tokio::test]
async fn a_throttled_request_is_made_again_by_the_sdk_and_at_last_given_up() {
    let throttled = || exception("ThrottlingException", json!({ "message": "Rate exceeded" }));
    let dynamodb = Dynamodb::answering([throttled(), ok(json!({ "Items": [] }))]);
    let account = dynamodb.table().account(LeafUserId(Uuid::new_v4())).await.expect("an answer");
    assert!(account.is_none());
    assert_eq!(dynamodb.asked(), ["Query", "Query"]);

    let dynamodb = Dynamodb::answering((0..9).map(|_| throttled()));
    let error = dynamodb.table().account(LeafUserId(Uuid::new_v4())).await.expect_err("throttled");
    assert_eq!((error.operation, &*error.failure), ("Query", "ThrottlingException"));
    assert_eq!(dynamodb.asked(), ["Query"; 3]);
}

#[tokio::test]
async fn keys_that_a_batch_left_are_asked_for_again_and_only_those() {
    let (first, second) = (LeafUserId(Uuid::new_v4()), LeafUserId(Uuid::new_v4()));
    let left =
        json!({ "Responses": { "t": [] }, "UnprocessedKeys": { "t": { "Keys": [key(second)] } } });
    let dynamodb = Dynamodb::answering([
        ok(left),
        ok(json!({ "Responses": { "t": [] }, "UnprocessedKeys": {} })),
    ]);
    assert!(dynamodb.table().sessions_of(&[first, second]).await.expect("sessions").is_empty());
    let keys = dynamodb.requests(|body| body["RequestItems"]["t"].clone());
    assert_eq!(keys[0]["Keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(keys[1]["Keys"], json!([key(second)]));
    assert_eq!(keys[1]["ConsistentRead"], true, "no less consistent than the first time");
    assert_eq!(dynamodb.waits(), [40], "milliseconds");
}

#[tokio::test]
async fn a_batch_that_leaves_its_keys_again_and_again_is_given_up() {
    let user = LeafUserId(Uuid::new_v4());
    let left =
        json!({ "Responses": { "t": [] }, "UnprocessedKeys": { "t": { "Keys": [key(user)] } } });
    let dynamodb = Dynamodb::answering((0..9).map(|_| ok(left.clone())));
    let error = dynamodb.table().sessions_of(&[user]).await.expect_err("nothing was read");
    assert_eq!(error.operation, "BatchGetItem");
    assert_eq!(dynamodb.asked(), ["BatchGetItem"; 5]);
    assert_eq!(dynamodb.waits(), [40, 80, 160, 320], "milliseconds");
}

#[tokio::test]
async fn events_that_a_batch_left_are_deleted_again_and_at_last_given_up() {
    let user = LeafUserId(Uuid::new_v4());
    let event = json!({ "pk": { "S": format!("EVENTS#{user}") }, "sk": { "S": "1" } });
    let events = || ok(json!({ "Items": [event] }));
    let left =
        || ok(json!({ "UnprocessedItems": { "t": [{ "DeleteRequest": { "Key": event } }] } }));
    let done = || ok(json!({ "UnprocessedItems": {} }));

    let dynamodb = Dynamodb::answering([ok(json!({})), events(), left(), done()]);
    assert!(
        dynamodb.table().disconnect(&account(user), false, Freed::ForAnybody, None).await.is_ok()
    );
    assert_eq!(
        dynamodb.asked(),
        ["TransactWriteItems", "Query", "BatchWriteItem", "BatchWriteItem"]
    );

    let dynamodb =
        Dynamodb::answering([ok(json!({})), events()].into_iter().chain((0..9).map(|_| left())));
    let error = store_error(
        dynamodb.table().disconnect(&account(user), false, Freed::ForAnybody, None).await,
    );
    assert_eq!(error.operation, "BatchWriteItem");
    assert_eq!(dynamodb.asked().len(), 2 + 5);
}

/// A DynamoDB that gives these answers, one a request, and notes what it was asked.
#[derive(Debug, Clone)]
struct Dynamodb(Arc<Mutex<Script>>);

#[derive(Debug)]
struct Script {
    answers: VecDeque<(u16, Value)>,
    requests: Vec<(String, Value)>,
    waits: Vec<Duration>,
}

impl Dynamodb {
    fn answering(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let answers = answers.into_iter().collect();
        Self(Arc::new(Mutex::new(Script { answers, requests: Vec::new(), waits: Vec::new() })))
    }

    fn table(&self) -> Table {
        let network = SharedHttpConnector::new(self.clone());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-2"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .http_client(http_client_fn(move |_, _| network.clone()))
            // It would look at every answer's body with the timer.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(self.clone());
        Table::new(Client::from_conf(config.build()), "t").beside("c")
    }

    fn asked(&self) -> Vec<String> {
        self.0
            .lock()
            .expect("the script")
            .requests
            .iter()
            .map(|(operation, _)| operation.clone())
            .collect()
    }

    fn requests<T>(&self, part: impl Fn(&Value) -> T) -> Vec<T> {
        self.0.lock().expect("the script").requests.iter().map(|(_, body)| part(body)).collect()
    }

    /// In milliseconds.
    fn waits(&self) -> Vec<u128> {
        self.0.lock().expect("the script").waits.iter().map(Duration::as_millis).collect()
    }
}

impl HttpConnector for Dynamodb {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation =
            request.headers().get("x-amz-target").and_then(|target| target.split('.').nth(1));
        let body = serde_json::from_slice(request.body().bytes().expect("a body in memory"))
            .expect("JSON");
        let mut script = self.0.lock().expect("the script");
        script.requests.push((operation.expect("an operation").to_owned(), body));
        let (status, body) = script.answers.pop_front().expect("no more requests than answers");
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

impl AsyncSleep for Dynamodb {
    fn sleep(&self, duration: Duration) -> Sleep {
        let script = self.0.clone();
        // Noted when it is waited for: a time-out is asked for with every request, and waited for
        // when there is no answer.
        Sleep::new(async move { script.lock().expect("the script").waits.push(duration) })
    }
}

fn ok(body: Value) -> (u16, Value) {
    (200, body)
}

fn exception(name: &str, mut body: Value) -> (u16, Value) {
    body["__type"] = format!("{EXCEPTIONS}#{name}").into();
    (400, body)
}

/// A transaction that changed nothing, with the reason of each of its places.
fn cancelled(reasons: &[&str]) -> (u16, Value) {
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        reasons.join(", ")
    );
    let reasons: Vec<_> = reasons.iter().map(|code| json!({ "Code": code })).collect();
    exception(
        "TransactionCanceledException",
        json!({ "Message": message, "CancellationReasons": reasons }),
    )
}

fn key(user: LeafUserId) -> Value {
    json!({ "pk": { "S": format!("USER#{user}") }, "sk": { "S": "SESSION" } })
}

fn store_error(saved: Result<(), SaveError>) -> StoreError {
    match saved {
        Err(SaveError::Store(error)) => error,
        other => panic!("not a failure of the store: {other:?}"),
    }
}

fn now() -> Timestamp {
    Timestamp::new(datetime!(2026-11-22 12:00 UTC))
}

fn event() -> Event {
    Event::new(EventId(Uuid::new_v4()), Event::CONFIRM, 200, "It is a test.", now())
}

fn session() -> Session {
    let environment = ClientEnvironment::Stage;
    let app_key = AppKey {
        id: AppKeyId { name: "app".parse().expect("a name"), environment },
        sharing_url_id: SharingUrlId(Uuid::new_v4()),
        client: IndexKey::new(&[1; 32]).client(environment, "client"),
        created_at: now(),
        version: 1,
    };
    Session::start(SessionId(Uuid::new_v4()), LeafUserId(Uuid::new_v4()), &app_key, None, now())
}

fn account(id: LeafUserId) -> Account {
    let profile = Profile {
        name: "Maria".parse().expect("a name"),
        email: Some("maria@farm.example".parse().expect("an address")),
        phone: None,
        address: None,
        external_id: None,
    };
    Account { user: LeafUser { id, profile, created_at: now() }, session: None, credential: None }
}
