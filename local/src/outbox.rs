//! What stands between the tables and the functions of the queues in AWS: the tables' streams, and
//! the pipes that read them. One of each goes to the event bus, whose rules feed most queues; a
//! third to the alerts' FIFO queue. The functions are the ones that Lambda runs.

mod fifo;
mod pattern;
mod queue;
mod stream;
mod template;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use all_functions::FUNCTIONS;
use application::ports::clock::Clock;
use application::ports::webhooks::Receivers;
use application::ports::work_queue::Outgoing;
use deliver_alerts::Delivery;
use domain::timestamp::Timestamp;
use dynoxide::Database;
use dynoxide::actions::get_records::Record;
use lambda::function::Function;
use shared::service::Service;
use tokio::sync::Mutex;

use fifo::FifoQueue;
pub use queue::InQueue;
use queue::Queue;
use stream::Stream;
use template::{ALERTS, CATALOGUE, CHANGES, Way};

use crate::environment::CATALOGUE_TABLE_NAME;
use crate::function_scope;

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
    fed_by_rules: Vec<FedByRule>,
}

/// A queue that rules of the bus fill, and the function behind it.
struct FedByRule {
    function: &'static Function,
    name: &'static str,
    rules: Vec<Way>,
    queue: Queue,
}

impl FedByRule {
    fn of(function: &'static Function) -> Option<Self> {
        let (name, rule) = (function.queue()?.name, function.rule()?);
        let queue = Queue::new(rule.delay, rule.deliveries);
        let rules = rule.each(name).iter().map(|(name, ..)| Way::rule(name)).collect();
        Some(Self { function, name, rules, queue })
    }
}

/// What is in the queues after a delivery, by their names.
pub type InQueues = BTreeMap<&'static str, InQueue>;

impl Outbox {
    pub(crate) fn new(
        database: Database,
        service: Service,
        receivers: Arc<dyn Receivers>,
        clock: Arc<dyn Clock>,
        started_at: Timestamp,
    ) -> Self {
        let state = State {
            stream: Stream::of(database),
            fed_by_rules: FUNCTIONS.into_iter().filter_map(FedByRule::of).collect(),
        };
        let alerts = FifoQueue::new(clock.clone());
        let delivery = Delivery::new(service.clone(), receivers, Arc::new(alerts.clone()));
        let started_at = started_at.epoch_seconds();
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
        let State { stream, fed_by_rules } = &mut *state;
        let now = self.clock.now();
        for (table, record) in stream.new_records()? {
            let event = serde_json::to_value(&record)?;
            let is_of_the_catalogue = table == CATALOGUE_TABLE_NAME;
            if let (false, true, Some(message), Some((group, id))) = (
                is_of_the_catalogue,
                self.is_of_this_run(&record),
                ALERTS.message(&event),
                ALERTS.group_and_id(&event),
            ) {
                self.alerts.put(Outgoing { group, id, body: message });
            }
            let pipe = if is_of_the_catalogue { &CATALOGUE } else { &CHANGES };
            let on_the_bus = pipe.message(&event).and_then(|message| pipe.event(&message));
            let Some(event) = on_the_bus else { continue };
            for fed in &mut *fed_by_rules {
                for rule in &fed.rules {
                    if let Some(message) = rule.message(&event) {
                        fed.queue.send(message, rule.group(), now);
                    }
                }
            }
        }
        let mut in_queues = InQueues::new();
        for FedByRule { function, name, queue, .. } in fed_by_rules {
            let work = |event| Box::pin(function_scope::work(function, &self.service, event));
            let work = |event| async { work(event).await.unwrap_or_default() };
            in_queues.insert(*name, queue.deliver(now, work).await);
        }
        let deliver = |event| Box::pin(function_scope::deliver_alerts(&self.delivery, event));
        in_queues.insert("alerts", self.alerts.deliver(deliver).await);
        Ok(in_queues)
    }

    fn is_of_this_run(&self, record: &Record) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
        let started_at = self.started_at as f64;
        record.dynamodb.approximate_creation_date_time >= started_at
    }
}
