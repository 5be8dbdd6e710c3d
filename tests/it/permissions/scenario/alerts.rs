//! `webhooks`, `deliver-alerts` and `deliver-data-alerts`.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::ports::webhooks::{Answer, Receivers};
use application::ports::work_queue::{Outgoing, QueueError, WorkQueue};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use deliver_alerts::Delivery;
use domain::webhook::CallFailure;
use domain::webhook_signature::SignedHeaders;
use local::function_scope;
use reqwest::{Method, StatusCode};
use serde_json::json;
use url::Url;

use super::queues_and_schedules::work_for_the;
use crate::permissions::forgetful::Forgetful;

const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

/// A receiver that answers this, and a queue that keeps what it is given.
#[derive(Default)]
struct Answers {
    status: AtomicU16,
    sent: Mutex<Vec<Outgoing>>,
}

#[async_trait]
impl Receivers for Answers {
    async fn call(&self, _: &Url, _: &SignedHeaders, _: &str) -> Result<Answer, CallFailure> {
        Ok(Answer { status: self.status.load(Ordering::Relaxed), said: None, retry_after: None })
    }
}

#[async_trait]
impl WorkQueue for Answers {
    async fn retry_in(&self, _: &str, _: Duration) -> Result<(), QueueError> {
        Ok(())
    }

    async fn send(&self, message: Outgoing) -> Result<(), QueueError> {
        self.sent.lock().expect("nobody panicked").push(message);
        Ok(())
    }
}

/// One that is registered, gets another secret, fails, recovers, is gone, and is deleted.
pub(super) async fn scene(machine: &Forgetful) {
    let world = &machine.world;
    let body = json!({
        "events": ["connectionActivated", "connectionRevoked"], "name": "ours",
        "reconnectLinks": true, "secret": "a secret of ours, and long",
        "url": "https://receiver.example/",
    });
    let (status, webhook) = world.json(world.owner(Method::POST, WEBHOOKS).json(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    let path = format!("{WEBHOOKS}/{}", webhook["id"].as_str().expect("an id"));
    let secret = world
        .owner(Method::PUT, &format!("{path}/secret"))
        .json(&json!({ "secret": "another of ours, long too" }));
    assert_eq!(world.json(secret).await.0, StatusCode::OK);
    world.schedule_deletion(&format!("webhook/{}", webhook["id"].as_str().expect("an id"))).await;
    let secret = world
        .owner(Method::PUT, &format!("{path}/secret"))
        .json(&json!({ "secret": "a third of ours, and long enough" }));
    assert_eq!(world.json(secret).await.0, StatusCode::OK);
    let answers = Arc::new(Answers::default());
    let deliver = async |body: String, attempt: u32| {
        let delivery = Delivery::new(machine.process(), answers.clone(), answers.clone());
        function_scope::deliver_alerts(&delivery, event(body, attempt))
            .await
            .batch_item_failures
            .len()
    };
    assert_eq!(deliver(activated(), 1).await, 0);
    // It carries a link for the farmer, if there is one.
    let maria = world.create_user("maria").await;
    answers.status.store(200, Ordering::Relaxed);
    for user in [&*maria, "00000000-0000-4000-8000-000000000000"] {
        let call = json!({
            "webhookId": webhook["id"], "id": "e9", "at": "2026-11-22T12:00:00.000000Z",
            "alert": {
                "type": "connectionRevoked", "leafUserId": user,
                "credentialId": "0d1f1c0e-6a3c-4c8e-9a51-3f6f2c1b7d44",
                "appName": "prairie-insights", "clientEnvironment": "STAGE",
            },
        });
        assert_eq!(deliver(call.to_string(), 1).await, 0);
    }
    let call =
        answers.sent.lock().expect("nobody panicked").pop().expect("the call's message").body;
    for (path, expected) in
        [(format!("{path}/replay/msg_e1"), 202), (format!("{path}/replay/msg_e2"), 404)]
    {
        assert_eq!(world.json(world.owner(Method::POST, &path)).await.0, expected, "{path}");
    }
    for only_failed in [true, false] {
        let body = json!({ "from": "2020-01-01T00:00:00Z", "onlyFailed": only_failed });
        let asked =
            world.json(world.owner(Method::POST, &format!("{path}/replay")).json(&body)).await;
        let (sk, new) = (
            format!("REPLAY#{}", asked.1["id"].as_str().expect("an id")),
            json!({ "id": asked.1["id"] }),
        );
        let change =
            json!({ "id": "e3", "at": "1795348800", "pk": "WEBHOOKS", "sk": sk, "new": new });
        assert_eq!(deliver(change.to_string(), 1).await, 0);
    }
    for (status, attempt, left) in [(500, 1, 1), (200, 2, 0), (410, 1, 0)] {
        answers.status.store(status, Ordering::Relaxed);
        assert_eq!(deliver(call.clone(), attempt).await, left, "{status}");
    }
    for path in [WEBHOOKS, &format!("{WEBHOOKS}/failed-calls"), &path] {
        assert_eq!(world.json(world.owner(Method::GET, path)).await.0, StatusCode::OK);
    }
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
}

/// Nobody is registered; one that fails, recovers, and wants no more.
pub(super) async fn of_data(machine: &Forgetful) {
    let world = &machine.world;
    let message = json!({
        "id": "e1", "at": "1795348800", "kind": "FIELD", "eventName": "INSERT",
        "leafUserId": "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20",
        "thingId": "b0a7c3d2-5e41-5f86-9d27-3c8e1f6a4b59", "status": "", "reason": "",
    });
    let tell = async |time| work_for_the(machine, "deliver-data-alerts", &message, time).await;
    assert_eq!(tell(1).await, 0);
    let body = json!({
        "events": ["fieldCreated"], "name": "ours", "secret": "a secret of ours, and long",
        "url": "https://receiver.example/",
    });
    let (status, webhook) = world.json(world.owner(Method::POST, WEBHOOKS).json(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    for (status, time, left) in [(500, 1, 1), (200, 2, 0), (410, 1, 0)] {
        machine.receivers_answer(status);
        assert_eq!(tell(time).await, left, "{status}");
    }
}

fn activated() -> String {
    let new = json!({
        "id": "0d1f1c0e-6a3c-4c8e-9a51-3f6f2c1b7d44", "status": "ACTIVE",
        "appName": "prairie-insights", "clientEnvironment": "STAGE",
    });
    let pk = "USER#5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";
    json!({ "id": "e1", "at": "1795348800", "pk": pk, "sk": "CREDENTIAL", "new": new }).to_string()
}

fn event(body: String, attempt: u32) -> SqsEvent {
    let mut message = SqsMessage::default();
    message.message_id = Some("1".to_owned());
    message.body = Some(body);
    message.attributes.insert("ApproximateReceiveCount".to_owned(), attempt.to_string());
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}
