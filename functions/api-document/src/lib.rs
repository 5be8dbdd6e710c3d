//! `GET /openapi.json`: the API's reference, which is written in `infra/openapi.yaml` and turned
//! into JSON when this crate is built.

use std::time::Duration;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, Method};
use lambda::function::{Function, Kind, Throttle};
use web::routes::Routes;

pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

pub const FUNCTION: Function = Function {
    warm_up: None,
    timeout: Duration::from_secs(10),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "GET /openapi.json: no table, no secrets.",
        Kind::Http { routes, open: Throttle::Others },
    )
};

/// The function's routes. They need nothing of the service, so they are the same over any state.
pub fn routes<S: Clone + Send + Sync + 'static>(state: S) -> Routes<S> {
    Routes::new(state).public(Method::GET, "/openapi.json", document)
}

async fn document() -> ([(HeaderName, &'static str); 2], &'static str) {
    // It changes with a deployment only.
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT)
}
