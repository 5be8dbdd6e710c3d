//! What every function's `main` does: logs, settings, clients, and then a router or a handler of events.

pub mod queue;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use lambda_runtime::service_fn;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::http::caller::CallerAddress;
use shared::http::envelope::{GatewayRequestId, TraceId};
use shared::http::front::Front;
use shared::http::routes::Routes;
use shared::service::{Service, WarmUp};
use tower::ServiceExt as _;
use tracing::Instrument as _;

pub use lambda_http::Error;
pub use lambda_runtime::LambdaEvent;

/// Runs the routes of a function over the service in Lambda. `function` is its name in the logs.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn serve(function: &'static str, routes: fn(Service) -> Routes, warm_up: WarmUp) -> Result<(), Error> {
    shared::logging::init(function);
    run(routes(Service::from_env(warm_up).await?)).await
}

/// Runs the routes of a function that needs nothing of the world: no settings, no client of AWS.
///
/// # Errors
/// The runtime ended.
pub async fn serve_alone(function: &'static str, routes: fn(()) -> Routes<()>) -> Result<(), Error> {
    shared::logging::init(function);
    run(routes(())).await
}

async fn run<S: Clone + Send + Sync + 'static>(routes: Routes<S>) -> Result<(), Error> {
    let front = shared::settings::origin_secret(|variable| std::env::var(variable).ok()).map(Front::new);
    let has_front = front.is_some();
    lambda_http::run(routes.behind_gateway(front).map_request(move |mut request: Request| {
        if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() {
            let (id, peer) = (context.request_id.clone(), context.http.source_ip.as_deref());
            let peer = peer.and_then(|peer| peer.parse().ok());
            if let Some(peer) = peer {
                let caller =
                    if has_front { CallerAddress::behind_front(request.headers(), peer) } else { CallerAddress(peer) };
                request.extensions_mut().insert(caller);
            }
            if let Some(id) = id {
                request.extensions_mut().insert(GatewayRequestId(id));
            }
        }
        if let Some(id) = request.lambda_context_ref().and_then(|context| context.xray_trace_id.clone()) {
            request.extensions_mut().insert(TraceId(id));
        }
        request
    }))
    .await
}

/// Runs a function that is not HTTP in Lambda. `function` is its name in the logs.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn handle<E, A>(
    function: &'static str,
    warm_up: WarmUp,
    handler: impl AsyncFn(&Service, LambdaEvent<E>) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    handle_with(function, warm_up, async |service| Ok(service), handler).await
}

/// The same for a function that works with more than the service: `make` makes it in init.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn handle_with<W, E, A>(
    function: &'static str,
    warm_up: WarmUp,
    make: impl AsyncFnOnce(Service) -> Result<W, Error>,
    handler: impl AsyncFn(&W, LambdaEvent<E>) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    shared::logging::init(function);
    let with = make(Service::from_env(warm_up).await?).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<E>| {
        let (request_id, trace_id) = (&*event.context.request_id, event.context.xray_trace_id.as_deref());
        let span = tracing::info_span!("invocation", request_id, trace_id);
        handler(&with, event).instrument(span).await
    }))
    .await
}
