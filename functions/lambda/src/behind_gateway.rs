//! A function behind API Gateway: an event comes in, an answer goes out, and nothing of what strangers can send is an error of the function.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use http::{Method, Request};
use shared::http::envelope::{TraceId, wrap, wrap_whole};
use shared::http::routes::{OTHERWISE, Routes};
use tower::ServiceExt as _;

use crate::answer::Answer;
use crate::event::Event;

/// A function's routes by the names that API Gateway has for them.
///
/// API Gateway authorises a *route*, and says which in `routeKey`. So the function serves that one, or nothing: were it to look for a route in the
/// path once more, everything would depend on both reading it alike.
#[derive(Clone)]
pub struct BehindGateway {
    routes: HashMap<String, Matched>,
    otherwise: Option<Router>,
    nothing: Router,
    /// For `cargo lambda watch`, which matches no routes.
    #[cfg(feature = "watch")]
    by_path: Option<Router>,
}

#[derive(Clone)]
struct Matched {
    method: Method,
    template: String,
    router: Router,
}

impl BehindGateway {
    /// These routes.
    pub fn new<S: Clone + Send + Sync + 'static>(routes: Routes<S>) -> Self {
        let (declared, otherwise) = routes.apart();
        let mut by_key = HashMap::new();
        for (route, router) in declared {
            let keys = route.keys();
            let matched = Matched { method: route.method, template: route.path, router: wrap(router) };
            by_key.extend(keys.map(|key| (key, matched.clone())));
        }
        Self {
            routes: by_key,
            otherwise: otherwise.map(wrap_whole),
            nothing: wrap(Router::new()),
            #[cfg(feature = "watch")]
            by_path: None,
        }
    }

    /// The same behind `cargo lambda watch`, whose events are those of an address without routes.
    #[cfg(feature = "watch")]
    pub(crate) fn matching(self, by_path: Router) -> Self {
        Self { by_path: Some(by_path), ..self }
    }

    /// The answer to an event, whatever is in it. `trace_id` is the invocation's.
    pub async fn answer(&self, event: &str, trace_id: Option<&str>) -> Answer {
        let event = serde_json::from_str(event).unwrap_or_else(|error: serde_json::Error| {
            // Not the error itself, which may quote.
            tracing::error!(category = ?error.classify(), "what came in is no event of an HTTP API");
            Event::default()
        });
        let (router, mut request) = self.route(event);
        if let Some(id) = trace_id {
            request.extensions_mut().insert(TraceId(id.to_owned()));
        }
        let Ok(response) = router.clone().oneshot(request).await;
        Answer::of(response).await
    }

    /// Where an event goes, and as which request.
    fn route(&self, event: Event) -> (&Router, Request<Body>) {
        #[cfg(feature = "watch")]
        if let (OTHERWISE, Some(by_path)) = (&*event.route_key, &self.by_path) {
            return (by_path, event.into_sent());
        }
        if let Some(route) = self.routes.get(&event.route_key)
            && let Some(path) = event.path_on(&route.template)
        {
            return (&route.router, event.into_request(route.method.clone(), &path));
        }
        match &self.otherwise {
            Some(otherwise) if event.route_key == OTHERWISE => (otherwise, event.into_sent()),
            _ => (&self.nothing, event.into_sent()),
        }
    }
}
