//! Which function is at work. In AWS each has a process, and a role with its rights; here all of
//! them share one process, so each piece of work says whose it is. Whoever sees a call on its way
//! out can then tell whose role it needs.

use std::future::Future;

use application::ports::StoreError;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use check_connections::Report;
use deliver_alerts::Delivery;
use domain::timestamp::Timestamp;
use shared::service::{Service, WarmUp};

/// Every function, and what it reads in init.
pub const FUNCTIONS: [(&str, WarmUp); 14] = [
    ("app-keys", app_keys::WARM_UP),
    ("authenticate", authenticate::WARM_UP),
    ("authorizer", authorizer::WARM_UP),
    ("check-connections", check_connections::WARM_UP),
    ("credentials", credentials::WARM_UP),
    ("deliver-alerts", deliver_alerts::WARM_UP),
    ("expire-sessions", expire_sessions::WARM_UP),
    ("finish-confirmations", finish_confirmations::WARM_UP),
    ("leaf-alerts", leaf_alerts::WARM_UP),
    ("resources", resources::WARM_UP),
    ("sharing-confirmation", sharing_confirmation::WARM_UP),
    ("start-integration", start_integration::WARM_UP),
    ("users", users::WARM_UP),
    ("webhooks", webhooks::WARM_UP),
];

tokio::task_local! {
    static FUNCTION: &'static str;
}

/// Does a function's work in its name.
pub async fn as_function<W: Future>(name: &'static str, work: W) -> W::Output {
    FUNCTION.scope(name, work).await
}

/// The function that is at work here; `None` for what is nobody's, as the making of the table.
pub fn function() -> Option<&'static str> {
    FUNCTION.try_with(|name| *name).ok()
}

/// The scheduled check.
///
/// # Errors
/// The app keys cannot be read.
pub async fn check_connections(
    service: &Service,
    deadline: Timestamp,
) -> Result<Report, StoreError> {
    as_function("check-connections", Box::pin(check_connections::check(service, deadline))).await
}

/// A delivery of the queue `confirmations`.
pub async fn finish_confirmations(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    as_function("finish-confirmations", finish_confirmations::finish(service, event)).await
}

/// A delivery of the queue `expiries`.
pub async fn expire_sessions(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    as_function("expire-sessions", expire_sessions::expire(service, event)).await
}

/// A delivery of the queue `alerts`.
pub async fn deliver_alerts(delivery: &Delivery, event: SqsEvent) -> SqsBatchResponse {
    as_function("deliver-alerts", delivery.deliver(event)).await
}
