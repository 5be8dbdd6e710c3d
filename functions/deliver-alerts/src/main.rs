//! The Lambda function `deliver-alerts`.

use std::sync::Arc;

use deliver_alerts::Delivery;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::adapters::call_queue::SqsCallQueue;
use shared::adapters::receivers::{Receivers, SystemLookUp, TIMEOUT};
use shared::service::Service;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::logging::init();
    let service = Service::from_env().await?;
    let delivery = Delivery {
        receivers: Arc::new(Receivers::new(service.settings.reach, TIMEOUT, Arc::new(SystemLookUp))?),
        queue: Arc::new(SqsCallQueue::from_env(&service.settings).await?),
        service,
    };
    lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(delivery.deliver(event.payload).await)))
        .await
}
