//! Step 6, too: `GET /services/integrations/api/resources`.

use application::ports::portion::Portion;
use application::ports::records::{Listed, Summary};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::ids::LeafUserId;
use domain::record::Shown;
use domain::timestamp::Timestamp;
use http::Method;
use lambda::function::{Function, Kind, Throttle};
use serde::Serialize;
use shared::service::Service;
use web::listing::listed;
use web::parameters::{Query, segment};
use web::problem::Problem;
use web::routes::Routes;

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 6, too.",
    Kind::Http { routes, open: Throttle::Others },
);

pub fn routes(service: Service) -> Routes<Service> {
    Routes::new(service).owner(Method::GET, "/services/integrations/api/resources", list)
}

#[derive(Serialize)]
struct Answer {
    message: &'static str,
    summaries: Vec<Shown<Resource>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    provider: &'static str,
    leaf_user_id: LeafUserId,
    growers: u64,
    farms: u64,
    fields: u64,
    /// When it was counted; without it, nothing was yet.
    sync_reference_time: Option<Timestamp>,
}

impl From<Summary> for Resource {
    fn from(Summary { leaf_user_id, counted }: Summary) -> Self {
        let summary = counted.map(|counted| counted.summary).unwrap_or_default();
        Self {
            provider: "Panorama",
            leaf_user_id,
            growers: summary.growers,
            farms: summary.farms,
            fields: summary.fields,
            sync_reference_time: counted.map(|counted| counted.at),
        }
    }
}

async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let id = query.get("leafUserId").map(|id| segment("leafUserId", id)).transpose()?;
    if let Some(id) = id {
        application::logging::about(id);
    }
    let Listed { portion, asked } = service.records.summaries(id, query.sent(), page).await?;
    let Portion { entries: summaries, total } = portion.map(|summary| summary.map(Resource::from));
    let shown = summaries.len();
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &asked,
        page,
        shown,
        total,
        Answer { message: "SUCCESS", summaries },
    ))
}
