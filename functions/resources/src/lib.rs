//! Step 6, too: `GET /services/integrations/api/resources`.

use application::ports::portion::Portion;
use application::ports::summaries::Counted;
use application::ports::upstream::UpstreamError;
use application::use_cases::summarize_sync::{SummarizeError, summarize_all, summarize_sync};
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
use web::parameters::{Page, Query, segment};
use web::problem::Problem;
use web::refusals::no_such_user;
use web::routes::Routes;

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

/// What it is.
pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 6, too.",
    Kind::Http { routes, open: Throttle::Others },
);

/// The function's routes.
pub fn routes(service: Service) -> Routes<Service> {
    Routes::new(service).owner(Method::GET, "/services/integrations/api/resources", list)
}

#[derive(Serialize)]
struct Answer {
    message: &'static str,
    summaries: Vec<Shown<Summary>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    provider: &'static str,
    leaf_user_id: LeafUserId,
    growers: u64,
    farms: u64,
    fields: u64,
    /// When it was counted; without it, nothing was yet.
    sync_reference_time: Option<Timestamp>,
}

impl Summary {
    fn new(leaf_user_id: LeafUserId, counted: Option<Counted>) -> Self {
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
    let mut asked = query.named(&["leafUserId"]);
    let Portion { entries: summaries, total } = if let Some(keeper) = &service.ports.record_keeper {
        asked = query.passed_on(page);
        let missing = || id.map_or_else(|| UpstreamError::NoSuchUser.into(), no_such_user);
        keeper.summaries(asked.clone()).await?.ok_or_else(missing)?.map(Shown::Theirs)
    } else {
        // Any word is a provider's name that we do not know; what looks like none is not repeated.
        let is_name = |name: &str| name.bytes().all(|letter| letter.is_ascii_alphabetic());
        asked.extend(query.named(&["provider"]).into_iter().filter(|(_, name)| is_name(name)));
        ours(&service, &query, page, id).await?.map(Shown::Ours)
    };
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

async fn ours(
    service: &Service,
    query: &Query,
    page: Page,
    id: Option<LeafUserId>,
) -> Result<Portion<Summary>, Problem> {
    let of_panorama = query.get("provider").is_none_or(|provider| provider == "Panorama");
    let Some(id) = id else {
        if !of_panorama {
            return Ok(Portion::of_whole(Vec::new(), page.number, page.size));
        }
        let all = summarize_all(&service.ports, page.number, page.size).await?;
        return Ok(all.map(|connection| Summary::new(connection.leaf_user_id, connection.counted)));
    };
    if !of_panorama {
        service.ports.leaf_users.find(id).await?.ok_or_else(|| no_such_user(id))?;
        return Ok(Portion::of_whole(Vec::new(), page.number, page.size));
    }
    let counted = summarize_sync(&service.ports, id).await.map_err(|error| match error {
        SummarizeError::NoSuchUser => no_such_user(id),
        SummarizeError::Store(error) => error.into(),
        SummarizeError::Upstream(error) => error.into(),
    })?;
    let summaries = counted.map(|counted| Summary::new(id, Some(counted))).into_iter().collect();
    Ok(Portion::of_whole(summaries, page.number, page.size))
}
