//! Calls partners' webhooks when what farmers share changes: fields, field operations and files.
//!
//! Alerts about connections keep their order, in a FIFO queue, and are few. These are many, a first
//! sync makes thousands of them, and no receiver needs their order: so they have a standard queue
//! of their own, which a rule of the event bus fills. A receiver that is down for a day holds up no
//! alert about a connection.

use std::time::Duration;

use adapters::dynamodb::catalogue::data_message::DataMessage;
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::tell_of_data::tell_of_data;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::LeafUserId;
use lambda::function::{Function, Kind, Queue, Rule, Source};
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    timeout: Duration::from_secs(30),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Alerts about data: calls the webhooks; a call takes 15 seconds at most.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "data-alerts";

const RULE: Rule = Rule {
    about: "A field or a field operation that is new or has changed, and a file that was stored or \
            will not be. A call that is not taken is made again every quarter of an hour for a \
            day.",
    pattern: "$or:\n\
              \x20 - kind: [FIELD, OPERATION]\n\
              \x20 - kind: [FILE]\n\
              \x20   new: {status: [processed, failed]}",
    backlog: None,
    message: &[
        ("id", "id"),
        ("at", "at"),
        ("kind", "kind"),
        ("eventName", "eventName"),
        ("leafUserId", "new.leafUserId"),
        ("thingId", "new.id"),
        ("status", "new.status"),
        ("reason", "new.failure"),
    ],
    delay: Duration::ZERO,
    again_after: Some(Duration::from_mins(15)),
    deliveries: 96,
    only_if: None,
    work: |service, event| Box::pin(deliver(service, event)),
};

/// What the queue carries: what has changed, and nothing of what it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Message(pub DataMessage);

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.0.leaf_user_id()
    }
}

/// Delivers the alerts of a batch. The messages that it answers with are delivered again.
pub async fn deliver(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let ports = &service.ports;
    queue::each(event, QUEUE, ports.clock.now(), |_, Message(message), deliveries| async move {
        if let Some(change) = message.change() {
            return tell_of_data(ports, &change, deliveries).await;
        }
        // It ends among the dead letters, where somebody sees it.
        tracing::error!("a message is not in the form that this version reads");
        Ok(Remaining::Something)
    })
    .await
}
