//! Notices that a farmer has not come.
//!
//! When a session begins to wait, the table's stream says so, and a rule of the event bus sends a
//! [`Message`] to a queue that delivers it after the session's 15 minutes. Whoever asks for the
//! session sees that its time is over, with or without this; but only what is stored once can be
//! counted once. What cannot be looked at is delivered again, and in the end goes to the
//! dead-letter queue.

use application::use_cases::expire_session::expire_session;
use application::use_cases::resume_handshake::Remaining;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::LeafUserId;
use domain::session::LIFETIME;
use lambda::function::{Function, Kind, Queue, Rule, Source};
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::Service;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Stores which sessions have expired.",
    Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
);

const QUEUE: &str = "expiries";

const RULE: Rule = Rule {
    about: "A session that waits for its farmer: a new one (a start writes version 1, a tap on a \
            magic link version 2), or one that waits again. Its message arrives when the 15 \
            minutes are over. Version 2 is also what a bound browser makes of version 1: that \
            message is one too many, and finds nothing to do.",
    pattern: r#"sk: [SESSION]
new: {state: [Pending]}
$or:
  - new: {version: ["1", "2"]}
  - old: {state: [Confirming]}"#,
    backlog: None,
    message: &[("leafUserId", "new.leafUserId"), ("sessionId", "new.id")],
    delay: LIFETIME,
    again_after: None,
    deliveries: 1_000,
    only_if: None,
    work: |service, event| Box::pin(expire(service, event)),
};

/// What the queue carries: which session to look at, and nothing that is secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub leaf_user_id: String,
    /// The session's: by then the Leaf user may have another.
    pub session_id: String,
}

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Handles every session of a batch. The messages that it answers with are delivered again.
pub async fn expire(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    queue::each(event, QUEUE, service.ports.clock.now(), |user, message: Message, _| async move {
        match message.session_id.parse() {
            Ok(session) => expire_session(&service.ports, &*service.records, user, session).await,
            // No session has such an id.
            Err(_) => Ok(Remaining::Nothing),
        }
    })
    .await
}
