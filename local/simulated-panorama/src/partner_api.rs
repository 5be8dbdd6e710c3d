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
use crate::files::StoredFile;
use crate::recorded::{Description, Shared, SharedField};
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
        .route(
            &site.path("/files/{ticket}/{name}"),
            get(file).route_layer(from_fn_with_state(site.clone(), watch::file_call)),
        )
        .with_state(site.clone())
}

async fn list_sharing(_: Partner, State(site): State<Site>) -> Json<Value> {
    let shared: Vec<String> = site.read(|state| {
        let samples = site.pool().operations().map(|operation| operation.organization_code);
        let codes = samples.chain(state.recorded.made());
        let confirmed = codes.filter(|code| state.sharing(code) == Sharing::Confirmed);
        confirmed.map(str::to_owned).collect()
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
    let machines = of_confirmed(&site, &organization_code, |operation| {
        let fields: Vec<Value> = operation.fields().iter().map(field_json).collect();
        Some(json!([{"serial_number": operation.serial_number(), "fields": fields}]))
    })?;
    Ok(Json(machines))
}

fn field_json(field: &SharedField) -> Value {
    let stream_json = |(id, stream): &(Uuid, Description)| {
        json!({
            "id": id,
            "season": stream.season,
            "task_index": stream.task_index,
            "crop": {"name": stream.crop},
            "task": {"name": stream.task},
        })
    };
    json!({
        "uuid": field.id,
        "client": field.client,
        "farm": field.farm,
        "field": field.name,
        "streams": field.streams.iter().map(stream_json).collect::<Vec<_>>(),
    })
}

async fn download(
    _: Partner,
    State(site): State<Site>,
    Path((organization_code, stream_id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let stream_id = Uuid::try_parse(&stream_id).map_err(|_| Refusal::NotFound)?;
    let recording = of_confirmed(&site, &organization_code, |it| it.recording(stream_id))?;
    let ticket = Uuid::new_v4();
    let now = site.now();
    let expires_at = now + DOWNLOAD_LIFE;
    let environment = site.environment;
    let download = Download { environment, organization_code, stream_id, expires_at };
    site.simulator.with(|state| {
        state.downloads.retain(|_, download| now < download.expires_at);
        state.downloads.insert(ticket, download);
    });
    let files = StoredFile::of(stream_id, recording, site.simulator.largest_file);
    let url = |file: &StoredFile| site.url(&format!("/files/{ticket}/{}", file.name()));
    let files: Vec<Value> = files.iter().map(|file| json!({"url": url(file)})).collect();
    Ok(Json(json!({"files": files})))
}

/// A download URL needs no token: its ticket is the permission, as in a presigned URL. It serves
/// what the stream has become.
async fn file(
    State(site): State<Site>,
    Path((ticket, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let now = site.now();
    let ticket = Uuid::try_parse(&ticket).map_err(|_| Refusal::NotFound)?;
    let found = site.simulator.with(|state| {
        let download = state.downloads.get(&ticket)?;
        if download.environment != site.environment || download.expires_at <= now {
            return None;
        }
        let recorded = &state.durable.of(site.environment).recorded;
        let operation = recorded.operation(site.environment, &download.organization_code)?;
        Some((download.stream_id, operation.recording(download.stream_id)?))
    });
    let (stream_id, recording) = found.ok_or(Refusal::NotFound)?;
    let files = StoredFile::of(stream_id, recording, site.simulator.largest_file);
    let file = files.into_iter().find(|file| file.name() == name);
    Ok(file.ok_or(Refusal::NotFound)?.answer(&headers))
}

/// What a confirmed operation shares.
fn of_confirmed<T>(
    site: &Site,
    organization_code: &str,
    work: impl FnOnce(&Shared<'_>) -> Option<T>,
) -> Result<T, Refusal> {
    let found = site.read(|state| {
        let is_confirmed = state.sharing(organization_code) == Sharing::Confirmed;
        let operation = state.recorded.operation(site.environment, organization_code)?;
        work(&operation).filter(|_| is_confirmed)
    });
    found.ok_or(Refusal::NotFound)
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
