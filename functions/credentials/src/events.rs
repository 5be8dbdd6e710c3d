//! `GET …/users/{leafUserId}/panorama-credentials/events`.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use shared::domain::event::{Event, KEPT_FOR};
use shared::domain::ids::EventId;
use shared::domain::timestamp::Timestamp;
use shared::http::error_key::ErrorKey;
use shared::http::listing::listed;
use shared::http::parameters::{Query, Segments, segment};
use shared::http::problem::Problem;
use shared::http::refusals::no_such_user;
use shared::ports::connections::EventPage;
use shared::ports::portion::Portion;
use shared::service::Service;
use shared::use_cases::list_events::list_events;

/// Events on a page when the request does not say (Leaf's documents).
const PAGE_SIZE: u32 = 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    id: EventId,
    created_date: Timestamp,
    status_code: u16,
    headers: String,
    body: String,
}

impl From<Event> for Resource {
    fn from(event: Event) -> Self {
        let Event { id, created_at, status_code, headers, body } = event;
        Self { id, created_date: created_at, status_code, headers, body }
    }
}

pub(crate) async fn list(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let id = segment("leafUserId", &id)?;
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let newest_first = match query.get("sort") {
        None | Some("createdDate,desc") => true,
        Some("createdDate,asc" | "createdDate") => false,
        Some(_) => {
            let rule = "must be createdDate,asc or createdDate,desc";
            return Err(Problem::of_field(ErrorKey::MalformedField, "sort", rule));
        }
    };
    let since = service.ports.clock.now().minus(KEPT_FOR);
    let wanted = EventPage { since, page: page.number, size: page.size, newest_first };
    let events = list_events(&service.ports, id, &wanted).await?.ok_or_else(|| no_such_user(id))?;
    let Portion { entries, total } = events.map(|event| event.map(Resource::from));
    Ok(listed(
        &service.settings,
        &uri,
        &query.named(&["sort"]),
        page,
        entries.len(),
        total,
        entries,
    ))
}
