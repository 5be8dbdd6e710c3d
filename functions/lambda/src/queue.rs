//! Messages of a queue, one by one: those that are not done are delivered again, the others of
//! their batch are not.

use std::fmt;
use std::time::Duration;

use application::metrics;
use application::use_cases::resume_handshake::Remaining;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

/// A message that this project's pipes write: about one Leaf user, without any secret.
pub trait Message: DeserializeOwned {
    /// Whom it is about; `None` if that is no Leaf user's id.
    fn leaf_user_id(&self) -> Option<LeafUserId>;
}

/// What a queue carries in which it only matters whose turn it is: everything else is read where
/// it is stored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfLeafUser {
    leaf_user_id: String,
}

impl Message for OfLeafUser {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Handles every message of a batch of a queue, each with how often it was delivered by now. The
/// messages that it answers with are delivered again, and the age of the oldest of them is measured
/// ([`metrics::oldest_unfinished`]).
pub async fn each<M, F, E>(
    event: SqsEvent,
    queue: &'static str,
    now: Timestamp,
    handle: impl Fn(LeafUserId, M, u32) -> F,
) -> SqsBatchResponse
where
    M: Message,
    F: Future<Output = Result<Remaining, E>>,
    E: fmt::Display,
{
    let mut again = SqsBatchResponse::default();
    let mut oldest = None;
    for message in event.records {
        let body = message.body.as_deref().unwrap_or_default();
        if !is_done(body, deliveries(&message), &handle).await {
            oldest = oldest.max(age(&message, now));
            again.add_failure(message.message_id.unwrap_or_default());
        }
    }
    if let Some(age) = oldest {
        metrics::oldest_unfinished(queue, age);
    }
    again
}

/// How long ago a message was sent; `SentTimestamp` is SQS', in milliseconds since 1970.
fn age(message: &SqsMessage, now: Timestamp) -> Option<Duration> {
    let sent: i64 = message.attributes.get("SentTimestamp")?.parse().ok()?;
    let age = now.epoch_milliseconds().saturating_sub(sent);
    Some(Duration::from_millis(u64::try_from(age).unwrap_or_default()))
}

/// How often it has been delivered, this time included.
fn deliveries(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

async fn is_done<M, F, E>(
    body: &str,
    deliveries: u32,
    handle: &impl Fn(LeafUserId, M, u32) -> F,
) -> bool
where
    M: Message,
    F: Future<Output = Result<Remaining, E>>,
    E: fmt::Display,
{
    let message = serde_json::from_str::<M>(body).ok();
    let Some((user, message)) =
        message.and_then(|message| Some((message.leaf_user_id()?, message)))
    else {
        // It stays in the queue and ends among the dead letters, where somebody sees it.
        tracing::error!("a message is not in the form that this version reads");
        return false;
    };
    let span = tracing::info_span!("message", leaf_user_id = %user);
    async {
        let left = handle(user, message, deliveries).await.inspect_err(|error| {
            tracing::error!(%error, "a message could not be worked on");
        });
        left.is_ok_and(|left| left == Remaining::Nothing)
    }
    .instrument(span)
    .await
}
