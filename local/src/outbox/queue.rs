//! A queue that calls a function: delay, visibility time-out, batches, and the dead letters.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::timestamp::Timestamp;

/// How long a message that was delivered is not delivered again.
const VISIBILITY_TIMEOUT: Duration = Duration::from_mins(1);

/// How many messages one delivery has.
const BATCH: usize = 10;

pub(super) struct Queue {
    delay: Duration,
    deliveries: u32,
    messages: Vec<Queued>,
    last_id: u64,
    dead_letters: usize,
}

struct Queued {
    id: u64,
    body: String,
    sent_at: Timestamp,
    visible_from: Timestamp,
    receives: u32,
}

/// What is in a queue after a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InQueue {
    /// Messages that are yet to be delivered, or delivered again.
    pub waiting: usize,
    /// Messages that were delivered for the last time.
    pub dead_letters: usize,
}

impl Queue {
    /// One whose messages come after a delay, and so often.
    pub(super) fn new(delay: Duration, deliveries: u32) -> Self {
        Self { delay, deliveries, messages: Vec::new(), last_id: 0, dead_letters: 0 }
    }

    pub(super) fn send(&mut self, body: String, now: Timestamp) {
        self.last_id += 1;
        let visible_from = now.plus(self.delay);
        self.messages.push(Queued {
            id: self.last_id,
            body,
            sent_at: now,
            visible_from,
            receives: 0,
        });
    }

    /// Calls the function with what is visible now.
    pub(super) async fn deliver<F: Future<Output = SqsBatchResponse>>(
        &mut self,
        now: Timestamp,
        function: impl Fn(SqsEvent) -> F,
    ) -> InQueue {
        let mut visible: Vec<_> =
            self.messages.iter_mut().filter(|queued| queued.visible_from <= now).collect();
        let mut done = Vec::new();
        for batch in visible.chunks_mut(BATCH) {
            for queued in batch.iter_mut() {
                queued.visible_from = now.plus(VISIBILITY_TIMEOUT);
                queued.receives += 1;
            }
            let mut event = SqsEvent::default();
            event.records = batch.iter().map(|queued| message(queued)).collect();
            let again = function(event).await;
            let failed = |id: u64| {
                again.batch_item_failures.iter().any(|item| item.item_identifier == id.to_string())
            };
            done.extend(batch.iter().map(|queued| queued.id).filter(|id| !failed(*id)));
        }
        self.messages.retain(|queued| !done.contains(&queued.id));
        let unfinished = self.messages.len();
        self.messages.retain(|queued| queued.receives < self.deliveries);
        self.dead_letters += unfinished - self.messages.len();
        InQueue { waiting: self.messages.len(), dead_letters: self.dead_letters }
    }
}

fn message(queued: &Queued) -> SqsMessage {
    let mut message = SqsMessage::default();
    (message.message_id, message.body) = (Some(queued.id.to_string()), Some(queued.body.clone()));
    message.attributes.insert("ApproximateReceiveCount".to_owned(), queued.receives.to_string());
    message
        .attributes
        .insert("SentTimestamp".to_owned(), queued.sent_at.epoch_milliseconds().to_string());
    message
}
