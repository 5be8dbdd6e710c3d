//! Step 6: a Leaf user's Panorama credential, and its history.

mod create;
mod events;
mod status;

use axum::Router;
use axum::routing::get;
use shared::http::{Routes, USER_MANAGEMENT};
use shared::service::Service;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    let credentials = format!("{USER_MANAGEMENT}/users/{{leafUserId}}/panorama-credentials");
    let owner_only = Router::new()
        .route(&credentials, get(status::read).post(create::create).delete(status::remove))
        .route(&format!("{credentials}/events"), get(events::list))
        .with_state(service);
    Routes { owner_only, ..Routes::default() }
}
