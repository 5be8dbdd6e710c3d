//! A function behind API Gateway: an event comes in, an answer goes out, and nothing of what
//! strangers can send is an error of the function.

use std::collections::HashMap;
use std::fmt::Debug;

use axum::Router;
use http::Method;
use lambda_http::{Adapter, Context, LambdaEvent, Request, Service as _};
use serde::Serialize;
use tower::ServiceExt as _;
use web::envelope::{TraceId, wrap, wrap_whole};
use web::front::Front;
use web::routes::{OTHERWISE, Routes};

use crate::event::{Event, Safe};

/// A function's routes by the names that API Gateway has for them.
///
/// API Gateway authorises a *route*, and says which in `routeKey`. So the function serves that one,
/// or nothing: were it to look for a route in the path once more, everything would depend on both
/// reading it alike.
#[derive(Clone)]
pub struct BehindGateway {
    routes: HashMap<String, Matched>,
    otherwise: Option<Router>,
    nothing: Router,
    front: Option<Front>,
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
    /// These routes, behind what stands in front of the API, if anything does.
    pub fn new<S: Clone + Send + Sync + 'static>(routes: Routes<S>, front: Option<Front>) -> Self {
        let through = |router: Router| match &front {
            Some(front) => front.clone().guard(router),
            None => router,
        };
        let (declared, otherwise) = routes.apart();
        let mut by_key = HashMap::new();
        for (route, router) in declared {
            let keys = route.keys();
            let matched = Matched {
                method: route.method,
                template: route.path,
                router: wrap(through(router)),
            };
            by_key.extend(keys.map(|key| (key, matched.clone())));
        }
        Self {
            routes: by_key,
            otherwise: otherwise.map(|router| wrap_whole(through(router))),
            nothing: wrap(Router::new()),
            front,
            #[cfg(feature = "watch")]
            by_path: None,
        }
    }

    /// The same behind `cargo lambda watch`, whose events are those of an address without routes.
    #[cfg(feature = "watch")]
    pub(crate) fn matching(self, by_path: Router) -> Self {
        Self { by_path: Some(by_path), ..self }
    }

    /// The answer to an event, whatever is in it.
    pub async fn answer(&self, event: &str, context: Context) -> impl Serialize + Debug + use<> {
        let event = serde_json::from_str(event).unwrap_or_else(|error: serde_json::Error| {
            // Not the error itself, which may quote.
            tracing::error!(
                category = ?error.classify(),
                "what came in is no event of an HTTP API"
            );
            Event::default()
        });
        let (router, Safe { event, mut extensions }) = self.route(event);
        if let Some(id) = &context.xray_trace_id {
            extensions.insert(TraceId(id.clone()));
        }
        let router = router.clone().map_request(move |mut request: Request| {
            request.extensions_mut().extend(extensions.clone());
            request
        });
        let Ok(answer) = Adapter::from(router).call(LambdaEvent::new(event, context)).await;
        answer
    }

    /// Where an event goes, and as which request.
    fn route(&self, event: Event) -> (&Router, Safe) {
        let front = self.front.as_ref();
        if let Some(route) = self.routes.get(&event.route_key)
            && let Some(path) = event.path_on(&route.template)
        {
            return (&route.router, event.safe(route.method.clone(), &path, front));
        }
        let router = match &self.otherwise {
            Some(otherwise) if event.route_key == OTHERWISE => otherwise,
            _ => &self.nothing,
        };
        #[cfg(feature = "watch")]
        let router = match &self.by_path {
            Some(by_path) if event.route_key == OTHERWISE => by_path,
            _ => router,
        };
        let (method, path) = event.sent();
        (router, event.safe(method, &path, front))
    }
}
