//! What happened is told once more, because the partner asks for it.

use std::time::Duration;

use application::ports::clock::Clock as _;
use domain::alert::{Alert, AlertType, ConnectionAlert, Notice, Told};
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use domain::ids::LeafUserId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::receiver::{Receiver, Reply};
use super::{WEBHOOKS, after, failed_calls, listening, register};
use crate::world::{FARM, OTHER_FARM, World};

const ACTIVATED: [AlertType; 1] = [AlertType::ConnectionActivated];

async fn replay(world: &World, webhook: &str, body: &Value) -> (StatusCode, Value) {
    world.json(world.owner(Method::POST, &format!("{WEBHOOKS}/{webhook}/replay")).json(body)).await
}

async fn replay_one(world: &World, webhook: &str, message: &str) -> (StatusCode, Value) {
    world.json(world.owner(Method::POST, &format!("{WEBHOOKS}/{webhook}/replay/{message}"))).await
}

/// Two farmers, a minute apart; the moment between them.
async fn two_connections(world: &World) -> String {
    world.connected("maria", FARM).await;
    world.clock.advance(Duration::from_secs(30));
    let between = world.clock.now().to_string();
    world.clock.advance(Duration::from_secs(30));
    world.connected("dale", OTHER_FARM).await;
    after(world, 1).await;
    between
}

#[tokio::test]
async fn the_alerts_of_a_time_are_told_once_more_with_their_ids() {
    let (world, receiver, id) = listening(&ACTIVATED).await;
    let start = world.clock.now().to_string();
    let between = two_connections(&world).await;
    let first = receiver.take();
    assert_eq!(first.len(), 2);

    for (body, expected) in [
        (json!({ "from": start }), &first[..]),
        (json!({ "from": start, "to": between }), &first[..1]),
        (json!({ "from": between, "to": "2100-01-01T00:00:00Z" }), &first[1..]),
        (json!({ "from": start, "onlyFailed": true }), &[]),
    ] {
        // SQS knows a message for five minutes, and this is no repeat.
        let (status, answer) = replay(&world, &id, &body).await;
        assert_eq!(
            (status, &answer["webhookId"]),
            (StatusCode::ACCEPTED, &id.clone().into()),
            "{answer}"
        );
        assert_eq!(after(&world, 1).await, (0, 0));
        let again = receiver.take();
        let told = |calls: &[super::receiver::Call]| {
            calls
                .iter()
                .map(|call| (call.header("webhook-id").to_owned(), call.body.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&again), told(expected), "{body}");
    }
}

#[tokio::test]
async fn what_was_given_up_is_told_when_the_receiver_is_repaired_and_is_failed_no_more() {
    let (world, receiver, id) = listening(&ACTIVATED).await;
    let start = world.clock.now().to_string();
    receiver.answer(vec![Reply::Status(500); 8]);
    world.connected("maria", FARM).await;
    for _ in 0..9 {
        after(&world, 8 * 60 * 60).await;
    }
    let mut world = world;
    world.token = world.sign_in().await;
    assert_eq!(receiver.take().len(), 8);
    world.connected("dale", OTHER_FARM).await;
    assert_eq!(after(&world, 0).await, (0, 1));
    assert_eq!(receiver.take().len(), 1, "the other one is taken");

    let failed = failed_calls(&world, "").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    let (status, answer) = replay(&world, &id, &json!({ "from": start, "onlyFailed": true })).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    assert_eq!(after(&world, 0).await, (0, 1));
    let calls = receiver.take();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(
        (calls[0].header("webhook-id"), &*calls[0].body),
        (
            failed[0]["messageId"].as_str().expect("an id"),
            failed[0]["requestBody"].as_str().expect("a body"),
        )
    );
    assert_eq!(failed_calls(&world, "").await.len(), 0);
}

/// With all attempts, if it fails again.
#[tokio::test]
async fn one_alert_is_told_once_more_by_its_id() {
    let (world, receiver, id) = listening(&ACTIVATED).await;
    two_connections(&world).await;
    let calls = receiver.take();
    let message = calls[0].header("webhook-id").to_owned();
    receiver.answer([Reply::Status(500)]);
    assert_eq!(replay_one(&world, &id, &message).await.0, StatusCode::ACCEPTED);
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(after(&world, super::A_MINUTE).await, (0, 0));
    let again: Vec<_> =
        receiver.take().iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!(again, [message.clone(), message]);
    assert!(failed_calls(&world, "").await.is_empty());
}

/// Leaf's way to change a webhook; and who begins with webhooks wants to know what happened before.
#[tokio::test]
async fn a_webhook_is_told_what_happened_before_it_was_registered() {
    let world = World::start_with(|options| {
        options.address_policy = domain::address_policy::AddressPolicy::ThisMachineToo;
    })
    .await;
    let start = world.clock.now().to_string();
    let between = two_connections(&world).await;
    let receiver = Receiver::start().await;
    let id = register(&world, &ACTIVATED, &receiver.url).await;
    let other = register(&world, &[AlertType::ConnectionRevoked], &receiver.url).await;
    after(&world, 0).await;
    receiver.take();
    for webhook in [&id, &other] {
        assert_eq!(
            replay(&world, webhook, &json!({ "from": start, "to": between })).await.0,
            StatusCode::ACCEPTED
        );
    }
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.types(), ["connectionActivated"], "each what it is registered for");
}

#[tokio::test]
async fn a_replay_of_more_than_a_page_tells_each_once() {
    let (world, receiver, id) = listening(&ACTIVATED).await;
    let start = world.clock.now();
    let app_key = AppKeyId {
        name: "prairie-insights".parse().expect("a name"),
        environment: ClientEnvironment::Stage,
    };
    for number in 0..120_u32 {
        let alert = Alert::Connection(ConnectionAlert {
            kind: AlertType::ConnectionActivated,
            leaf_user_id: Some(LeafUserId(Uuid::new_v4())),
            credential_id: None,
            app_key: app_key.clone(),
        });
        let change = format!("change{number}").parse().expect("an id");
        // Sixty at a moment.
        let at = start.plus(Duration::from_secs(u64::from(number / 60)));
        let notice = Notice { id: change, at, told: Told::Alert(alert) };
        world.machine.service.ports.webhooks.note_alert(&notice).await.expect("noted");
    }
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(
        replay(&world, &id, &json!({ "from": start.to_string() })).await.0,
        StatusCode::ACCEPTED
    );
    assert_eq!(after(&world, 0).await, (0, 0));
    let calls = receiver.take();
    let ids: std::collections::BTreeSet<_> =
        calls.iter().map(|call| call.header("webhook-id")).collect();
    assert_eq!((calls.len(), ids.len()), (120, 120));
}

#[tokio::test]
async fn what_cannot_be_replayed_is_refused_and_nothing_is_told() {
    let (world, receiver, id) = listening(&ACTIVATED).await;
    two_connections(&world).await;
    let message = receiver.take()[0].header("webhook-id").to_owned();
    let other = register(&world, &[AlertType::ConnectionRevoked], &receiver.url).await;
    after(&world, 0).await;
    receiver.take();
    let nobody = "4d6f0a8b-3c1e-4e7a-9b52-8f7d6c5e4a31";
    for (webhook, message, status, key) in [
        (nobody, &*message, 404, "webhookNotFound"),
        ("1", &*message, 400, "malformedField"),
        (&id, "msg_0f3a", 404, "alertNotFound"),
        (&other, &*message, 404, "alertNotFound"),
        (&id, "0f3a", 400, "malformedField"),
        (&id, "msg_%20", 400, "malformedField"),
    ] {
        let (got, problem) = replay_one(&world, webhook, message).await;
        assert_eq!(
            (got.as_u16(), &problem["errorKey"]),
            (status, &key.into()),
            "{webhook} {message}"
        );
    }
    let now = world.clock.now().to_string();
    for (body, key) in [
        (json!({}), "missingField"),
        (json!({ "from": "" }), "emptyField"),
        (json!({ "from": 1 }), "mistypedField"),
        (json!({ "from": "yesterday" }), "malformedField"),
        (json!({ "from": now }), "malformedField"),
        (json!({ "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z" }), "malformedField"),
        (json!({ "from": "2026-01-02T00:00:00Z", "onlyFailed": "maybe" }), "mistypedField"),
    ] {
        let (status, problem) = replay(&world, &id, &body).await;
        assert_eq!((status.as_u16(), &problem["errorKey"]), (400, &key.into()), "{body}");
    }
    receiver.answer([Reply::Status(410)]);
    assert_eq!(replay_one(&world, &id, &message).await.0, StatusCode::ACCEPTED);
    after(&world, 0).await;
    receiver.take();
    let (status, problem) = replay_one(&world, &id, &message).await;
    assert_eq!((status.as_u16(), &problem["errorKey"]), (409, &"webhookDisabled".into()));
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.take().len(), 0);
}
