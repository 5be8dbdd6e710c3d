//! A function's routes: declared once, served by axum, and listed for what must agree with them (the template, the API's document).

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use http::Method;

use super::envelope;
use super::front::Front;
use crate::service::Service;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Open to the world: sign-in, and what a farmer's browser opens.
    Public,
    /// For API owners: in AWS the authorizer has looked at the bearer token before the function runs.
    Owner,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path's template, such as `/connect/{sessionId}`: axum, API Gateway and OpenAPI write it alike.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// A function's routes over `S`, which its handlers take as `State<S>`.
pub struct Routes<S = Service> {
    state: S,
    public: Router,
    owner_only: Router,
    list: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    pub fn new(state: S) -> Self {
        Self { state, public: Router::new(), owner_only: Router::new(), list: Vec::new() }
    }

    /// Adds a route that is open to the world.
    #[must_use]
    pub fn public<H: Handler<T, S>, T: 'static>(self, method: Method, path: &str, handler: H) -> Self {
        self.add(Access::Public, method, path, handler)
    }

    /// Adds a route for API owners.
    #[must_use]
    pub fn owner<H: Handler<T, S>, T: 'static>(self, method: Method, path: &str, handler: H) -> Self {
        self.add(Access::Owner, method, path, handler)
    }

    fn add<H: Handler<T, S>, T: 'static>(mut self, access: Access, method: Method, path: &str, handler: H) -> Self {
        let filter = MethodFilter::try_from(method.clone()).expect("the methods of routes are HTTP's own");
        let router = match access {
            Access::Public => &mut self.public,
            Access::Owner => &mut self.owner_only,
        };
        *router = std::mem::take(router).route(path, on(filter, handler).with_state(self.state.clone()));
        self.list.push(Route { method, path: path.to_owned(), access });
        self
    }

    /// Every route, in the order of the declarations.
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    /// The public routes, and those for API owners.
    pub fn split(self) -> (Router, Router) {
        (self.public, self.owner_only)
    }

    /// All routes of a function, as Lambda serves them: behind an API Gateway that has asked the authorizer, and behind a front if there is one.
    pub fn behind_gateway(self, front: Option<Front>) -> Router {
        let all = self.public.merge(self.owner_only);
        envelope::wrap(match front {
            Some(front) => front.guard(all),
            None => all,
        })
    }
}
