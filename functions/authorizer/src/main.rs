//! The Lambda function `authorizer`.

use lambda_runtime::{Error, service_fn};
use shared::service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::logging::init();
    let service = Service::from_env(authorizer::WARM_UP).await?;
    lambda_runtime::run(service_fn(async |event| authorizer::authorize(&service, event).await)).await
}
