//! The control API: what a test, or a person without a browser, does to the simulator. It needs no
//! sign-in.

mod clock;
mod data;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::calls::CallRecord;
use crate::faults::{BadField, Order};
use crate::seed::Environment;
use crate::simulator::{Simulator, Site};
use crate::tokens::Tokens;

const HELP: &str = r#"Control API of the simulated Panorama. Bodies are JSON, whatever their content type.

POST   /control/operations/{organizationCode}/share
       Switches sharing on, as the grower would. Answers 303; Location is where the grower's
       browser would be sent.
POST   /control/operations/{organizationCode}/revoke
       Switches sharing off. 204.
GET    /control/operations/{organizationCode}
       {sharing: off, switchedOn or confirmed}
GET    /control/operations
       [{environment, grower, name, organizationCode, sharing}], the growers' of the beginning

What an operation shares. Ids are those of the partner API; files are sizes in bytes, one for each
file of a stream, and by themselves one to three of at most --largest-file.
POST   /control/operations
       {"environment": "STAGE", "operations": 1, "fields": ..., "streams": of each field,
       "files": optional}
       Makes operations for benchmarks, switched on and confirmed, at most 100,000 streams in all.
       201: {organizationCodes}
POST   /control/operations/{organizationCode}/streams
       {"field": the first, "count": 1, "season", "taskIndex", "crop", "task", "files"}, all
       optional. Adds streams. 201: {streams}, their ids
POST   /control/operations/{organizationCode}/streams/{streamId}
       {"season", "taskIndex", "crop", "task", "files"}, all optional. Changes what is listed of a
       stream, and always the bytes of its files. 204.
DELETE /control/operations/{organizationCode}/streams/{streamId}
       Takes it out of the listing. 204.
POST   /control/operations/{organizationCode}/fields/{fieldId}
       {"client", "farm", "field"}, all optional: its new names. 204.
GET    /control/operations/{organizationCode}/streams/{streamId}/files
       [{name, size}]
GET    /control/operations/{organizationCode}/streams/{streamId}/files/{name}
       The bytes that a download of this file has to have.

GET    /control/calls
       Every login and partner API call received, oldest first, the last 10,000:
       {time, environment, call, method, path, status}; status is null without an answer.
       call: initiateAuth getTokensFromRefreshToken revokeToken listSharing confirmSharing
             listFields download file (without the ticket that is in its address)
DELETE /control/calls
       Empties the list. 204.

POST   /control/faults
       The fault injector. 201.
       {"call": "listSharing" or "*", "fault": ..., "times": 1, "organizationCode": optional}
       times: default 1; 0 is until cleared. Of several faults, the one armed first applies.
         slow        after "delayMs" the call is done and answered
         status      not done; answered with "status" and, if given, "retryAfter" as the header
                     Retry-After
         answer      not done; answered with "status" (200), "contentType" (JSON) and "body",
                     "repeat" times in a row
         dropBefore  not done; the connection is closed
         dropAfter   done; then the connection is closed without an answer
         malformed   done; half of the answer's JSON is missing
         cut         done; the connection closes in the middle of the body
         stall       done; nothing comes after the middle of the body, the connection stays
         wrongLength done; 1,000 bytes more are announced than come
         redirect    not done; 302 to "location" (the metadata service of a cloud)
       At once, in both environments, without "call". 204.
         {"fault": "expireDownloads"}      every address of a file that was given out
         {"fault": "expireTokens"}         every access token
         {"fault": "revokeRefreshTokens"}  every refresh token; access tokens stay valid
         {"fault": "rotateRefreshTokens", "enabled": true}
                                           a refresh replaces its refresh token (60 s grace), and
                                           REFRESH_TOKEN_AUTH is refused in favor of
                                           GetTokensFromRefreshToken
GET    /control/faults
       The armed faults.
DELETE /control/faults
       Clears the armed faults; what was done at once stays done. 204.

POST   /control/clock
       {"forwardSeconds": 960}: time passes, 400 days at most at once, for the simulator and for
       what runs on the same clock. It is never turned back. {now, aheadSeconds}
GET    /control/clock
       The same, and no time passes. 404 where the clock is not this program's to turn.

POST   /control/partners/{STAGE|PRODUCTION}/password
       {"password": "..."} is the partner's password from now on. Tokens stay valid. 204.
"#;

pub(crate) fn router(simulator: &Arc<Simulator>) -> Router {
    Router::new()
        .route("/control", get(async || HELP))
        .route("/control/operations/{organization_code}", get(sharing))
        .route("/control/operations/{organization_code}/share", post(share))
        .route("/control/operations/{organization_code}/revoke", post(revoke))
        .route("/control/calls", get(calls).delete(clear_calls))
        .route("/control/faults", get(faults).post(arm).delete(clear_faults))
        .route("/control/partners/{environment}/password", post(change_password))
        .merge(clock::router())
        .merge(data::router())
        .with_state(Arc::clone(simulator))
}

type Handle = State<Arc<Simulator>>;

async fn share(
    State(simulator): Handle,
    Path(organization_code): Path<String>,
) -> Result<Response, Refusal> {
    let site = site_of(simulator, &organization_code)?;
    site.change(|state| state.switch_on(&organization_code));
    Ok((StatusCode::SEE_OTHER, [(LOCATION, site.confirmation_url(&organization_code))])
        .into_response())
}

async fn revoke(
    State(simulator): Handle,
    Path(organization_code): Path<String>,
) -> Result<StatusCode, Refusal> {
    site_of(simulator, &organization_code)?.change(|state| state.switch_off(&organization_code));
    Ok(StatusCode::NO_CONTENT)
}

async fn sharing(
    State(simulator): Handle,
    Path(organization_code): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let sharing =
        site_of(simulator, &organization_code)?.read(|state| state.sharing(&organization_code));
    Ok(Json(json!({"sharing": sharing})))
}

/// Where the operation with this code is.
fn site_of(simulator: Arc<Simulator>, organization_code: &str) -> Result<Site, Refusal> {
    let sites = Environment::ALL.map(|it| Site { simulator: simulator.clone(), environment: it });
    let has_it = |site: &Site| {
        let environment = site.environment;
        site.read(|state| state.recorded.operation(environment, organization_code).is_some())
    };
    sites.into_iter().find(has_it).ok_or(Refusal::NoSuchOperation)
}

async fn calls(State(simulator): Handle) -> Json<Vec<CallRecord>> {
    Json(simulator.with(|state| state.calls.all()))
}

async fn clear_calls(State(simulator): Handle) -> StatusCode {
    simulator.with(|state| state.calls.clear());
    StatusCode::NO_CONTENT
}

async fn faults(State(simulator): Handle) -> Json<Value> {
    Json(simulator.with(|state| state.faults.to_json()))
}

async fn arm(State(simulator): Handle, body: Bytes) -> Result<Response, Refusal> {
    match Order::parse(&body)? {
        Order::Arm(fault) => {
            let armed = fault.to_json();
            simulator.with(|state| state.faults.arm(fault));
            return Ok((StatusCode::CREATED, Json(armed)).into_response());
        }
        Order::ExpireDownloads => simulator.with(|state| state.downloads.clear()),
        Order::ExpireTokens => in_both(&simulator, Tokens::expire_access_tokens),
        Order::RevokeRefreshTokens => in_both(&simulator, Tokens::revoke_refresh_tokens),
        Order::RotateRefreshTokens(enabled) => {
            in_both(&simulator, |tokens| tokens.set_rotating(enabled));
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn in_both(simulator: &Simulator, change: impl Fn(&mut Tokens)) {
    simulator.change(|durable| durable.both().for_each(|state| change(&mut state.tokens)));
}

async fn clear_faults(State(simulator): Handle) -> StatusCode {
    simulator.with(|state| state.faults.clear());
    StatusCode::NO_CONTENT
}

async fn change_password(
    State(simulator): Handle,
    Path(environment): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let environment = Environment::parse(&environment).ok_or(Refusal::NoSuchEnvironment)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let password = body["password"].as_str().filter(|password| !password.is_empty());
    let password = password
        .ok_or_else(|| BadField {
            field: "password".to_owned(),
            message: "must be a string, and not empty",
        })?
        .to_owned();
    Site { simulator, environment }.change(|state| state.change_password(password));
    Ok(StatusCode::NO_CONTENT)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|_| bad("body", "is not what GET /control says of this call"))
}

fn bad(field: &str, message: &'static str) -> Refusal {
    Refusal::BadField(BadField { field: field.to_owned(), message })
}

enum Refusal {
    ClockStands,
    NoSuchOperation,
    NoSuchEnvironment,
    NoSuchPart,
    BadField(BadField),
}

impl From<BadField> for Refusal {
    fn from(bad: BadField) -> Self {
        Self::BadField(bad)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::ClockStands => {
                (StatusCode::NOT_FOUND, json!({"message": "whoever started this turns its clock"}))
            }
            Self::NoSuchOperation => {
                (StatusCode::NOT_FOUND, json!({"message": "no operation has this code"}))
            }
            Self::NoSuchEnvironment => {
                (StatusCode::NOT_FOUND, json!({"message": "STAGE or PRODUCTION"}))
            }
            Self::NoSuchPart => (
                StatusCode::NOT_FOUND,
                json!({"message": "the operation has no such field, stream or file"}),
            ),
            Self::BadField(BadField { field, message }) => {
                (StatusCode::BAD_REQUEST, json!({"field": field, "message": message}))
            }
        };
        (status, Json(body)).into_response()
    }
}
