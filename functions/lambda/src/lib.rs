//! What every function's `main` does: logs, settings, clients, and then a router or a handler of
//! events.

mod behind_gateway;
mod event;
pub mod function;
pub mod queue;
#[cfg(feature = "watch")]
mod watch;

use aws_lambda_events::sqs::SqsEvent;
use lambda_http::lambda_runtime;
use lambda_http::service_fn;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::service::Service;
use tracing::Instrument as _;
use web::front::Front;
use web::routes::Routes;

pub use behind_gateway::BehindGateway;
use function::Function;
pub use lambda_http::{Context, Error, LambdaEvent};
pub use serde_json::value::RawValue;

/// A function's `main` is another kind's.
#[derive(Debug, thiserror::Error)]
#[error("the description of `{0}` is not of this kind of function")]
struct AnotherKind(&'static str);

/// Runs the routes of a function over the service in Lambda.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn serve(function: &Function) -> Result<(), Error> {
    log(function);
    let service = service(function).await?;
    let routes = || function.routes(service.clone()).ok_or(AnotherKind(function.name));
    let behind_gateway = BehindGateway::new(routes()?, front());
    #[cfg(feature = "watch")]
    let behind_gateway = behind_gateway.matching(watch::by_path(routes()?, service.ports.clone()));
    run(behind_gateway).await
}

/// Runs the routes of a function that needs nothing of the world: no settings, no client of AWS.
///
/// # Errors
/// The runtime ended.
pub async fn serve_alone(function: &Function, routes: fn(()) -> Routes<()>) -> Result<(), Error> {
    log(function);
    let behind_gateway = BehindGateway::new(routes(()), front());
    #[cfg(feature = "watch")]
    let behind_gateway = behind_gateway.matching(watch::open(routes(())));
    run(behind_gateway).await
}

/// Runs a function behind a queue that a rule fills.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn work(function: &Function) -> Result<(), Error> {
    let rule = function.rule().ok_or(AnotherKind(function.name))?;
    handle(function, async |service, event: LambdaEvent<SqsEvent>| {
        Ok((rule.work)(service, event.payload).await)
    })
    .await
}

/// The same for a function that stores or deletes files: its binary carries the SDK for S3.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn work_storing_files(function: &Function) -> Result<(), Error> {
    let rule = function.rule().ok_or(AnotherKind(function.name))?;
    log(function);
    let service = warm(function, Service::storing_files_from_env().await?).await;
    run_events(&service, async |service, event: LambdaEvent<SqsEvent>| {
        Ok((rule.work)(service, event.payload).await)
    })
    .await
}

/// The same for a function that has files converted: its binary carries the SDK for Lambda, too.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn work_converting_files(function: &Function) -> Result<(), Error> {
    let rule = function.rule().ok_or(AnotherKind(function.name))?;
    log(function);
    let service = warm(function, Service::converting_files_from_env().await?).await;
    run_events(&service, async |service, event: LambdaEvent<SqsEvent>| {
        Ok((rule.work)(service, event.payload).await)
    })
    .await
}

fn log(function: &Function) {
    shared::logging::init(function.name, function.logging_crates());
}

async fn service(function: &Function) -> Result<Service, Error> {
    Ok(warm(function, Service::from_env().await?).await)
}

async fn warm(function: &Function, service: Service) -> Service {
    if let Some(warm_up) = function.warm_up {
        service.warm_up(warm_up).await;
    }
    service
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

/// Runs a function that is not HTTP in Lambda.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn handle<E, A>(
    function: &Function,
    handler: impl AsyncFn(&Service, LambdaEvent<E>) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    handle_with(function, async |service| Ok(service), handler).await
}

/// The same for a function that works with more than the service: `make` makes it in init.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn handle_with<W, E, A>(
    function: &Function,
    make: impl AsyncFnOnce(Service) -> Result<W, Error>,
    handler: impl AsyncFn(&W, LambdaEvent<E>) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    log(function);
    let with = make(service(function).await?).await?;
    run_events(&with, handler).await
}

async fn run_events<W, E, A>(
    with: &W,
    handler: impl AsyncFn(&W, LambdaEvent<E>) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    lambda_runtime::run(service_fn(async |event: LambdaEvent<E>| {
        let (request_id, trace_id) =
            (&*event.context.request_id, event.context.xray_trace_id.as_deref());
        let span = tracing::info_span!("invocation", request_id, trace_id);
        handler(with, event).instrument(span).await
    }))
    .await
}
