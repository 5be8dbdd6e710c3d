//! Whose turn it is. In AWS each function has a process, and a role with its rights; here all of
//! them share one process, so each piece of work says whose it is. Whoever sees a call on its way
//! out can then tell whose role it needs.

use std::future::Future;

use application::ports::store_error::StoreError;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use check_connections::Report;
use deliver_alerts::Delivery;
use domain::timestamp::Timestamp;
use lambda::function::Function;
use shared::service::Service;

tokio::task_local! {
    static FUNCTION: &'static str;
}

/// Does a function's work in its name.
pub async fn as_function<W: Future>(name: &'static str, work: W) -> W::Output {
    FUNCTION.scope(name, work).await
}

/// The function whose turn it is; `None` for what is nobody's, as the making of the table.
pub fn function() -> Option<&'static str> {
    FUNCTION.try_with(|name| *name).ok()
}

/// The scheduled check, with its report.
///
/// # Errors
/// The app keys cannot be read.
pub async fn check_connections(
    service: &Service,
    deadline: Timestamp,
) -> Result<Report, StoreError> {
    let check = Box::pin(check_connections::check(service, deadline));
    as_function(check_connections::FUNCTION.name, check).await
}

/// A delivery of a queue that a rule fills, to the function behind it; `None` if it is behind none.
pub async fn work(
    function: &Function,
    service: &Service,
    event: SqsEvent,
) -> Option<SqsBatchResponse> {
    let rule = function.rule()?;
    Some(as_function(function.name, (rule.work)(service, event)).await)
}

/// A delivery of the queue `alerts`.
pub async fn deliver_alerts(delivery: &Delivery, event: SqsEvent) -> SqsBatchResponse {
    as_function(deliver_alerts::FUNCTION.name, delivery.deliver(event)).await
}
