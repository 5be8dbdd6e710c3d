//! Step 6: a Leaf user's Panorama credential, and its history; the list of all credentials.

mod create;
mod events;
mod list;
mod status;

use http::Method;
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::routes::Routes;

pub const FUNCTION: Function =
    Function::new(env!("CARGO_PKG_NAME"), "Step 6.", Kind::Http { routes, open: Throttle::Others });

pub fn routes(service: Service) -> Routes<Service> {
    let credentials = format!("{USER_MANAGEMENT}/users/{{leafUserId}}/panorama-credentials");
    Routes::new(service)
        .owner(Method::GET, &format!("{USER_MANAGEMENT}/panorama-credentials"), list::list)
        .owner(Method::GET, &credentials, status::read)
        .owner(Method::POST, &credentials, create::create)
        .owner(Method::DELETE, &credentials, status::remove)
        .owner(Method::GET, &format!("{credentials}/events"), events::list)
}
