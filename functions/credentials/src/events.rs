//! `GET …/users/{leafUserId}/panorama-credentials/events`.

use application::ports::connections::EventPage;
use application::ports::portion::Portion;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::event::{Event, RETENTION};
use domain::ids::EventId;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::listing::listed;
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::refusals::no_such_user;

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
    let since = service.ports.clock.now().minus(RETENTION);
    let wanted = EventPage { since, page: page.number, size: page.size, newest_first };
    let events = service.records.events(id, &wanted).await?.ok_or_else(|| no_such_user(id))?;
    let Portion { entries, total } = events.map(|event| event.map(Resource::from));
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &query.sent().named(&["sort"]),
        page,
        entries.len(),
        total,
        entries,
    ))
}
