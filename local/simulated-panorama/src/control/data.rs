//! The part of the control API that changes what operations share.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Handle, Refusal, bad, read, site_of};
use crate::files::StoredFile;
use crate::recorded::{Description, Made, Names};
use crate::seed::Environment;
use crate::simulator::{Simulator, Site};

/// Most streams that are made at once.
const MOST: usize = 100_000;

/// Most files of a stream whose sizes are chosen.
const MOST_FILES: usize = 2_000;

pub(super) fn router() -> Router<Arc<Simulator>> {
    let operation = "/control/operations/{organization_code}";
    Router::new()
        .route("/control/operations", get(list).post(make))
        .route(&format!("{operation}/fields/{{id}}"), post(rename))
        .route(&format!("{operation}/streams"), post(add))
        .route(&format!("{operation}/streams/{{id}}"), post(change).delete(remove))
        .route(&format!("{operation}/streams/{{id}}/files"), get(files))
        .route(&format!("{operation}/streams/{{id}}/files/{{name}}"), get(file))
}

/// What a stream is to be like.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    #[serde(flatten)]
    description: Description,
    files: Option<Vec<u64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    field: Option<Uuid>,
    #[serde(default = "one")]
    count: usize,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    environment: Option<String>,
    #[serde(default = "one")]
    operations: usize,
    #[serde(flatten)]
    made: Made,
}

const fn one() -> usize {
    1
}

async fn list(State(simulator): Handle) -> Json<Value> {
    let of_site = |site: Site| {
        let of_grower = |grower: &'static crate::seed::Grower| {
            grower.operations.iter().map(move |operation| (grower, operation))
        };
        let operations = site.pool().growers.iter().flat_map(of_grower);
        let shown = operations.map(|(grower, operation)| {
            json!({
                "environment": site.environment,
                "grower": {"name": grower.name, "username": grower.username},
                "name": operation.name,
                "organizationCode": operation.organization_code,
                "sharing": site.read(|state| state.sharing(operation.organization_code)),
            })
        });
        shown.collect::<Vec<_>>()
    };
    let sites =
        Environment::ALL.map(|environment| Site { simulator: Arc::clone(&simulator), environment });
    Json(sites.into_iter().flat_map(of_site).collect())
}

async fn make(State(simulator): Handle, body: Bytes) -> Result<Response, Refusal> {
    let Wish { environment, operations, made } = read(&body)?;
    let environment = Environment::parse(environment.as_deref().unwrap_or("STAGE"))
        .ok_or(Refusal::NoSuchEnvironment)?;
    let streams = made.fields.saturating_mul(made.streams).saturating_mul(operations);
    if streams > MOST || operations > MOST || made.fields > MOST {
        return Err(bad("streams", "must be at most 100000 in all"));
    }
    check(made.files.as_ref())?;
    let codes = Site { simulator, environment }.change(|state| {
        let codes = state.recorded.make(environment, operations, &made);
        for code in &codes {
            state.switch_on(code);
            state.confirm(code);
        }
        codes
    });
    Ok((StatusCode::CREATED, Json(json!({"organizationCodes": codes}))).into_response())
}

async fn add(
    State(simulator): Handle,
    Path(code): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let site = site_of(simulator, &code)?;
    let Added { field, count, wanted: Wanted { description, files } } = read(&body)?;
    if count > MOST {
        return Err(bad("count", "must be at most 100000"));
    }
    check(files.as_ref())?;
    let like = (&description, files.as_ref());
    let added = site
        .change(|state| state.recorded.add_streams(site.environment, &code, field, count, like));
    let ids = added.ok_or_else(|| bad("field", "is no field of this operation"))?;
    Ok((StatusCode::CREATED, Json(json!({"streams": ids}))).into_response())
}

async fn change(
    State(simulator): Handle,
    Path((code, id)): Path<(String, Uuid)>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let site = site_of(simulator, &code)?;
    let Wanted { description, files } = read(&body)?;
    check(files.as_ref())?;
    let like = (description, files);
    let is_there =
        site.change(|state| state.recorded.change_stream(site.environment, &code, id, like));
    done(is_there)
}

async fn remove(
    State(simulator): Handle,
    Path((code, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, Refusal> {
    let site = site_of(simulator, &code)?;
    done(site.change(|state| state.recorded.remove_stream(site.environment, &code, id)))
}

async fn rename(
    State(simulator): Handle,
    Path((code, id)): Path<(String, Uuid)>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let site = site_of(simulator, &code)?;
    let names: Names = read(&body)?;
    done(site.change(|state| state.recorded.rename_field(site.environment, &code, id, names)))
}

async fn files(
    State(simulator): Handle,
    Path((code, id)): Path<(String, Uuid)>,
) -> Result<Json<Value>, Refusal> {
    let files = stored(simulator, &code, id)?;
    let file_json = |file: &StoredFile| json!({"name": file.name(), "size": file.size()});
    Ok(Json(files.iter().map(file_json).collect()))
}

async fn file(
    State(simulator): Handle,
    Path((code, id, name)): Path<(String, Uuid, String)>,
) -> Result<Response, Refusal> {
    let files = stored(simulator, &code, id)?;
    let file = files.into_iter().find(|file| file.name() == name);
    Ok(file.ok_or(Refusal::NoSuchPart)?.answer(&HeaderMap::new()))
}

fn stored(simulator: Arc<Simulator>, code: &str, id: Uuid) -> Result<Vec<StoredFile>, Refusal> {
    let site = site_of(simulator, code)?;
    let recording = site.read(|state| {
        state.recorded.operation(site.environment, code).and_then(|it| it.recording(id))
    });
    let recording = recording.ok_or(Refusal::NoSuchPart)?;
    Ok(StoredFile::of(id, recording, site.simulator.largest_file))
}

fn done(is_there: bool) -> Result<StatusCode, Refusal> {
    if is_there { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::NoSuchPart) }
}

fn check(files: Option<&Vec<u64>>) -> Result<(), Refusal> {
    if files.is_some_and(|files| files.len() > MOST_FILES) {
        return Err(bad("files", "must be at most 2000"));
    }
    Ok(())
}
