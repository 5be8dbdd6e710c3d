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
            let receivers =
                Receivers::new(service.settings.reach, TIMEOUT, Arc::new(SystemLookUp))?;
            let queue = SqsCallQueue::from_env(&service.settings).await?;
            Ok(Delivery::new(service, Arc::new(receivers), Arc::new(queue)))
        },
        async |delivery, event| Ok(delivery.deliver(event.payload).await),
    )
    .await
}
