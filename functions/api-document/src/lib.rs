//! What others build on: `GET /openapi.json`, the API's reference, which is written in
//! `infra/openapi.yaml` and turned into JSON when this crate is built; and the browser component
//! for partners' pages.

use std::time::Duration;

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, Method};
use lambda::function::{Function, Kind, Throttle};
use web::routes::Routes;

pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The browser component. Pages pin it by its hash, so what is published under a version stays as
/// it is: a change has another one.
pub const COMPONENT_1: &str = include_str!("../component/panorama-connect-1.js");

/// The one that can be in a frame, and can show an API key.
pub const COMPONENT_2: &str = include_str!("../component/panorama-connect-2.js");

pub const FUNCTION: Function = Function {
    warm_up: None,
    timeout: Duration::from_secs(10),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "The API's document and the browser component: no table, no secrets.",
        Kind::Http { routes, open: Throttle::Others },
    )
};

/// The function's routes. They need nothing of the service, so they are the same over any state.
pub fn routes<S: Clone + Send + Sync + 'static>(state: S) -> Routes<S> {
    Routes::new(state)
        .public(Method::GET, "/openapi.json", document)
        .public(Method::GET, "/components/panorama-connect-1.js", async || component(COMPONENT_1))
        .public(Method::GET, "/components/panorama-connect-2.js", async || component(COMPONENT_2))
}

async fn document() -> ([(HeaderName, &'static str); 2], &'static str) {
    // It changes with a deployment only.
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT)
}

/// Pages of other origins read it, and compare it with its hash.
fn component(script: &'static str) -> ([(HeaderName, &'static str); 3], &'static str) {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=86400"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, script)
}
