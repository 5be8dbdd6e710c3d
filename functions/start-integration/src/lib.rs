//! Step 4: the start of a one-click integration, and the hop link that binds the farmer's browser
//! to it.

mod hop_link;
mod start;

use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::routes::Routes;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 4 and the hop link. Inline credentials may become an app key, and an unclaimed \
     confirmation is finished at once.",
    Kind::Http { routes, open: Throttle::Farmers },
);

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
