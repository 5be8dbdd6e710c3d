//! Asks for a sync of every connected operation (EventBridge Scheduler, every six hours).
//!
//! A request is a write to a row. The syncs follow from the table's stream, through a queue.

use std::time::Duration;

use application::ports::store_error::StoreError;
use application::use_cases::request_syncs::{Requested, request_syncs};
use domain::timestamp::Timestamp;
use lambda::function::{Function, Kind, Memory};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    memory: Memory::Heavy,
    timeout: Duration::from_mins(15),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Asks for a sync of every connected operation. A request is one write, so some hundred \
         thousand fit into a run.",
        Kind::Schedule { every: EVERY, run: |service, deadline| Box::pin(run(service, deadline)) },
    )
};

/// How often it runs.
const EVERY: Duration = Duration::from_hours(6);

async fn run(service: &Service, deadline: Timestamp) {
    if let Err(error) = request(service, deadline).await {
        tracing::error!(%error, "syncs could not be asked for");
    }
}

/// Asks for syncs until `deadline`.
///
/// # Errors
/// The store failed; the next run asks for the rest.
pub async fn request(service: &Service, deadline: Timestamp) -> Result<Requested, StoreError> {
    request_syncs(&service.ports, service.settings.silent_for, deadline).await
}
