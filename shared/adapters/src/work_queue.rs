//! An SQS queue, FIFO, that work waits in.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;

use super::sdk_error::kind;
use super::tls;
use application::ports::work_queue::{Outgoing, QueueError, WorkQueue};

pub struct SqsWorkQueue {
    client: Client,
    url: String,
}

impl SqsWorkQueue {
    /// The queue of this URL, as Lambda's environment says how to reach it.
    pub async fn from_env(url: impl Into<String>) -> Self {
        let config = aws_config::from_env().http_client(tls::aws_client()).load().await;
        Self::new(Client::new(&config), url)
    }

    /// The queue of this URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }
}

#[async_trait]
impl WorkQueue for SqsWorkQueue {
    async fn retry_in(&self, receipt: &str, wait: Duration) -> Result<(), QueueError> {
        const OPERATION: &str = "ChangeMessageVisibility";
        // SQS takes up to 12 hours.
        let seconds = i32::try_from(wait.as_secs()).unwrap_or(i32::MAX);
        let request =
            self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        match request.visibility_timeout(seconds).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(QueueError { operation: OPERATION, failure: kind(&error) }),
        }
    }

    async fn send(&self, message: Outgoing) -> Result<(), QueueError> {
        const OPERATION: &str = "SendMessage";
        let request = self.client.send_message().queue_url(&self.url).message_body(message.body);
        let request = request.message_group_id(message.group).message_deduplication_id(message.id);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(QueueError { operation: OPERATION, failure: kind(&error) }),
        }
    }
}
