//! The alerts' queue, held to moto: with `SQS_ENDPOINT`, as `.ci/peers` sets it; without, there is
//! nothing to hold it to.

use std::collections::HashMap;
use std::time::Duration;

use adapters::work_queue::SqsWorkQueue;
use application::ports::work_queue::{Outgoing, WorkQueue as _};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};

fn client() -> Option<Client> {
    let endpoint = std::env::var("SQS_ENDPOINT").ok()?;
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint);
    Some(Client::from_conf(config.build()))
}

async fn queue(client: &Client, name: &str, attributes: &[(QueueAttributeName, String)]) -> String {
    let fifo = [(QueueAttributeName::FifoQueue, "true".to_owned())];
    let attributes: HashMap<_, _> = attributes.iter().cloned().chain(fifo).collect();
    let created =
        client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await;
    created.expect("a queue").queue_url().expect("a URL").to_owned()
}

async fn receive(client: &Client, url: &str) -> Option<Message> {
    let request =
        client.receive_message().queue_url(url).max_number_of_messages(1).wait_time_seconds(0);
    let request =
        request.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
    request.send().await.expect("an answer").messages.unwrap_or_default().pop()
}

fn receives(message: &Message) -> &str {
    &message.attributes().expect("attributes")[&MessageSystemAttributeName::ApproximateReceiveCount]
}

#[tokio::test]
async fn a_message_that_is_put_off_comes_back_after_that_time_and_at_last_is_a_dead_letter() {
    let Some(client) = client() else { return };
    let dead = queue(&client, "alerts-dead-letters.fifo", &[]).await;
    let arn = client
        .get_queue_attributes()
        .queue_url(&dead)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await;
    let arn = arn.expect("attributes").attributes.expect("attributes")
        [&QueueAttributeName::QueueArn]
        .clone();
    let redrive = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"5"}}"#);
    let visibility = (QueueAttributeName::VisibilityTimeout, "180".to_owned());
    let url =
        queue(&client, "alerts.fifo", &[(QueueAttributeName::RedrivePolicy, redrive), visibility])
            .await;
    let calls = SqsWorkQueue::new(client.clone(), &url);
    // As whoever was interrupted after sending the first one.
    for number in ["1", "1", "2"] {
        let message = Outgoing {
            group: "USER#1#2".to_owned(),
            id: format!("{number}#2"),
            body: number.to_owned(),
        };
        calls.send(message).await.expect("sent");
    }

    for attempt in ["1", "2", "3", "4", "5"] {
        let message = receive(&client, &url).await.expect("the first message");
        assert_eq!((message.body(), receives(&message)), (Some("1"), attempt));
        let receipt = message.receipt_handle().expect("a receipt");
        calls.retry_in(receipt, Duration::from_hours(4)).await.expect("put off");
        assert!(receive(&client, &url).await.is_none(), "nor the one behind it");
        calls.retry_in(receipt, Duration::ZERO).await.expect("put off");
    }

    let next = receive(&client, &url).await.expect("the one behind it");
    assert_eq!((next.body(), receives(&next)), (Some("2"), "1"));
    assert_eq!(receive(&client, &dead).await.expect("a dead letter").body(), Some("1"));
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_a_failure_with_its_name_and_nothing_else() {
    let Some(client) = client() else { return };
    let calls = SqsWorkQueue::new(client, "http://127.0.0.1/123456789012/none.fifo");
    let error = calls.retry_in("planted-receipt", Duration::ZERO).await.expect_err("no such queue");
    assert!(
        error.to_string().starts_with("the queue failed at `ChangeMessageVisibility`: "),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("planted"), "{error:?}");
}
