//! Finishes what a farmer began.
//!
//! When a session becomes `Confirming`, the table's stream says so, and a pipe puts a [`Message`]
//! into a queue. It is delivered after the callback's own lease, and again every minute until there
//! is nothing left to finish; the session itself knows when it is time for another attempt
//! (`Handshake::due_at`), so most deliveries cost one read. What is still unfinished after the
//! queue's last delivery goes to the dead-letter queue.

use application::use_cases::resume_handshake::resume_handshake;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::LeafUserId;
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::{Service, WarmUp};

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// What the queue carries: whose session to look at, and nothing that is secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The Leaf user's id.
    pub leaf_user_id: String,
}

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Looks at every session of a batch. The messages that it answers with are delivered again.
pub async fn finish(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    queue::each(event, "confirmations", service.ports.clock.now(), |user, _: Message| {
        resume_handshake(&service.ports, user)
    })
    .await
}
