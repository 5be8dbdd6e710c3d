//! The fault injector of the simulated Leaf: it makes the service's calls fail on request, as those
//! of a real Leaf do on a bad day. Farmers' browsers go past it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the simulated Leaf shows in the places where the real one shows tokens.
const PLANTED: &str = "planted-by-leaf";

/// What to do with the API's calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fault {
    #[serde(rename = "fault")]
    kind: Kind,
    /// How many calls; 0 is until cleared.
    #[serde(default = "once")]
    times: u32,
    /// Only calls whose path ends so.
    #[serde(default)]
    path: String,
    status: Option<u16>,
    retry_after: Option<u64>,
    delay_ms: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    /// The connection breaks; nothing is done.
    Down,
    /// It is done and answered, after a while.
    Slow,
    /// Answered with this, and not done.
    Status,
    /// Done, and half of the answer's JSON is missing.
    Malformed,
    /// Done, and every credential has a status of a word that nobody knows.
    UnknownStatus,
}

fn once() -> u32 {
    1
}

/// The faults that are armed, and the calls that were seen.
#[derive(Default)]
struct Armed {
    faults: Vec<Fault>,
    calls: Vec<String>,
}

#[derive(Clone, Default)]
struct FaultInjector(Arc<Mutex<Armed>>);

/// Puts the fault injector, and its controls at `/control/faults` and `/control/calls`, before
/// Leaf's API.
pub(crate) fn before(api: Router) -> Router {
    let injector = FaultInjector::default();
    let controls = Router::new()
        .route("/control/faults", post(arm).delete(mend))
        .route("/control/calls", get(calls))
        .with_state(injector.clone());
    api.layer(from_fn_with_state(injector, inject)).merge(controls)
}

async fn arm(State(injector): State<FaultInjector>, Json(fault): Json<Fault>) -> StatusCode {
    injector.with(|state| state.faults.push(fault));
    StatusCode::CREATED
}

async fn mend(State(injector): State<FaultInjector>) -> StatusCode {
    injector.with(|state| state.faults.clear());
    StatusCode::NO_CONTENT
}

/// Every call of the API, oldest first, as method and path.
async fn calls(State(injector): State<FaultInjector>) -> Json<Vec<String>> {
    Json(injector.with(|state| state.calls.clone()))
}

impl FaultInjector {
    fn with<T>(&self, look: impl FnOnce(&mut Armed) -> T) -> T {
        look(&mut self.0.lock().expect("no thread panics while it holds the lock"))
    }

    /// Notes a call; what it meets.
    fn meet(&self, call: String, path: &str) -> Option<Fault> {
        self.with(|state| {
            state.calls.push(call);
            let index = state.faults.iter().position(|fault| path.ends_with(&fault.path))?;
            let met = state.faults[index].clone();
            match met.times {
                0 => {}
                1 => drop(state.faults.remove(index)),
                times => state.faults[index].times = times - 1,
            }
            Some(met)
        })
    }
}

async fn inject(State(injector): State<FaultInjector>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !path.starts_with("/services/") && !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let request = as_leaf_starts(request).await;
    let Some(fault) = injector.meet(format!("{} {path}", request.method()), &path) else {
        return as_leaf_answers(&path, next.run(request).await).await;
    };
    match fault.kind {
        Kind::Down => Response::new(Body::new(Broken)),
        Kind::Slow => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms.unwrap_or(0))).await;
            next.run(request).await
        }
        Kind::Status => {
            let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
            let body = format!("{{\"message\":\"the token {PLANTED} was not accepted\"}}");
            let mut response =
                (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response();
            if let Some(seconds) = fault.retry_after {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Kind::Malformed => {
            rewritten(next.run(request).await, |whole| whole.slice(..whole.len() / 2)).await
        }
        Kind::UnknownStatus => {
            let mumble = |whole: Bytes| {
                let text = String::from_utf8_lossy(&whole).into_owned();
                Bytes::from(
                    text.replace("\"ACTIVE\"", "\"MUMBLING\"")
                        .replace("\"REVOKED\"", "\"MUMBLING\""),
                )
            };
            rewritten(next.run(request).await, mumble).await
        }
    }
}

/// The real Leaf's `signInUrl` is Panorama's own. This one's is a hop link, which is told to show
/// no page: the farmer has just seen the service's.
async fn as_leaf_starts(request: Request) -> Request {
    if !request.uri().path().contains("/one-click-integration/") {
        return request;
    }
    let (mut parts, body) = request.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut start) = serde_json::from_slice::<Map<String, Value>>(&whole) else {
        return Request::from_parts(parts, Body::from(whole));
    };
    start.insert("confirmAccount".to_owned(), false.into());
    parts.headers.remove(CONTENT_LENGTH);
    Request::from_parts(parts, Body::from(Value::from(start).to_string()))
}

/// The real Leaf shows tokens with a credential, and quotes them in its history. This one's are
/// told from all others.
async fn as_leaf_answers(path: &str, response: Response) -> Response {
    let is_credential = path.ends_with("/panorama-credentials");
    if !response.status().is_success() || !(is_credential || path.ends_with("/events")) {
        return response;
    }
    rewritten(response, |whole| {
        let Ok(mut answer) = serde_json::from_slice::<Value>(&whole) else { return whole };
        if let Value::Object(credential) = &mut answer {
            for name in ["accessToken", "refreshToken", "password"] {
                credential.insert(name.to_owned(), format!("{PLANTED}-{name}").into());
            }
        }
        for event in answer.as_array_mut().into_iter().flatten() {
            event["headers"] = format!("Authorization: Bearer {PLANTED}").into();
            event["body"] = format!("the token {PLANTED} was sent").into();
        }
        Bytes::from(answer.to_string())
    })
    .await
}

async fn rewritten(response: Response, rewrite: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(rewrite(whole)))
}

/// A body that ends its connection before its first byte.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
