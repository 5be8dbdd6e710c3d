//! `GET …/webhooks/failed-calls`: calls that were not taken, and have not been taken since.

use application::ports::portion::Portion;
use application::use_cases::failed_calls::failed_calls;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::ids::WebhookId;
use domain::timestamp::Timestamp;
use domain::webhook::{CallFailure, FailedCall};
use serde::Serialize;
use shared::service::Service;
use web::listing::listed;
use web::parameters::{Query, segment};
use web::problem::Problem;

/// Leaf pages its other listings by this.
const PAGE_SIZE: u32 = 20;

#[derive(Serialize)]
pub(crate) struct Page {
    items: Vec<Item>,
}

/// A failed call with Leaf's fields, and four of ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    /// Who registered the webhook.
    api_owner: Option<String>,
    created_at: Timestamp,
    url: String,
    status: Option<u16>,
    response: Option<String>,
    request_body: String,
    connection_error: Option<&'static str>,
    webhook_id: WebhookId,
    /// What a replay names it by.
    message_id: String,
    attempts: u32,
    last_attempt_at: Timestamp,
}

impl From<(FailedCall, String)> for Item {
    fn from((call, request_body): (FailedCall, String)) -> Self {
        let (status, connection_error) = match call.failure {
            CallFailure::Status(status) => (Some(status), None),
            other => (None, Some(other.as_str())),
        };
        Self {
            api_owner: call.api_owner,
            created_at: call.notice.at,
            url: call.url.url().to_string(),
            status,
            response: call.response,
            request_body,
            connection_error,
            webhook_id: call.webhook_id,
            message_id: call.notice.id.message_id(),
            attempts: call.attempts,
            last_attempt_at: call.last_attempt_at,
        }
    }
}

pub(crate) async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let of_user = query.get("leafUserId").map(|id| segment("leafUserId", id)).transpose()?;
    let calls = failed_calls(&service.ports, of_user, page.number, page.size).await?;
    let Portion { entries: items, total } = calls.map(Item::from);
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &query.sent().named(&["leafUserId"]),
        page,
        items.len(),
        total,
        Page { items },
    ))
}
