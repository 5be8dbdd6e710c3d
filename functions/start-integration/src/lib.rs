//! Step 4: the start of a one-click integration, and the hop link that binds the farmer's browser to it.

mod hop_link;
mod start;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;
use shared::http::{Routes, USER_MANAGEMENT};
use shared::service::Service;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    let start = format!("{USER_MANAGEMENT}/users/{{leafUserId}}/one-click-integration/{{provider}}");
    Routes {
        owner_only: Router::new().route(&start, post(start::start)).with_state(service.clone()),
        public: Router::new()
            .route("/connect/{sessionId}", get(hop_link::follow).head(nothing).post(hop_link::continue_here))
            .with_state(service),
    }
}

/// `HEAD` is what link checkers send. A router would answer it with what `GET` does, which binds a browser.
async fn nothing() -> StatusCode {
    StatusCode::OK
}
