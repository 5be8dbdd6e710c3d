//! The Lambda function `deliver-alerts`.

use std::sync::Arc;

use deliver_alerts::Delivery;
use shared::adapters::call_queue::SqsCallQueue;
use shared::adapters::receivers::{Receivers, SystemLookUp, TIMEOUT};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle_with(
        env!("CARGO_PKG_NAME"),
        deliver_alerts::WARM_UP,
        async |service| {
            Ok(Delivery {
                receivers: Arc::new(Receivers::new(service.settings.reach, TIMEOUT, Arc::new(SystemLookUp))?),
                queue: Arc::new(SqsCallQueue::from_env(&service.settings).await?),
                service,
            })
        },
        async |delivery, event| Ok(delivery.deliver(event.payload).await),
    )
    .await
}
