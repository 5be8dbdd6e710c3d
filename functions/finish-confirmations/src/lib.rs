//! Finishes what a farmer began.
//!
//! When a session becomes `Confirming`, the table's stream says so, and a pipe puts a [`Message`] into a queue. It is delivered after the
//! callback's own lease, and again every minute until there is nothing left to finish; the session itself knows when it is time for another
//! attempt (`Handshake::due_at`), so most deliveries cost one read. What is still unfinished after the queue's last delivery goes to the
//! dead-letter queue.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use serde::{Deserialize, Serialize};
use shared::domain::ids::LeafUserId;
use shared::service::{Service, WarmUp};
use shared::use_cases::resume_handshake::{Left, resume_handshake};

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// What the queue carries: whose session to look at, and nothing that is secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The Leaf user's id.
    pub leaf_user_id: String,
}

/// Looks at every session of a batch. The messages that it answers with are delivered again.
pub async fn finish(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let mut again = SqsBatchResponse::default();
    for message in event.records {
        if !is_done(service, message.body.as_deref().unwrap_or_default()).await {
            again.add_failure(message.message_id.unwrap_or_default());
        }
    }
    again
}

async fn is_done(service: &Service, body: &str) -> bool {
    let message = serde_json::from_str::<Message>(body).ok();
    let Some(user) = message.and_then(|message| message.leaf_user_id.parse::<LeafUserId>().ok()) else {
        // It stays in the queue and ends among the dead letters, where somebody sees it.
        tracing::error!("a message is not in the form that this version reads");
        return false;
    };
    match resume_handshake(&service.ports, user).await {
        Ok(left) => left == Left::Nothing,
        Err(error) => {
            tracing::error!(%error, leaf_user_id = %user, "a handshake could not be looked at");
            false
        }
    }
}
