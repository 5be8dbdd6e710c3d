//! What API Gateway does in AWS: one address for all functions, and the authorizer before those
//! that are not public.

use axum::Router;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use shared::service::Service;
use web::routes::{Access, Route, Routes};
use web::{bearer, envelope};

use crate::running;

/// A function's routes over a service.
type Function = fn(Service) -> Routes<Service>;

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
    FUNCTIONS.iter().map(|(name, function)| (*name, function(service.clone()).list())).collect()
}

/// Every function's name, with what API Gateway calls its routes and who may call them.
pub fn keys(service: &Service) -> Vec<(&'static str, Vec<(String, Access)>)> {
    FUNCTIONS.iter().map(|(name, function)| (*name, function(service.clone()).keys())).collect()
}

/// The whole API.
pub fn api(service: &Service) -> Router {
    let (mut public, mut owner_only) = (Router::new(), Router::new());
    let mut otherwise = None;
    for (name, function) in FUNCTIONS {
        let (open, guarded, rest) = function(service.clone()).together();
        let runs =
            from_fn(move |request, next: Next| running::as_function(name, next.run(request)));
        otherwise = otherwise.or(rest.map(|rest| rest.layer(runs.clone())));
        public = public.merge(open.layer(runs.clone()));
        owner_only = owner_only.merge(guarded.layer(runs));
    }
    let authorizes = from_fn_with_state(service.ports.clone(), |ports, request, next| {
        running::as_function("authorizer", bearer::authorize(ports, request, next))
    });
    let routes = public.merge(owner_only.route_layer(authorizes));
    match otherwise {
        Some(otherwise) => envelope::wrap_whole(routes.fallback_service(otherwise)),
        None => envelope::wrap(routes),
    }
}
