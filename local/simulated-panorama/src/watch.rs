//! What every partner call passes through: it is logged, and it meets the faults that were armed
//! for it.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, RawPathParams, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use uuid::Uuid;

use crate::amz_json;
use crate::broken_body::broken;
use crate::calls::{Call, CallNumber, CallRecord};
use crate::faults::Effect;
use crate::listener::Connection;
use crate::simulator::Site;

/// Around a route of the partner API.
pub(crate) async fn partner_call(
    State((site, call)): State<(Site, Call)>,
    path: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let organization_code =
        path.iter().find(|(name, _)| *name == "organization_code").map(|(_, code)| code);
    watched(&site, call, organization_code, request, next).await
}

/// Around the route of files, whose addresses name no operation.
pub(crate) async fn file_call(
    State(site): State<Site>,
    Path((ticket, _)): Path<(String, String)>,
    request: Request,
    next: Next,
) -> Response {
    let organization_code = Uuid::try_parse(&ticket).ok().and_then(|ticket| {
        site.simulator.with(|state| Some(state.downloads.get(&ticket)?.organization_code.clone()))
    });
    watched(&site, Call::File, organization_code.as_deref(), request, next).await
}

/// Around the Cognito endpoint, whose calls differ by a header. One that is not ours is answered
/// and not logged.
pub(crate) async fn cognito_call(
    State(site): State<Site>,
    request: Request,
    next: Next,
) -> Response {
    match amz_json::target(request.headers()) {
        Some(call) => watched(&site, call, None, request, next).await,
        None => next.run(request).await,
    }
}

async fn watched(
    site: &Site,
    call: Call,
    organization_code: Option<&str>,
    request: Request,
    next: Next,
) -> Response {
    let connection =
        request.extensions().get::<Connection>().expect("the listener puts it there").clone();
    let record = CallRecord {
        time: site.now(),
        environment: site.environment,
        call,
        method: request.method().to_string(),
        path: shown_path(call, request.uri().path()),
        status: None,
    };
    let (number, effect) = site.simulator.with(|state| {
        let number = state.calls.received(record);
        (number, state.faults.meet(call, organization_code))
    });
    let response = match effect {
        None => next.run(request).await,
        Some(Effect::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            next.run(request).await
        }
        Some(Effect::Status { status, retry_after }) => refusal(call, status, retry_after),
        Some(Effect::Answer { status, content_type, body, repeat }) => {
            let status = StatusCode::from_u16(status).expect("a fault's status is 200 to 599");
            let content_type = HeaderValue::try_from(content_type)
                .expect("a fault's contentType is printable ASCII");
            (status, [(CONTENT_TYPE, content_type)], body.repeat(repeat)).into_response()
        }
        Some(Effect::DropBefore) => {
            tracing::debug!(
                environment = %site.environment,
                call = call.name(),
                "dropped before the work"
            );
            match connection.cut().await {}
        }
        Some(Effect::DropAfter) => {
            next.run(request).await;
            tracing::debug!(
                environment = %site.environment,
                call = call.name(),
                "dropped after the work"
            );
            match connection.cut().await {}
        }
        Some(Effect::Malformed) => halved(next.run(request).await).await,
        Some(Effect::Ends(ending)) => broken(next.run(request).await, ending),
        Some(Effect::Redirect(location)) => {
            let location =
                HeaderValue::try_from(location).expect("a fault's location is printable ASCII");
            (StatusCode::FOUND, [(LOCATION, location)]).into_response()
        }
    };
    answered(site, call, number, response.status());
    response
}

/// Without the ticket, by which anybody could read the file.
fn shown_path(call: Call, path: &str) -> String {
    match path.rsplit_once('/') {
        Some((_, name)) if call == Call::File => format!("/files/.../{name}"),
        _ => path.to_owned(),
    }
}

fn answered(site: &Site, call: Call, number: CallNumber, status: StatusCode) {
    tracing::debug!(
        environment = %site.environment,
        call = call.name(),
        status = status.as_u16(),
        "answered"
    );
    site.simulator.with(|state| state.calls.answered(number, status.as_u16()));
}

/// In the words of the service that would say it.
fn refusal(call: Call, status: u16, retry_after: Option<String>) -> Response {
    let status = StatusCode::from_u16(status).expect("a fault's status is 200 to 599");
    let mut headers = HeaderMap::new();
    let body = if call.is_cognito() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(amz_json::MEDIA_TYPE));
        let kind = match status.as_u16() {
            // Cognito throttles with a 400, other services of AWS with a 429.
            400 | 429 => "TooManyRequestsException",
            401 | 403 => "NotAuthorizedException",
            _ => "InternalErrorException",
        };
        json!({"__type": kind, "message": "a fault was armed for this call"})
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        json!({"message": status.canonical_reason().unwrap_or("a fault was armed for this call")})
    };
    if let Some(retry_after) = retry_after {
        let value =
            HeaderValue::try_from(retry_after).expect("a fault's retryAfter is printable ASCII");
        headers.insert(RETRY_AFTER, value);
    }
    (status, headers, body.to_string()).into_response()
}

/// The status and the headers of a good answer, and half of its body.
async fn halved(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half =
        if whole.len() < 2 { Bytes::from_static(b"{") } else { whole.slice(..whole.len() / 2) };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(half))
}
