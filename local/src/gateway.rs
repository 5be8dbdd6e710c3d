//! What API Gateway does in AWS: one address for all functions, and the authorizer before those that are not public.

use axum::Router;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use shared::http::routes::{Route, Routes};
use shared::http::{bearer, envelope};
use shared::service::Service;

use crate::running;

/// A function's routes over a service.
type Function = fn(Service) -> Routes;

/// Every function with an HTTP route.
pub const FUNCTIONS: [(&str, Function); 10] = [
    ("api-document", api_document::routes),
    ("app-keys", app_keys::routes),
    ("authenticate", authenticate::routes),
    ("credentials", credentials::routes),
    ("leaf-alerts", leaf_alerts::routes),
    ("resources", resources::routes),
    ("sharing-confirmation", sharing_confirmation::routes),
    ("start-integration", start_integration::routes),
    ("users", users::routes),
    ("webhooks", webhooks::routes),
];

/// Every function's name, with its routes.
pub fn routes(service: &Service) -> Vec<(&'static str, Vec<Route>)> {
    FUNCTIONS.iter().map(|(name, function)| (*name, function(service.clone()).list().to_vec())).collect()
}

/// The whole API.
pub fn api(service: &Service) -> Router {
    let (mut public, mut owner_only) = (Router::new(), Router::new());
    for (name, function) in FUNCTIONS {
        let (open, guarded) = function(service.clone()).split();
        let runs = from_fn(move |request, next: Next| running::as_function(name, next.run(request)));
        public = public.merge(open.layer(runs.clone()));
        owner_only = owner_only.merge(guarded.layer(runs));
    }
    let authorizes = from_fn_with_state(service.ports.clone(), |ports, request, next| {
        running::as_function("authorizer", bearer::require(ports, request, next))
    });
    let guarded = owner_only.route_layer(authorizes);
    envelope::wrap(public.merge(guarded))
}
