//! Alerts: a partner's webhooks are called when a connection changes, or what it shares.

mod addresses;
mod data;
mod events;
pub(crate) mod receiver;
mod reconnect;
mod registration;
mod replays;
mod retries;
mod signatures;

use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use domain::address_policy::AddressPolicy;
use domain::alert::AlertType;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::World;
use receiver::Receiver;

/// The first retry's, and its jitter, in seconds.
const A_MINUTE: u64 = 66;

/// What the paths of the contract begin with.
const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

const SECRET: &str = "planted-webhook-secret-of-24";

/// A machine whose webhooks may be on this machine, and a receiver that is registered for these
/// events and has been told so.
async fn listening(events: &[AlertType]) -> (World, Receiver, String) {
    listening_with(events, |_| {}).await
}

async fn listening_with(
    events: &[AlertType],
    change: impl FnOnce(&mut local::Options),
) -> (World, Receiver, String) {
    let world = World::start_with(|options| {
        options.address_policy = AddressPolicy::ThisMachineToo;
        change(options);
    })
    .await;
    let receiver = Receiver::start().await;
    let id = register(&world, events, &receiver.url).await;
    after(&world, 0).await;
    assert_eq!(receiver.take().len(), 1, "the message about the registration");
    (world, receiver, id)
}

async fn post(world: &World, body: &Value) -> (StatusCode, Value) {
    world.json(world.owner(Method::POST, WEBHOOKS).json(body)).await
}

fn body(events: &[AlertType], url: &str) -> Value {
    registration(json!(events), url)
}

fn registration(events: Value, url: &str) -> Value {
    json!({ "events": events, "name": "our receiver", "secret": SECRET, "url": url })
}

async fn register(world: &World, events: &[AlertType], url: &str) -> String {
    let (status, webhook) = post(world, &body(events, url)).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    webhook["id"].as_str().expect("an id").to_owned()
}

/// Lets a time pass and what is due be delivered; how many alerts wait, and how many are dead
/// letters.
async fn after(world: &World, seconds: u64) -> (usize, usize) {
    world.clock.advance(Duration::from_secs(seconds));
    let alerts = world.machine.outbox.deliver().await.expect("the stream can be read")["alerts"];
    (alerts.waiting, alerts.dead_letters)
}

async fn failed_calls(world: &World, query: &str) -> Vec<Value> {
    let request = world.owner(Method::GET, &format!("{WEBHOOKS}/failed-calls{query}"));
    let (status, answer) = world.json(request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["items"].as_array().expect("items").clone()
}

/// The queue's message of a call: that this credential of this Leaf user is connected.
fn call_message(message_id: &str, webhook: &str, user: &str) -> SqsMessage {
    let alert = json!({
        "type": "connectionActivated", "leafUserId": user,
        "credentialId": "0d1f1c0e-6a3c-4c8e-9a51-3f6f2c1b7d44",
        "appName": "prairie-insights", "clientEnvironment": "STAGE",
    });
    let body = json!({
        "webhookId": webhook, "id": message_id, "at": "2026-11-22T12:00:00.000000Z", "alert": alert,
    });
    let mut message = SqsMessage::default();
    message.message_id = Some(message_id.to_owned());
    message.attributes.insert("MessageGroupId".to_owned(), format!("USER#{user}#{webhook}"));
    message.body = Some(body.to_string());
    message
}

fn event(messages: Vec<SqsMessage>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = messages;
    event
}
