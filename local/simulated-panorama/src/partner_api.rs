//! What a partner reads of the growers that share with it. Every call needs a live access token of
//! this environment.
//!
//! The shapes are those that a public demo application reads; the error bodies are API Gateway's.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, put};
use axum::{Json, Router, body::Bytes};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::calls::Call;
use crate::seed::Operation;
use crate::simulator::Site;
use crate::state::{Download, Sharing};
use crate::watch;

/// How long a download URL works.
const DOWNLOAD_LIFE: Duration = Duration::minutes(15);

pub(crate) fn router(site: &Site) -> Router {
    let watched = |call: Call, route: MethodRouter<Site>| {
        route.route_layer(from_fn_with_state((site.clone(), call), watch::partner_call))
    };
    let operation = site.path("/sharing/{organization_code}");
    Router::new()
        .route(&site.path("/sharing"), watched(Call::ListSharing, get(list_sharing)))
        .route(&format!("{operation}/confirm"), watched(Call::ConfirmSharing, put(confirm_sharing)))
        .route(&operation, watched(Call::ListFields, get(list_fields)))
        .route(
            &format!("{operation}/{{stream_id}}/download"),
            watched(Call::Download, get(download)),
        )
        .route(&site.path("/files/{ticket}/{name}"), get(file))
        .with_state(site.clone())
}

async fn list_sharing(_: Partner, State(site): State<Site>) -> Json<Value> {
    let shared: Vec<&str> = site.read(|state| {
        let codes = site.pool().operations().map(|operation| operation.organization_code);
        codes.filter(|code| state.sharing(code) == Sharing::Confirmed).collect()
    });
    Json(json!({"items": shared}))
}

async fn confirm_sharing(
    _: Partner,
    State(site): State<Site>,
    Path(organization_code): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let media_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type
        .split(';')
        .next()
        .is_some_and(|name| name.trim().eq_ignore_ascii_case("application/json"))
    {
        return Err(Refusal::NotJson);
    }
    let Ok(Value::Object(_)) = serde_json::from_slice(&body) else {
        return Err(Refusal::NotAnObject);
    };
    // A code that does not exist cannot have been switched on: both are the same answer.
    if site.change(|state| state.confirm(&organization_code)) {
        Ok(Json(json!({})))
    } else {
        Err(Refusal::NotFound)
    }
}

async fn list_fields(
    _: Partner,
    State(site): State<Site>,
    Path(organization_code): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let operation = confirmed_operation(&site, &organization_code)?;
    let fields: Vec<Value> =
        operation.fields.iter().enumerate().map(|(f, _)| field_json(operation, f)).collect();
    Ok(Json(json!([{"serial_number": operation.serial_number, "fields": fields}])))
}

fn field_json(operation: &Operation, f: usize) -> Value {
    let field = &operation.fields[f];
    let streams: Vec<Value> = field
        .streams
        .iter()
        .enumerate()
        .map(|(s, stream)| {
            json!({
                "id": operation.stream_id(f, s),
                "season": stream.season,
                "task_index": stream.task_index,
                "crop": {"name": stream.crop},
                "task": {"name": stream.task},
            })
        })
        .collect();
    json!({
        "uuid": operation.field_id(f),
        "client": field.client,
        "farm": field.farm,
        "field": field.name,
        "streams": streams,
    })
}

async fn download(
    _: Partner,
    State(site): State<Site>,
    Path((organization_code, stream_id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let operation = confirmed_operation(&site, &organization_code)?;
    let stream_id = Uuid::try_parse(&stream_id).ok().filter(|id| operation.has_stream(*id));
    let stream_id = stream_id.ok_or(Refusal::NotFound)?;
    let ticket = Uuid::new_v4();
    let now = site.now();
    let download =
        Download { environment: site.environment, stream_id, expires_at: now + DOWNLOAD_LIFE };
    site.simulator.with(|state| {
        state.downloads.retain(|_, download| now < download.expires_at);
        state.downloads.insert(ticket, download);
    });
    Ok(Json(json!({"files": [{"url": site.url(&format!("/files/{ticket}/{stream_id}.2020"))}]})))
}

/// A download URL needs no token: its ticket is the permission, as in a presigned URL.
async fn file(
    State(site): State<Site>,
    Path((ticket, name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let now = site.now();
    let ticket = Uuid::try_parse(&ticket).map_err(|_| Refusal::NotFound)?;
    let stream_id = site.simulator.with(|state| {
        let download = state.downloads.get(&ticket)?;
        (download.environment == site.environment && now < download.expires_at)
            .then_some(download.stream_id)
    });
    let stream_id = stream_id.filter(|id| name == format!("{id}.2020")).ok_or(Refusal::NotFound)?;
    let bytes = format!("simulated .2020 file of stream {stream_id}\n");
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

fn confirmed_operation(
    site: &Site,
    organization_code: &str,
) -> Result<&'static Operation, Refusal> {
    site.pool()
        .operation(organization_code)
        .filter(|_| site.read(|state| state.sharing(organization_code)) == Sharing::Confirmed)
        .ok_or(Refusal::NotFound)
}

/// The caller holds a live access token of this environment.
struct Partner;

impl FromRequestParts<Site> for Partner {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refusal> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) =
            header.and_then(|value| value.split_once(' ')).ok_or(Refusal::Unauthorized)?;
        let now = site.now();
        if scheme.eq_ignore_ascii_case("Bearer")
            && site.read(|state| state.tokens.accepts(token, now))
        {
            Ok(Self)
        } else {
            Err(Refusal::Unauthorized)
        }
    }
}

enum Refusal {
    Unauthorized,
    NotFound,
    NotJson,
    NotAnObject,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type"),
            Self::NotAnObject => (StatusCode::BAD_REQUEST, "the body must be a JSON object"),
        };
        (status, Json(json!({"message": message}))).into_response()
    }
}
