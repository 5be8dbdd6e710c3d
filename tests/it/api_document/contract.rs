//! Around the router of every test's machine: what does not agree with the document is answered as
//! 599 and fails the test.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use reqwest::StatusCode;

use super::exchange::Exchange;

/// More than anything that a test sends or gets.
const MOST: usize = 64 * 1024 * 1024;

/// What one machine answered against the document. Dropping it fails the test that it belongs to,
/// if there is anything.
#[derive(Default)]
pub(crate) struct Contract {
    /// See [`Exchange::of_strangers`].
    of_strangers: bool,
    violations: Arc<Mutex<Vec<String>>>,
}

impl Contract {
    /// One that leaves out what is in records: see [`Exchange::of_strangers`].
    pub(crate) fn of_strangers() -> Self {
        let mut contract = Self::default();
        contract.of_strangers = true;
        contract
    }

    /// What is to be around a machine's router.
    pub(crate) fn layer(&self) -> impl Fn(Router) -> Router + Send + Sync + 'static {
        let (violations, of_strangers) = (self.violations.clone(), self.of_strangers);
        move |router| {
            let violations = violations.clone();
            router.layer(from_fn(move |request, next| {
                hold(violations.clone(), of_strangers, request, next)
            }))
        }
    }
}

impl Drop for Contract {
    fn drop(&mut self) {
        let violations = self.violations.lock().expect("nobody panics while holding them");
        let violations = violations.join("\n\n");
        if std::thread::panicking() {
            #[expect(
                clippy::print_stderr,
                reason = "the test has failed already, over the 599 as like as not"
            )]
            {
                eprintln!("{violations}");
            }
        } else {
            assert!(violations.is_empty(), "{violations}");
        }
    }
}

async fn hold(
    violations: Arc<Mutex<Vec<String>>>,
    of_strangers: bool,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let in_path = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(params) => {
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        }
        Err(_) => Vec::new(),
    };
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let in_query = url::form_urlencoded::parse(query).into_owned().collect();
    let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = parts.method.clone();
    // A body that breaks off has no answer.
    let Ok(sent) = to_bytes(body, MOST).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = next.run(Request::from_parts(parts, Body::from(sent.clone()))).await;
    let (parts, body) = answer.into_parts();
    let answered = to_bytes(body, MOST).await.expect("our own bodies do not break off");
    let exchange = Exchange {
        method,
        route,
        in_path,
        in_query,
        sent: sent.into(),
        status: parts.status,
        headers: parts.headers.clone(),
        answered: answered.to_vec(),
        of_strangers,
    };
    match exchange.check() {
        Ok(()) => Response::from_parts(parts, Body::from(answered)),
        Err(violation) => {
            violations.lock().expect("nobody panics while holding them").push(violation.clone());
            (StatusCode::from_u16(599).expect("three digits"), violation).into_response()
        }
    }
}
