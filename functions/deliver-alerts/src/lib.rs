//! Calls partners' webhooks when a connection changes.
//!
//! Whatever changes in the table is in its stream. A pipe lets the changes through that may be alerts and puts a [`Message`] into a FIFO queue, in
//! the group of the connection. A call that is not taken is made again after 1, 30, 60 and 240 minutes; until then its message hides in the
//! queue, and so do those behind it in its group. After that it goes to the dead-letter queue.

mod message;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use shared::ports::webhooks::{CallQueue, Receivers};
use shared::service::{Service, WarmUp};
use shared::use_cases::deliver_alert::{Outcome, after_failure, deliver_alert};

pub use message::{Image, Message};

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// What the function works with.
#[derive(Clone)]
pub struct Delivery {
    /// The service.
    pub service: Service,
    /// The partners' receivers.
    pub receivers: Arc<dyn Receivers>,
    /// The queue that the messages are in.
    pub queue: Arc<dyn CallQueue>,
}

impl Delivery {
    /// Delivers a batch. The messages that it answers with are delivered again.
    ///
    /// After a failure, the later messages of the same group are not touched: SQS would else deliver them before the one that failed.
    pub async fn deliver(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut again = SqsBatchResponse::default();
        let mut held = HashSet::new();
        for message in event.records {
            let group = message.attributes.get("MessageGroupId").cloned();
            let is_held = group.as_ref().is_some_and(|group| held.contains(group));
            if is_held || !self.is_done(&message).await {
                held.extend(group);
                again.add_failure(message.message_id.unwrap_or_default());
            }
        }
        again
    }

    async fn is_done(&self, message: &SqsMessage) -> bool {
        // Each receive is an attempt: the function is given one message at a time.
        let receives = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
        let attempt = receives.unwrap_or(1);
        let read = message.body.as_deref().and_then(|body| serde_json::from_str::<Message>(body).ok());
        let outcome = match read.and_then(Message::into_change) {
            None => {
                // It ends among the dead letters, where somebody sees it; without delay, since others wait behind it.
                tracing::error!("a message is not in the form that this version reads");
                Outcome::GivenUp
            }
            Some(change) => {
                let told = deliver_alert(&self.service.ports, &*self.receivers, &change, attempt).await;
                told.unwrap_or_else(|error| {
                    tracing::error!(%error, webhook_message = change.id.as_str(), "an alert could not be delivered");
                    after_failure(attempt)
                })
            }
        };
        let wait = match outcome {
            Outcome::Done => return true,
            Outcome::TryAgainIn(wait) => wait,
            Outcome::GivenUp => Duration::ZERO,
        };
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.retry_in(receipt, wait).await {
            // It comes back after the queue's own visibility time-out.
            tracing::error!(%error, "a message could not be put off");
        }
        false
    }
}
