//! What stands between the table and the functions of its queues in AWS: the table's stream, two pipes that filter it, two queues. The
//! functions are the ones that Lambda runs.

mod pattern;
mod pipe;
mod queue;
mod stream;

use std::io;
use std::sync::Arc;

use dynoxide::Database;
use shared::domain::session::{HANDSHAKE_LEASE, LIFETIME};
use shared::ports::clock::Clock;
use shared::service::Service;
use tokio::sync::Mutex;

pub use queue::InQueue;
use queue::Queue;
use stream::Stream;

use crate::running;

/// The ways from a session to the finisher, and to the end of its time.
pub struct Outbox {
    service: Service,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    stream: Stream,
    confirmations: Queue,
    expiries: Queue,
}

/// What is in the queues after a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InQueues {
    /// For `finish-confirmations`.
    pub confirmations: InQueue,
    /// For `expire-sessions`.
    pub expiries: InQueue,
}

impl Outbox {
    pub(crate) fn new(database: Database, service: Service, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            stream: Stream::of(database),
            // The callback itself is at it for as long as its lease lasts.
            confirmations: Queue::with_delay(HANDSHAKE_LEASE),
            expiries: Queue::with_delay(LIFETIME),
        };
        Self { service, clock, state: Mutex::new(state) }
    }

    /// Reads the stream on, and delivers what is to be delivered now.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub async fn deliver(&self) -> io::Result<InQueues> {
        let mut state = self.state.lock().await;
        let State { stream, confirmations, expiries } = &mut *state;
        let now = self.clock.now();
        for record in stream.new_records()? {
            if let Some(message) = pipe::to_confirmations(&record) {
                confirmations.send(message, now);
            }
            if let Some(message) = pipe::to_expiries(&record) {
                expiries.send(message, now);
            }
        }
        Ok(InQueues {
            confirmations: confirmations
                .deliver(now, |event| running::finish_confirmations(&self.service, event))
                .await,
            expiries: expiries.deliver(now, |event| running::expire_sessions(&self.service, event)).await,
        })
    }
}
