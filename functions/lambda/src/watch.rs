//! `cargo lambda watch` calls a function for every path that its router sends there, and has
//! neither routes nor an authorizer: its events are those of a function's own address. So a
//! function that runs there does both itself. No deployed function has this in it: it is a feature,
//! and off.

use application::ports::Ports;
use axum::Router;
use axum::middleware::from_fn_with_state;
use web::bearer;
use web::envelope::wrap;
use web::routes::{Routes, forgiving};

/// Routes that are found by their path; those for owners behind a check of the bearer token.
pub(crate) fn by_path(routes: Routes<Service>, ports: Ports) -> Router {
    let (open, for_owners, _) = routes.together();
    forgiving(wrap(open.merge(for_owners.layer(from_fn_with_state(ports, bearer::authorize)))))
}

/// The same for a function that has no route for owners.
pub(crate) fn open(routes: Routes<()>) -> Router {
    forgiving(wrap(routes.together().0))
}
