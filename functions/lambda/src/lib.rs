//! What every function's `main` does: logs, settings, clients, router, run.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use shared::http::Routes;
use shared::http::envelope::GatewayRequestId;
use shared::service::Service;
use tower::ServiceExt as _;

pub use lambda_http::Error;

/// Runs a function's routes in Lambda.
///
/// # Errors
/// The settings are wrong, or the runtime ended.
pub async fn serve(routes: fn(Service) -> Routes) -> Result<(), Error> {
    shared::logging::init();
    let service = Service::from_env().await?;
    let service = routes(service).behind_authorizer();
    lambda_http::run(service.map_request(|mut request: Request| {
        if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref()
            && let Some(id) = context.request_id.clone()
        {
            request.extensions_mut().insert(GatewayRequestId(id));
        }
        request
    }))
    .await
}
