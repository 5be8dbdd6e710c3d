//! A function's routes: declared once, served by axum, and listed for what must agree with them
//! (the template, the API's document).

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, MethodRouter, any, on};
use http::{Method, Uri};
use tower::ServiceExt as _;

use super::api_owner::owners_only;

/// What API Gateway calls the route of everything that is at no other.
pub const OTHERWISE: &str = "$default";

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Open to the world: sign-in, and what a farmer's browser opens.
    Public,
    /// For API owners: nothing runs without the authorizer's word for the request.
    Owner,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path's template, such as `/connect/{sessionId}`: axum, API Gateway and OpenAPI write it
    /// alike.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

impl Route {
    /// The paths that it is at: its own, and the same with a slash at its end, which some clients
    /// and people write.
    pub fn paths(&self) -> [String; 2] {
        [self.path.clone(), format!("{}/", self.path)]
    }

    /// What API Gateway calls it: once for each of its paths, since it takes those for two routes.
    pub fn keys(&self) -> [String; 2] {
        self.paths().map(|path| format!("{} {path}", self.method))
    }
}

/// Lets a router find its routes by paths that have a slash at their end, too: one, since API
/// Gateway's templates have no empty segments.
pub fn forgiving(router: Router) -> Router {
    Router::new().fallback_service(router.map_request(|mut request: Request| {
        let uri = request.uri();
        let shorter = uri.path().strip_suffix('/').filter(|path| !path.is_empty());
        let shorter = shorter.map(|path| {
            uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
        });
        if let Some(Ok(shorter)) = shorter.map(Uri::try_from) {
            *request.uri_mut() = shorter;
        }
        request
    }))
}

/// A function's routes over `S`, which its handlers take as `State<S>`.
pub struct Routes<S> {
    state: S,
    declared: Vec<(Route, MethodRouter)>,
    otherwise: Option<MethodRouter>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    pub fn new(state: S) -> Self {
        Self { state, declared: Vec::new(), otherwise: None }
    }

    /// Adds a route that is open to the world.
    #[must_use]
    pub fn public<H: Handler<T, S>, T: 'static>(
        self,
        method: Method,
        path: &str,
        handler: H,
    ) -> Self {
        self.add(Access::Public, method, path, handler)
    }

    /// Adds a route for API owners.
    #[must_use]
    pub fn owner<H: Handler<T, S>, T: 'static>(
        self,
        method: Method,
        path: &str,
        handler: H,
    ) -> Self {
        self.add(Access::Owner, method, path, handler)
    }

    /// Takes whatever is at no route of any function; it is open to the world.
    #[must_use]
    pub fn otherwise<H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        self.otherwise = Some(any(handler).with_state(self.state.clone()));
        self
    }

    fn add<H: Handler<T, S>, T: 'static>(
        mut self,
        access: Access,
        method: Method,
        path: &str,
        handler: H,
    ) -> Self {
        let filter =
            MethodFilter::try_from(method.clone()).expect("the methods of routes are HTTP's own");
        let handler: MethodRouter<(), Infallible> =
            on(filter, handler).with_state(self.state.clone());
        let handler = match access {
            Access::Public => handler,
            Access::Owner => handler.route_layer(from_fn(owners_only)),
        };
        self.declared.push((Route { method, path: path.to_owned(), access }, handler));
        self
    }

    /// Every route, in the order of the declarations.
    pub fn list(&self) -> Vec<Route> {
        self.declared.iter().map(|(route, _)| route.clone()).collect()
    }

    /// What API Gateway calls them, with who may call each.
    pub fn keys(&self) -> Vec<(String, Access)> {
        let declared =
            self.declared.iter().flat_map(|(route, _)| route.keys().map(|key| (key, route.access)));
        let otherwise = self.otherwise.iter().map(|_| (OTHERWISE.to_owned(), Access::Public));
        declared.chain(otherwise).collect()
    }

    /// One by one, for a gateway that says which of them it has matched.
    pub fn apart(self) -> (Vec<(Route, Router)>, Option<Router>) {
        let declared = self.declared.into_iter().map(|(route, handler)| {
            let router = Router::new().route(&route.path, handler);
            (route, router)
        });
        (declared.collect(), self.otherwise.map(|handler| Router::new().fallback_service(handler)))
    }

    /// Together, for a gateway that matches by the path: those that are open, those for owners, and
    /// what takes the rest. See [`forgiving`].
    pub fn together(self) -> (Router, Router, Option<MethodRouter>) {
        let (mut public, mut owner_only) = (Router::new(), Router::new());
        for (route, handler) in self.declared {
            let router = match route.access {
                Access::Public => &mut public,
                Access::Owner => &mut owner_only,
            };
            *router = std::mem::take(router).route(&route.path, handler);
        }
        (public, owner_only, self.otherwise)
    }
}
