//! What API Gateway does in AWS: one address for all functions, and the authorizer before those
//! that are not public.

use all_functions::FUNCTIONS;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use lambda::function::Function;
use shared::service::Service;
use uuid::Uuid;
use web::envelope::GatewayRequestId;
use web::routes::{Access, Route, Routes};
use web::{bearer, envelope};

use crate::function_scope;

/// Every function with an HTTP route, with its routes.
fn declared(service: &Service) -> impl Iterator<Item = (&'static str, Routes<Service>)> {
    let routes = |function: &'static Function| function.routes(service.clone());
    FUNCTIONS.into_iter().filter_map(move |it| Some((it.name, routes(it)?)))
}

/// The functions with an HTTP route by their names, with their routes.
pub fn routes(service: &Service) -> Vec<(&'static str, Vec<Route>)> {
    declared(service).map(|(name, routes)| (name, routes.list())).collect()
}

/// The same, with what API Gateway calls their routes and who may call them.
pub fn keys(service: &Service) -> Vec<(&'static str, Vec<(String, Access)>)> {
    declared(service).map(|(name, routes)| (name, routes.keys())).collect()
}

pub fn api(service: &Service) -> Router {
    let (mut public, mut owner_only) = (Router::new(), Router::new());
    let mut otherwise = None;
    for (name, routes) in declared(service) {
        let (open, guarded, rest) = routes.together();
        let runs = from_fn(move |request, next: Next| {
            function_scope::as_function(name, next.run(request))
        });
        otherwise = otherwise.or(rest.map(|rest| rest.layer(runs.clone())));
        public = public.merge(open.layer(runs.clone()));
        owner_only = owner_only.merge(guarded.layer(runs));
    }
    let authorizes = from_fn_with_state(service.ports.clone(), |ports, request, next| {
        function_scope::as_function(
            authorizer::FUNCTION.name,
            bearer::authorize(ports, request, next),
        )
    });
    let routes = public.merge(owner_only.route_layer(authorizes));
    let whole = match otherwise {
        Some(otherwise) => envelope::wrap_whole(routes.fallback_service(otherwise)),
        None => envelope::wrap(routes),
    };
    whole.layer(from_fn(|mut request: Request, next: Next| {
        let id = Uuid::new_v4().to_string();
        request.extensions_mut().insert(GatewayRequestId(id));
        next.run(request)
    }))
}
