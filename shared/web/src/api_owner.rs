//! Which API owner asks. A gateway knows it: API Gateway's events say it in AWS,
//! `local/src/gateway.rs` on a laptop. It comes as an extension of the request, which no client can
//! send.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::error_key::ErrorKey;
use super::problem::Problem;

/// The API owner who asks, on the word of the authorizer that has looked at this very request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiOwner(pub String);

/// Lets nothing pass without the authorizer's word.
///
/// It stands around every route for owners, and not once before all of them: however a request got
/// to such a route, it is refused here. A gateway that let everything through would open nothing.
pub(super) async fn owners_only(request: Request, next: Next) -> Response {
    if request.extensions().get::<ApiOwner>().is_some() {
        return next.run(request).await;
    }
    let detail = "Send `Authorization: Bearer {id_token}` with a token from POST \
                  /api/authenticate. It is valid for 24 hours, or 30 days with rememberMe.";
    Problem::new(ErrorKey::Unauthorized, detail).into_response()
}
