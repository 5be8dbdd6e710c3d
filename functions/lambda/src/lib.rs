//! What every function's `main` does: logs, settings, clients, router, run.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use shared::http::envelope::GatewayRequestId;
use shared::http::routes::Routes;
use shared::service::{Service, WarmUp};
use tower::ServiceExt as _;

pub use lambda_http::Error;

/// Runs the routes of a function over the service in Lambda.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn serve(routes: fn(Service) -> Routes, warm_up: WarmUp) -> Result<(), Error> {
    shared::logging::init();
    run(routes(Service::from_env(warm_up).await?)).await
}

/// Runs the routes of a function that needs nothing of the world: no settings, no client of AWS.
///
/// # Errors
/// The runtime ended.
pub async fn serve_alone(routes: fn(()) -> Routes<()>) -> Result<(), Error> {
    shared::logging::init();
    run(routes(())).await
}

async fn run<S: Clone + Send + Sync + 'static>(routes: Routes<S>) -> Result<(), Error> {
    lambda_http::run(routes.behind_authorizer().map_request(|mut request: Request| {
        if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref()
            && let Some(id) = context.request_id.clone()
        {
            request.extensions_mut().insert(GatewayRequestId(id));
        }
        request
    }))
    .await
}
