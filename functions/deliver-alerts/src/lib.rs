//! Calls partners' webhooks when a connection changes.
//!
//! Whatever changes in the table is in its stream. A pipe lets the changes through that may be
//! alerts and puts a
//! [`ChangeMessage`] into a FIFO queue, in the group of the connection. Of that the
//! function makes the message of a call and puts it into the same queue, in the group of connection
//! *and* webhook, so that a receiver which is down holds up its own alerts only. A call that is not
//! taken is made again for a day (`webhook_call::RETRIES`); until then its message hides in the
//! queue, and so do those behind it in its group. After that it goes to the dead-letter queue.

mod call_message;
mod replay_message;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use adapters::dynamodb::change_message::ChangeMessage;
use adapters::resting_receivers::RestingReceivers;
use application::ports::failure::Failure;
use application::ports::webhooks::Receivers;
use application::ports::work_queue::{QueueError, WorkQueue};
use application::use_cases::deliver_alert::{Next, Outcome, deliver_alert, next_of};
use application::use_cases::replay_alerts::{self, Place};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::timestamp::Timestamp;
use domain::webhook_call::{Call, RETRIES};
use lambda::function::{Function, Kind, Queue, Source};
use serde::Deserialize;
use shared::service::Service;

use call_message::CallMessage;
use replay_message::{Page, ReplayMessage};

/// What is this old gets one call and no retries: the queue keeps a message for 14 days, wherever
/// in its group it stands, and what waits behind others is to be tried before it is forgotten.
/// Retries take little more than a day.
const OLD: Duration = Duration::from_hours(12 * 24);

pub const FUNCTION: Function = Function {
    timeout: Duration::from_secs(30),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Alerts: calls the webhooks; a call takes 15 seconds at most. The client id that Leaf's \
         alerts name is in the app key's secret.",
        Kind::Queue(Queue { name: "alerts", source: Source::PipeAndItself }),
    )
};

#[derive(Clone)]
pub struct Delivery {
    service: Service,
    receivers: Arc<dyn Receivers>,
    queue: Arc<dyn WorkQueue>,
}

/// What the queue carries. What is not understood has no form of these.
#[derive(Deserialize)]
#[serde(untagged)]
enum Queued {
    /// A call, from this function itself.
    Call(CallMessage),
    /// A replay that is not done yet, likewise.
    Replay(ReplayMessage),
    /// A change, from the pipe.
    Change(Box<ChangeMessage>),
}

/// A message could not be worked on now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Deliver(#[from] Failure),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl Delivery {
    /// Delivers with the service, to these receivers, from and to this queue.
    pub fn new(service: Service, receivers: Arc<dyn Receivers>, queue: Arc<dyn WorkQueue>) -> Self {
        let receivers = Arc::new(RestingReceivers::new(receivers, service.ports.clock.clone()));
        Self { service, receivers, queue }
    }

    /// Delivers a batch. The messages that it answers with are delivered again.
    ///
    /// After a failure, the later messages of the same group are not touched: SQS would else
    /// deliver them before the one that failed.
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
        let receives =
            message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
        let attempt = receives.unwrap_or(1);
        let is_old = self.is_old(message);
        let outcome = self.work_on(message.body.as_deref().unwrap_or_default(), attempt).await;
        let wait = match outcome {
            Ok(Outcome::Done | Outcome::PassOn(_)) => return true,
            // It has waited behind others until the queue is about to forget it. The failed calls
            // have it, and a replay makes it anew.
            Ok(Outcome::TryAgainIn(_) | Outcome::GivenUp) if is_old => return true,
            Ok(Outcome::TryAgainIn(wait)) => wait,
            Ok(Outcome::GivenUp) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, attempt, "an alert could not be delivered");
                RETRIES.get(attempt.saturating_sub(1) as usize).copied().unwrap_or_default()
            }
        };
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.retry_in(receipt, wait).await {
            // It comes back after the queue's own visibility time-out.
            tracing::error!(%error, "a message could not be put off");
        }
        false
    }

    fn is_old(&self, message: &SqsMessage) -> bool {
        let sent = message.attributes.get("SentTimestamp").and_then(|sent| sent.parse().ok());
        let sent = sent.and_then(Timestamp::from_epoch_milliseconds);
        sent.is_some_and(|sent| sent.plus(OLD) < self.service.ports.clock.now())
    }

    async fn work_on(&self, body: &str, attempt: u32) -> Result<Outcome, Trouble> {
        let ports = &self.service.ports;
        let unreadable = || {
            // It ends among the dead letters, where somebody sees it; without delay, since others
            // wait behind it.
            tracing::error!("a message is not in the form that this version reads");
            Ok(Outcome::GivenUp)
        };
        let outcome = match serde_json::from_str(body) {
            Ok(Queued::Call(call)) => {
                let Some(call) = call.into_call() else { return unreadable() };
                let links = self.service.settings.public_url(&["magic-link"]);
                deliver_alert(ports, &*self.receivers, Some(&links), call, attempt).await?
            }
            Ok(Queued::Change(message)) => {
                let Some(change) = message.into_change() else { return unreadable() };
                match next_of(ports, &change).await.map_err(Failure::Store)? {
                    Next::Nothing => Outcome::Done,
                    Next::Call(call) => Outcome::PassOn(call),
                    Next::Replay(id) => {
                        self.replay(Page { id, number: 0, place: Place::default() }).await?
                    }
                }
            }
            Ok(Queued::Replay(replay)) => {
                let Some(page) = replay.into_page() else { return unreadable() };
                self.replay(page).await?
            }
            Err(_) => return unreadable(),
        };
        if let Outcome::PassOn(call) = &outcome {
            self.send(call).await?;
        }
        Ok(outcome)
    }

    /// A page of a replay becomes calls, each behind what waits in its group; the next page is a
    /// message of its own.
    async fn replay(&self, page: Page) -> Result<Outcome, Trouble> {
        let Page { id, number, place } = page;
        let step =
            replay_alerts::step(&self.service.ports, id, place).await.map_err(Failure::Store)?;
        for call in &step.calls {
            self.send(call).await?;
        }
        if let Some(place) = step.next {
            let next = Page { id, number: number + 1, place };
            self.queue.send(ReplayMessage::outgoing(next)).await?;
        }
        Ok(Outcome::Done)
    }

    /// Whoever is interrupted after this is delivered again and sends the same once more. Until
    /// then nothing of its group is delivered, so no later call comes before it.
    async fn send(&self, call: &Call) -> Result<(), QueueError> {
        self.queue.send(CallMessage::outgoing(call)).await
    }
}
