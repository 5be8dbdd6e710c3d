//! Step 6, too: `GET /services/integrations/api/resources`.

use axum::Json;
use axum::extract::{OriginalUri, State};
use http::Method;
use serde::Serialize;
use shared::domain::ids::LeafUserId;
use shared::domain::timestamp::Timestamp;
use shared::http::error_key::ErrorKey;
use shared::http::parameters::Query;
use shared::http::problem::Problem;
use shared::http::refusals::no_such_user;
use shared::http::routes::Routes;
use shared::service::{Service, WarmUp};
use shared::use_cases::summarize_sync::{SummarizeError, summarize_sync};

/// Entries on a page when the request does not say. There is at most one: a Leaf user has one Panorama operation.
const PAGE_SIZE: u32 = 20;

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    Routes::new(service).owner(Method::GET, "/services/integrations/api/resources", list)
}

#[derive(Serialize)]
struct Answer {
    message: &'static str,
    summaries: Vec<Summary>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    provider: &'static str,
    leaf_user_id: LeafUserId,
    growers: u64,
    farms: u64,
    fields: u64,
    sync_reference_time: Timestamp,
}

async fn list(State(service): State<Service>, OriginalUri(uri): OriginalUri) -> Result<Json<Answer>, Problem> {
    let query = Query::of(&uri);
    if query.get("provider").is_some_and(|provider| provider != "Panorama") {
        return Err(Problem::of_field(ErrorKey::MalformedField, "provider", "must be Panorama"));
    }
    let id = query.required("leafUserId")?;
    shared::logging::about(id);
    let page = query.page(PAGE_SIZE)?;
    let summary = summarize_sync(&service.ports, id).await.map_err(|error| match error {
        SummarizeError::NoSuchUser => no_such_user(id),
        SummarizeError::Store(error) => error.into(),
        SummarizeError::Upstream(error) => error.into(),
    })?;
    let summary = summary.map(|(summary, at)| Summary {
        provider: "Panorama",
        leaf_user_id: id,
        growers: summary.growers,
        farms: summary.farms,
        fields: summary.fields,
        sync_reference_time: at,
    });
    let summaries = summary.into_iter().filter(|_| page.number == 0).collect();
    Ok(Json(Answer { message: "SUCCESS", summaries }))
}
