//! A FIFO queue that calls a function with one message at a time: groups, deduplication, visibility
//! time-out, and the dead letters.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use application::ports::clock::Clock;
use application::ports::work_queue::{Outgoing, QueueError, WorkQueue};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::timestamp::Timestamp;
use domain::webhook_call::RETRIES;

use super::queue::InQueue;

/// How long a message that was delivered is not delivered again, unless the function says another
/// time.
const VISIBILITY_TIMEOUT: Duration = Duration::from_mins(3);

/// How often a message is delivered before it is a dead letter.
#[expect(clippy::cast_possible_truncation, reason = "a few")]
const MAX_RECEIVES: u32 = 1 + RETRIES.len() as u32;

/// How long the same message is taken only once.
const DEDUPLICATED_FOR: Duration = Duration::from_mins(5);

/// A queue. Its clones are the same queue.
#[derive(Clone)]
pub(super) struct FifoQueue {
    clock: Arc<dyn Clock>,
    messages: Arc<Mutex<Messages>>,
}

#[derive(Default)]
struct Messages {
    /// In the order of their arrival.
    queued: Vec<Queued>,
    seen: Vec<(String, Timestamp)>,
    dead_letters: usize,
}

struct Queued {
    /// As it is deduplicated by.
    id: String,
    group: String,
    body: String,
    sent_at: Timestamp,
    visible_from: Timestamp,
    receives: u32,
}

impl FifoQueue {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, messages: Arc::default() }
    }

    pub(super) fn put(&self, message: Outgoing) {
        let Outgoing { group, id, body } = message;
        let now = self.clock.now();
        let mut messages = self.messages();
        messages.seen.retain(|(_, at)| now < at.plus(DEDUPLICATED_FOR));
        if messages.seen.iter().any(|(seen, _)| *seen == id) {
            return;
        }
        messages.seen.push((id.clone(), now));
        messages.queued.push(Queued {
            id,
            group,
            body,
            sent_at: now,
            visible_from: now,
            receives: 0,
        });
    }

    /// Calls the function until nothing is visible.
    pub(super) async fn deliver<F: Future<Output = SqsBatchResponse>>(
        &self,
        function: impl Fn(SqsEvent) -> F,
    ) -> InQueue {
        while let Some((id, message)) = self.receive() {
            let mut event = SqsEvent::default();
            event.records = vec![message];
            if function(event).await.batch_item_failures.is_empty() {
                self.messages().queued.retain(|queued| queued.id != id);
            }
        }
        let messages = self.messages();
        InQueue { waiting: messages.queued.len(), dead_letters: messages.dead_letters }
    }

    /// The first visible message whose group has none before it.
    fn receive(&self) -> Option<(String, SqsMessage)> {
        let now = self.clock.now();
        let mut messages = self.messages();
        let all = messages.queued.len();
        messages
            .queued
            .retain(|queued| queued.receives < MAX_RECEIVES || now < queued.visible_from);
        messages.dead_letters += all - messages.queued.len();
        let is_head = |at: usize| {
            messages.queued[..at].iter().all(|before| before.group != messages.queued[at].group)
        };
        let at = (0..messages.queued.len())
            .find(|at| messages.queued[*at].visible_from <= now && is_head(*at))?;
        let queued = &mut messages.queued[at];
        queued.receives += 1;
        queued.visible_from = now.plus(VISIBILITY_TIMEOUT);
        let mut message = SqsMessage::default();
        message.message_id = Some(queued.id.clone());
        message.receipt_handle = Some(queued.id.clone());
        message.body = Some(queued.body.clone());
        message.attributes.insert("MessageGroupId".to_owned(), queued.group.clone());
        message
            .attributes
            .insert("SentTimestamp".to_owned(), queued.sent_at.epoch_milliseconds().to_string());
        message
            .attributes
            .insert("ApproximateReceiveCount".to_owned(), queued.receives.to_string());
        Some((queued.id.clone(), message))
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().expect("no thread panics while it holds the queue")
    }
}

#[async_trait]
impl WorkQueue for FifoQueue {
    async fn retry_in(&self, receipt: &str, wait: Duration) -> Result<(), QueueError> {
        let visible_from = self.clock.now().plus(wait);
        if let Some(queued) = self.messages().queued.iter_mut().find(|queued| queued.id == receipt)
        {
            queued.visible_from = visible_from;
        }
        Ok(())
    }

    async fn send(&self, message: Outgoing) -> Result<(), QueueError> {
        self.put(message);
        Ok(())
    }
}
