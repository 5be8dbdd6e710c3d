//! Step 4: the start of a one-click integration, and the hop link that binds the farmer's browser
//! to it.

mod hop_link;
mod start;

use http::{Method, StatusCode};
use shared::service::{Service, WarmUp};
use web::USER_MANAGEMENT;
use web::routes::Routes;

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// The function's routes.
pub fn routes(service: Service) -> Routes<Service> {
    let start =
        format!("{USER_MANAGEMENT}/users/{{leafUserId}}/one-click-integration/{{provider}}");
    let hop_link = "/connect/{sessionId}";
    Routes::new(service)
        .owner(Method::POST, &start, start::start)
        .public(Method::GET, hop_link, hop_link::follow)
        .public(Method::HEAD, hop_link, nothing)
        .public(Method::POST, hop_link, hop_link::continue_here)
}

/// `HEAD` is what link checkers send. A router would answer it with what `GET` does, which binds a
/// browser.
async fn nothing() -> StatusCode {
    StatusCode::OK
}
