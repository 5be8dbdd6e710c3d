//! The Lambda function `finish-confirmations`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::logging::init();
    let service = Service::from_env(finish_confirmations::WARM_UP).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
        Ok::<_, Error>(finish_confirmations::finish(&service, event.payload).await)
    }))
    .await
}
