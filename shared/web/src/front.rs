//! What stands in front of the API, such as a CDN with a firewall: what did not come through it is
//! not served.
//!
//! API Gateway's own address stays open behind a CDN, and whoever finds it goes past the firewall.
//! So the front adds a header that only it and the functions know.

use aws_lc_rs::constant_time;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::HeaderName;
use secrecy::{ExposeSecret as _, SecretString};

use super::error_key::ErrorKey;
use super::problem::Problem;

/// The header that the front adds to each request.
pub const ORIGIN_SECRET: HeaderName = HeaderName::from_static("x-origin-secret");

/// What a request must have gone through.
#[derive(Debug, Clone)]
pub struct Front(SecretString);

impl Front {
    /// The front that knows this secret.
    pub fn new(secret: SecretString) -> Self {
        Self(secret)
    }

    /// Has a router serve only what came through it. A stranger is told no more than at an unknown
    /// path.
    pub fn guard(self, router: Router) -> Router {
        router.layer(from_fn_with_state(self, only_through))
    }

    fn has_let_through(&self, request: &Request) -> bool {
        let given = request.headers().get(ORIGIN_SECRET).map_or(&[][..], |value| value.as_bytes());
        constant_time::verify_slices_are_equal(given, self.0.expose_secret().as_bytes()).is_ok()
    }
}

async fn only_through(State(front): State<Front>, mut request: Request, next: Next) -> Response {
    if !front.has_let_through(&request) {
        tracing::warn!("a request went past the front: it has not the front's header");
        return Problem::new(ErrorKey::RouteNotFound, "The API is not served at this address.")
            .into_response();
    }
    request.headers_mut().remove(ORIGIN_SECRET);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::{HeaderMap, Method, StatusCode};
    use tower::ServiceExt as _;

    use super::*;
    use crate::api_owner::ApiOwner;
    use crate::envelope;
    use crate::routes::Routes;

    /// Answers with the number of headers that reached it.
    async fn count(headers: HeaderMap) -> String {
        headers.len().to_string()
    }

    async fn ask(front: Option<&str>, path: &str, header: Option<&str>) -> (StatusCode, String) {
        let front = front.map(|secret| Front::new(SecretString::from(secret)));
        let routes =
            Routes::new(()).public(Method::GET, "/open", count).owner(Method::GET, "/owned", count);
        let mut request = Request::builder().uri(path);
        if let Some(header) = header {
            request = request.header(ORIGIN_SECRET, header);
        }
        let owner = ApiOwner("owner@partner.example".to_owned());
        let request = request.extension(owner).body(Body::empty()).expect("a request");
        let (open, for_owners, _) = routes.together();
        let all = open.merge(for_owners);
        let whole = envelope::wrap(match front {
            Some(front) => front.guard(all),
            None => all,
        });
        let response = whole.oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn what_did_not_come_through_the_front_finds_nothing_whatever_the_route() {
        for path in ["/open", "/owned"] {
            for header in [None, Some(""), Some("secre"), Some("secrets"), Some("Secret")] {
                let (status, body) = ask(Some("secret"), path, header).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{path} {header:?}");
                assert!(body.contains("routeNotFound") && !body.contains("secret"), "{body}");
            }
            assert_eq!(
                ask(Some("secret"), path, Some("secret")).await,
                (StatusCode::OK, "0".to_owned()),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn without_a_front_everything_is_served() {
        assert_eq!(ask(None, "/open", None).await.0, StatusCode::OK);
        assert_eq!(ask(None, "/owned", Some("anything")).await.0, StatusCode::OK);
    }
}
