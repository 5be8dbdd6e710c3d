//! What stands between the table and `finish-confirmations` in AWS: the table's stream, the pipe that filters it, the queue with its
//! visibility time-out, the dead-letter queue. The function is the one that Lambda runs.

mod pattern;
mod pipe;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use shared::domain::session::HANDSHAKE_LEASE;
use shared::domain::timestamp::Timestamp;
use shared::ports::clock::Clock;
use shared::service::Service;
use tokio::sync::Mutex;

use crate::running;

/// How long a message that was delivered is not delivered again.
const VISIBILITY_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a message is delivered before it is a dead letter.
const MAX_RECEIVES: u32 = 1_000;

/// How many messages one delivery has.
const BATCH: usize = 10;

/// The way from a session that became `Confirming` to the finisher.
pub struct Outbox {
    database: Database,
    service: Service,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Where each shard of the stream is to be read on.
    iterators: Option<Vec<String>>,
    queue: Vec<Queued>,
    last_id: u64,
    dead_letters: usize,
}

struct Queued {
    id: u64,
    body: String,
    visible_from: Timestamp,
    receives: u32,
}

/// What is in the queues after a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InQueues {
    /// Messages that are delivered again.
    pub waiting: usize,
    /// Messages that were delivered for the last time.
    pub dead_letters: usize,
}

impl Outbox {
    pub(crate) fn new(database: Database, service: Service, clock: Arc<dyn Clock>) -> Self {
        Self { database, service, clock, state: Mutex::default() }
    }

    /// Reads the stream on, and delivers what is to be delivered now.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub async fn deliver(&self) -> io::Result<InQueues> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        for body in self.new_records(&mut state)?.iter().filter_map(pipe::to_confirmations) {
            state.last_id += 1;
            let id = state.last_id;
            // The callback itself is at it for as long as its lease lasts.
            state.queue.push(Queued { id, body, visible_from: now.plus(HANDSHAKE_LEASE), receives: 0 });
        }
        let mut visible: Vec<_> = state.queue.iter_mut().filter(|queued| queued.visible_from <= now).collect();
        let mut done = Vec::new();
        for batch in visible.chunks_mut(BATCH) {
            for queued in batch.iter_mut() {
                queued.visible_from = now.plus(VISIBILITY_TIMEOUT);
                queued.receives += 1;
            }
            let mut event = SqsEvent::default();
            event.records = batch.iter().map(|queued| message(queued)).collect();
            let again = running::finish_confirmations(&self.service, event).await;
            let failed = |id: u64| again.batch_item_failures.iter().any(|item| item.item_identifier == id.to_string());
            done.extend(batch.iter().map(|queued| queued.id).filter(|id| !failed(*id)));
        }
        state.queue.retain(|queued| !done.contains(&queued.id));
        let unfinished = state.queue.len();
        state.queue.retain(|queued| queued.receives < MAX_RECEIVES);
        state.dead_letters += unfinished - state.queue.len();
        Ok(InQueues { waiting: state.queue.len(), dead_letters: state.dead_letters })
    }

    fn new_records(&self, state: &mut State) -> io::Result<Vec<Record>> {
        let iterators = match state.iterators.take() {
            Some(iterators) => iterators,
            // From the beginning: after a restart the queue is empty, and the finisher leaves alone what is finished.
            None => self.beginning()?,
        };
        let mut records = Vec::new();
        let mut next = Vec::with_capacity(iterators.len());
        for mut iterator in iterators {
            loop {
                let request = GetRecordsRequest { shard_iterator: iterator.clone(), limit: None };
                let answer = self.database.get_records(request).map_err(unreadable)?;
                let is_end = answer.records.is_empty();
                records.extend(answer.records);
                let Some(on) = answer.next_shard_iterator else { break };
                iterator = on;
                if is_end {
                    next.push(iterator);
                    break;
                }
            }
        }
        state.iterators = Some(next);
        Ok(records)
    }

    fn beginning(&self) -> io::Result<Vec<String>> {
        let streams = self.database.list_streams(ListStreamsRequest::default()).map_err(unreadable)?.streams;
        let mut iterators = Vec::new();
        for stream in streams {
            let request = DescribeStreamRequest { stream_arn: stream.stream_arn.clone(), ..Default::default() };
            for shard in self.database.describe_stream(request).map_err(unreadable)?.stream_description.shards {
                let request = GetShardIteratorRequest {
                    stream_arn: stream.stream_arn.clone(),
                    shard_id: shard.shard_id,
                    shard_iterator_type: "TRIM_HORIZON".to_owned(),
                    sequence_number: None,
                };
                iterators.extend(self.database.get_shard_iterator(request).map_err(unreadable)?.shard_iterator);
            }
        }
        Ok(iterators)
    }
}

fn message(queued: &Queued) -> SqsMessage {
    let mut message = SqsMessage::default();
    (message.message_id, message.body) = (Some(queued.id.to_string()), Some(queued.body.clone()));
    message
}

#[expect(clippy::needless_pass_by_value, reason = "it is an argument of map_err")]
fn unreadable(error: dynoxide::DynoxideError) -> io::Error {
    io::Error::other(format!("the table's stream cannot be read: {error}"))
}
