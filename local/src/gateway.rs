//! What API Gateway does in AWS: one address for all functions, and the authorizer before those that are not public.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::http::{Routes, bearer, envelope};
use shared::service::Service;

/// A function's routes over a service.
type Function = fn(Service) -> Routes;

/// Every function with an HTTP route.
pub const FUNCTIONS: [(&str, Function); 7] = [
    ("app-keys", app_keys::routes),
    ("authenticate", authenticate::routes),
    ("credentials", credentials::routes),
    ("resources", resources::routes),
    ("sharing-confirmation", sharing_confirmation::routes),
    ("start-integration", start_integration::routes),
    ("users", users::routes),
];

/// The whole API.
pub fn api(service: &Service) -> Router {
    let (mut public, mut owner_only) = (Router::new(), Router::new());
    for (_, function) in FUNCTIONS {
        let routes = function(service.clone());
        public = public.merge(routes.public);
        owner_only = owner_only.merge(routes.owner_only);
    }
    let guarded = owner_only.route_layer(from_fn_with_state(service.ports.clone(), bearer::require));
    envelope::wrap(public.merge(guarded))
}
