//! What stands between the table and the functions of its queues in AWS: the table's stream, and
//! the two pipes that read it. One goes to the event bus, whose rules feed two queues; the other to
//! the alerts' FIFO queue. The functions are the ones that Lambda runs.

mod fifo;
mod pattern;
mod queue;
mod stream;
mod template;

use std::io;
use std::sync::Arc;

use application::ports::clock::Clock;
use application::ports::webhooks::{Outgoing, Receivers};
use deliver_alerts::Delivery;
use domain::session::{HANDSHAKE_LEASE, LIFETIME};
use dynoxide::Database;
use dynoxide::actions::get_records::Record;
use shared::service::Service;
use tokio::sync::Mutex;

use fifo::FifoQueue;
pub use queue::InQueue;
use queue::Queue;
use stream::Stream;
use template::{ALERTS, CHANGES, CONFIRMATIONS, EXPIRIES};

use crate::running;

/// The ways from a change in the table to the functions that something follows from.
pub struct Outbox {
    service: Service,
    clock: Arc<dyn Clock>,
    alerts: FifoQueue,
    delivery: Delivery,
    /// In seconds since 1970. Alerts of what is older were sent by the run before.
    started_at: i64,
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
    /// For `deliver-alerts`.
    pub alerts: InQueue,
}

impl Outbox {
    pub(crate) fn new(
        database: Database,
        service: Service,
        receivers: Arc<dyn Receivers>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let state = State {
            stream: Stream::of(database),
            // The callback itself is at it for as long as its lease lasts.
            confirmations: Queue::with_delay(HANDSHAKE_LEASE),
            expiries: Queue::with_delay(LIFETIME),
        };
        let alerts = FifoQueue::new(clock.clone());
        let delivery = Delivery::new(service.clone(), receivers, Arc::new(alerts.clone()));
        let started_at = clock.now().epoch_seconds();
        Self { service, clock, alerts, delivery, started_at, state: Mutex::new(state) }
    }

    /// The function of the alerts' queue, for tests that deliver by themselves.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
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
            let event = serde_json::to_value(&record)?;
            if let (true, Some(message), Some((group, id))) =
                (self.is_of_this_run(&record), ALERTS.message(&event), ALERTS.group_and_id(&event))
            {
                self.alerts.put(Outgoing { group, id, body: message });
            }
            let on_the_bus = CHANGES.message(&event).and_then(|message| CHANGES.event(&message));
            let Some(event) = on_the_bus else { continue };
            if let Some(message) = CONFIRMATIONS.message(&event) {
                confirmations.send(message, now);
            }
            if let Some(message) = EXPIRIES.message(&event) {
                expiries.send(message, now);
            }
        }
        Ok(InQueues {
            confirmations: confirmations
                .deliver(now, |event| Box::pin(running::finish_confirmations(&self.service, event)))
                .await,
            expiries: expiries
                .deliver(now, |event| Box::pin(running::expire_sessions(&self.service, event)))
                .await,
            alerts: self
                .alerts
                .deliver(|event| Box::pin(running::deliver_alerts(&self.delivery, event)))
                .await,
        })
    }

    fn is_of_this_run(&self, record: &Record) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
        let started_at = self.started_at as f64;
        record.dynamodb.approximate_creation_date_time >= started_at
    }
}
