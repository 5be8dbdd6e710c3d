//! `webhooks` and `deliver-alerts`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use deliver_alerts::Delivery;
use local::running;
use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::domain::webhook::CallFailure;
use shared::domain::webhook_signature::SignedHeaders;
use shared::ports::webhooks::{CallQueue, QueueError, Receivers};
use url::Url;

use crate::permissions::forgetful::Forgetful;

const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

/// A receiver that answers this, and a queue that does nothing.
struct Answers(AtomicU16);

#[async_trait]
impl Receivers for Answers {
    async fn call(&self, _: &Url, _: &SignedHeaders, _: &str) -> Result<u16, CallFailure> {
        Ok(self.0.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl CallQueue for Answers {
    async fn retry_in(&self, _: &str, _: Duration) -> Result<(), QueueError> {
        Ok(())
    }
}

/// One that is registered, gets another secret, fails, recovers, is gone, and is deleted.
pub(super) async fn stop(machine: &Forgetful) {
    let world = &machine.world;
    let body = json!({
        "events": ["connectionActivated"], "name": "ours", "secret": "a secret of ours", "url": "https://receiver.example/",
    });
    let (status, webhook) = world.json(world.owner(Method::POST, WEBHOOKS).json(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    let path = format!("{WEBHOOKS}/{}", webhook["id"].as_str().expect("an id"));
    let secret = world.owner(Method::PUT, &format!("{path}/secret")).json(&json!({ "secret": "another of ours" }));
    assert_eq!(world.json(secret).await.0, StatusCode::OK);
    let answers = Arc::new(Answers(AtomicU16::new(0)));
    for (status, attempt, left) in [(500, 1, 1), (200, 2, 0), (410, 1, 0)] {
        answers.0.store(status, Ordering::Relaxed);
        let delivery = Delivery { service: machine.process(), receivers: answers.clone(), queue: answers.clone() };
        let again = running::deliver_alerts(&delivery, activated(attempt)).await.batch_item_failures.len();
        assert_eq!(again, left, "{status}");
    }
    for path in [WEBHOOKS, &format!("{WEBHOOKS}/failed-calls"), &path] {
        assert_eq!(world.json(world.owner(Method::GET, path)).await.0, StatusCode::OK);
    }
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
}

fn activated(attempt: u32) -> SqsEvent {
    let new = json!({ "id": "0d1f1c0e-6a3c-4c8e-9a51-3f6f2c1b7d44", "status": "ACTIVE", "appName": "x", "clientEnvironment": "STAGE" });
    let pk = "USER#5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";
    let mut message = SqsMessage::default();
    message.message_id = Some("1".to_owned());
    message.body =
        Some(json!({ "id": "e1", "at": "1795348800", "pk": pk, "sk": "CREDENTIAL", "new": new }).to_string());
    message.attributes.insert("ApproximateReceiveCount".to_owned(), attempt.to_string());
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}
