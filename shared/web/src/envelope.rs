//! What is around every response: a request id, problem documents for unknown paths, one log line.

use axum::Router;
use axum::extract::{FromRequestParts as _, MatchedPath, OriginalUri, RawPathParams, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{CACHE_CONTROL, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

use super::error_key::ErrorKey;
use super::problem::Problem;
use domain::ids::LeafUserId;

/// The response header with the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A year. Without subdomains: those of the partner's domain are not ours. Browsers ignore it on a
/// laptop's plain HTTP.
const ONLY_HTTPS: &str = "max-age=31536000";

/// The id that the gateway gave the request, for whoever puts one into the request's extensions: in
/// AWS every request has one. A request without has none in its log line and its answer.
#[derive(Debug, Clone)]
pub struct GatewayRequestId(pub String);

/// The trace that the invocation is part of, in AWS X-Ray's form; likewise.
#[derive(Debug, Clone)]
pub struct TraceId(pub String);

/// Puts the envelope around a router. What is at none of its routes is not found.
pub fn wrap(router: Router) -> Router {
    wrap_whole(router.fallback(async || route_not_found()))
}

/// Puts the envelope around a router that knows what to do with what is at none of its routes.
pub fn wrap_whole(router: Router) -> Router {
    router
        .method_not_allowed_fallback(async || {
            Problem::new(
                ErrorKey::MethodNotAllowed,
                "The path is known, but not with this method; see the API's documentation.",
            )
        })
        .layer(from_fn(envelope))
}

/// There is nothing at a path.
pub fn route_not_found() -> Problem {
    Problem::new(ErrorKey::RouteNotFound, "Check the path: a segment may be missing or misspelled.")
}

async fn envelope(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<GatewayRequestId>().map(|id| id.0.clone());
    // As it was sent, with a slash at its end if it had one.
    let path = request
        .extensions()
        .get::<OriginalUri>()
        .map_or_else(|| request.uri(), |uri| &uri.0)
        .path()
        .to_owned();
    let method = request.method().clone();
    // The route, not the path: paths hold session ids, and the callback's query an organization
    // code.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", |matched| matched.as_str())
        .to_owned();
    let trace_id = request.extensions().get::<TraceId>().map(|TraceId(id)| id.clone());
    let (user, request) = leaf_user_of(request).await;
    let user = user.map(tracing::field::display);
    let span = tracing::info_span!(
        "request",
        request_id = id,
        trace_id,
        %method,
        route,
        leaf_user_id = user
    );
    async move {
        let mut response = next.run(request).await;
        let problem = response.extensions_mut().remove::<Problem>();
        let error_key = problem.as_ref().map(|problem| problem.key.as_str());
        if let Some(problem) = &problem {
            response = problem.render(&path);
        }
        tracing::info!(status = response.status().as_u16(), error_key, "answered");
        let headers = response.headers_mut();
        if let Some(Ok(id)) = id.as_deref().map(HeaderValue::from_str) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
    .instrument(span)
    .await
}

/// The Leaf user that the path names.
async fn leaf_user_of(request: Request) -> (Option<LeafUserId>, Request) {
    const NAME: &str = "leafUserId";
    let (mut parts, body) = request.into_parts();
    let segments = RawPathParams::from_request_parts(&mut parts, &()).await.ok();
    let user = segments
        .and_then(|segments| segments.iter().find(|(name, _)| *name == NAME)?.1.parse().ok());
    (user, Request::from_parts(parts, body))
}
