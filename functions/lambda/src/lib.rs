//! What every function's `main` does: logs, settings, clients, and then a router or a handler of
//! events.

mod behind_gateway;
mod event;
pub mod queue;
#[cfg(feature = "watch")]
mod watch;

use lambda_http::lambda_runtime;
use lambda_http::service_fn;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::service::{Service, WarmUp};
use tracing::Instrument as _;
use web::front::Front;
use web::routes::Routes;

pub use behind_gateway::BehindGateway;
pub use lambda_http::{Context, Error, LambdaEvent};
pub use serde_json::value::RawValue;

/// Runs the routes of a function over the service in Lambda. `function` is its name in the logs.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn serve(
    function: &'static str,
    routes: fn(Service) -> Routes<Service>,
    warm_up: WarmUp,
) -> Result<(), Error> {
    shared::logging::init(function);
    let service = Service::from_env(warm_up).await?;
    let behind_gateway = BehindGateway::new(routes(service.clone()), front());
    #[cfg(feature = "watch")]
    let behind_gateway =
        behind_gateway.matching(watch::by_path(routes(service.clone()), service.ports.clone()));
    run(behind_gateway).await
}

/// Runs the routes of a function that needs nothing of the world: no settings, no client of AWS.
///
/// # Errors
/// The runtime ended.
pub async fn serve_alone(
    function: &'static str,
    routes: fn(()) -> Routes<()>,
) -> Result<(), Error> {
    shared::logging::init(function);
    let behind_gateway = BehindGateway::new(routes(()), front());
    #[cfg(feature = "watch")]
    let behind_gateway = behind_gateway.matching(watch::open(routes(())));
    run(behind_gateway).await
}

fn front() -> Option<Front> {
    shared::settings::origin_secret(|variable| std::env::var(variable).ok()).map(Front::new)
}

async fn run(function: BehindGateway) -> Result<(), Error> {
    // Raw: an event that could not be read would be an error of the function, and strangers write
    // much of it.
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Error>(function.answer(event.payload.get(), event.context).await)
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
        let (request_id, trace_id) =
            (&*event.context.request_id, event.context.xray_trace_id.as_deref());
        let span = tracing::info_span!("invocation", request_id, trace_id);
        handler(&with, event).instrument(span).await
    }))
    .await
}
