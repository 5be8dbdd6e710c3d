//! A queue that calls a function: delay, visibility time-out, batches, the dead letters, and what
//! SQS does so that a group of messages does not keep the others waiting ("fair queues").

use std::collections::HashMap;
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
    group: Option<&'static str>,
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

    pub(super) fn send(&mut self, body: String, group: Option<&'static str>, now: Timestamp) {
        self.last_id += 1;
        let visible_from = now.plus(self.delay);
        self.messages.push(Queued {
            id: self.last_id,
            body,
            group,
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
        in_turn(&mut visible);
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

/// The order in which messages are delivered. To SQS a message without a group is one of its own;
/// what is not the first of its group comes after all that are.
fn in_turn(visible: &mut [&mut Queued]) {
    let mut before: HashMap<_, usize> = HashMap::new();
    visible.sort_by_cached_key(|queued| {
        let Some(group) = queued.group else { return 0 };
        let place = before.entry(group).or_default();
        *place += 1;
        *place
    });
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use time::macros::datetime;

    use super::*;

    #[tokio::test]
    async fn what_is_sent_behind_a_thousand_of_a_backlog_comes_after_few_of_them() {
        let now = Timestamp::new(datetime!(2026-11-30 09:00 UTC));
        let mut queue = Queue::new(Duration::ZERO, 3);
        for number in 0..1_000 {
            queue.send(format!("backlog {number}"), Some("backlog"), now);
        }
        queue.send("the farmer who connects now".to_owned(), None, now);
        let came = Mutex::new(Vec::new());
        let note = async |event: SqsEvent| {
            let bodies = event.records.into_iter().filter_map(|message| message.body);
            came.lock().expect("nobody panicked").extend(bodies);
            SqsBatchResponse::default()
        };
        assert_eq!(queue.deliver(now, note).await.waiting, 0);
        let came = came.into_inner().expect("nobody panicked");
        assert_eq!(came.len(), 1_001);
        let place = came.iter().position(|body| body == "the farmer who connects now");
        assert!(place.is_some_and(|place| place < 5), "{place:?}");
        assert!(came[1..].is_sorted_by_key(String::len), "the backlog keeps its order");
    }
}
