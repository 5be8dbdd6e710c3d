//! The Lambda function `deliver-alerts`.

use std::sync::Arc;

use adapters::checked_addresses::SystemLookUp;
use adapters::receivers::{Receivers, TIMEOUT};
use adapters::work_queue::SqsWorkQueue;
use deliver_alerts::Delivery;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle_with(
        &deliver_alerts::FUNCTION,
        async |service| {
            let receivers =
                Receivers::new(service.settings.address_policy, TIMEOUT, Arc::new(SystemLookUp))?;
            let queue = SqsWorkQueue::from_env(service.settings.alerts_queue_url()?).await;
            Ok(Delivery::new(service, Arc::new(receivers), Arc::new(queue)))
        },
        async |delivery, event| Ok(delivery.deliver(event.payload).await),
    )
    .await
}
