//! Notices that a farmer has not come.
//!
//! When a session begins to wait, the table's stream says so, and a pipe puts a [`Message`] into a
//! queue that delivers it after the session's 15 minutes. Whoever asks for the session sees that
//! its time is over, with or without this; but only what is stored once can be counted once. What
//! cannot be looked at is delivered again, and in the end goes to the dead-letter queue.

use application::use_cases::expire_session::expire_session;
use application::use_cases::resume_handshake::Left;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::LeafUserId;
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::{Service, WarmUp};

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// What the queue carries: which session to look at, and nothing that is secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The Leaf user's id.
    pub leaf_user_id: String,
    /// The session's: by then the Leaf user may have another.
    pub session_id: String,
}

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Looks at every session of a batch. The messages that it answers with are delivered again.
pub async fn expire(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    queue::each(event, "expiries", service.ports.clock.now(), |user, message: Message| async move {
        match message.session_id.parse() {
            Ok(session) => expire_session(&service.ports, &service.app_keys, user, session).await,
            // No session has such an id.
            Err(_) => Ok(Left::Nothing),
        }
    })
    .await
}
