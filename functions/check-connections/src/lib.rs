//! The scheduled check (EventBridge Scheduler, every 15 minutes).
//!
//! One app key after the other: a partner has a handful. What does not fit into one run goes on in
//! the next.

use std::time::Duration;

use application::ports::records::{Check, Counts};
use application::ports::store_error::StoreError;
use application::use_cases::check_connections::check_connections;
use domain::timestamp::Timestamp;
use lambda::function::{Function, Kind, Memory};
use serde::Serialize;
use shared::service::Service;

pub const FUNCTION: Function = Function {
    memory: Memory::Heavy,
    timeout: Duration::from_mins(15),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "The scheduled check. It begins nothing new in its last minute and continues in the next \
         run, so it gets all the time that Lambda has.",
        Kind::Schedule { every: EVERY, run: |service, deadline| Box::pin(run(service, deadline)) },
    )
};

/// How often it runs.
const EVERY: Duration = Duration::from_mins(15);

async fn run(service: &Service, deadline: Timestamp) {
    if let Err(error) = check(service, deadline).await {
        tracing::error!(%error, "connections could not be checked");
    }
}

/// What a run did, for its log and for whoever invokes it by hand.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// App keys whose credentials were all compared.
    pub done: usize,
    /// App keys for which time ran out.
    pub out_of_time: usize,
    /// App keys whose login Panorama refuses, now or lately.
    pub login_refused: usize,
    /// App keys about which Panorama, or our own storage, could not be asked.
    pub unavailable: usize,
    /// Credentials that were compared.
    pub compared: usize,
    /// Credentials that became REVOKED.
    pub revoked: usize,
    /// Credentials that became ACTIVE again.
    pub recovered: usize,
}

impl Report {
    fn count(&mut self, counts: Counts) {
        self.compared += counts.compared;
        self.revoked += counts.revoked;
        self.recovered += counts.recovered;
    }
}

/// Checks every app key until `deadline`.
///
/// # Errors
/// The app keys cannot be read.
pub async fn check(service: &Service, deadline: Timestamp) -> Result<Report, StoreError> {
    let mut report = Report::default();
    for app_key in service.ports.app_keys.list().await? {
        if service.ports.clock.now() >= deadline {
            report.out_of_time += 1;
            continue;
        }
        match check_connections(&*service.records, &app_key, deadline).await {
            Ok(Check::Done(counts)) => {
                report.done += 1;
                report.count(counts);
            }
            Ok(Check::OutOfTime(counts)) => {
                report.out_of_time += 1;
                report.count(counts);
            }
            Ok(Check::LeftAlone | Check::LoginRefused) => report.login_refused += 1,
            Ok(Check::Unavailable) => report.unavailable += 1,
            // One app key's trouble is not the others'.
            Err(error) => {
                tracing::error!(app_key = %app_key.id, %error, "an app key could not be checked");
                report.unavailable += 1;
            }
        }
    }
    tracing::info!(?report, "checked");
    Ok(report)
}
