//! `GET …/webhooks/failed-calls`: calls that were not taken, and have not been taken since.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use shared::domain::ids::WebhookId;
use shared::domain::timestamp::Timestamp;
use shared::domain::webhook::{CallFailure, FAILED_CALLS_KEPT_FOR, FailedCall};
use shared::http::listing::listed;
use shared::http::parameters::Query;
use shared::http::problem::Problem;
use shared::ports::portion::Portion;
use shared::service::Service;

/// Leaf pages its other listings by this.
const PAGE_SIZE: u32 = 20;

#[derive(Serialize)]
pub(crate) struct Page {
    items: Vec<Item>,
}

/// A failed call with Leaf's fields; without `response`, which is not read, and `apiOwner`, of which a deployment has one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    created_at: Timestamp,
    url: String,
    status: Option<u16>,
    request_body: String,
    connection_error: Option<&'static str>,
    webhook_id: WebhookId,
    attempts: u32,
    last_attempt_at: Timestamp,
}

impl From<FailedCall> for Item {
    fn from(call: FailedCall) -> Self {
        let (status, connection_error) = match call.failure {
            CallFailure::Status(status) => (Some(status), None),
            other => (None, Some(other.as_str())),
        };
        Self {
            created_at: call.created_at,
            url: call.url.url().to_string(),
            status,
            request_body: call.body,
            connection_error,
            webhook_id: call.webhook_id,
            attempts: call.attempts,
            last_attempt_at: call.last_attempt_at,
        }
    }
}

pub(crate) async fn list(State(service): State<Service>, OriginalUri(uri): OriginalUri) -> Result<Response, Problem> {
    let page = Query::of(&uri).page(PAGE_SIZE)?;
    let since = service.ports.clock.now().minus(FAILED_CALLS_KEPT_FOR);
    let calls = service.ports.webhooks.failed_calls(page.number, page.size, since).await?;
    let Portion { entries: items, total } = calls.map(Item::from);
    Ok(listed(&service.settings, &uri, page, items.len(), total, Page { items }))
}
