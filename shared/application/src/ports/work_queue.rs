//! A FIFO queue with a function behind it, as that function and those that give it work see it.

use std::time::Duration;

use async_trait::async_trait;

/// Such a queue.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Lets the message of this receipt be delivered again after a time, and those behind it in its
    /// group after it.
    async fn retry_in(&self, receipt: &str, wait: Duration) -> Result<(), QueueError>;

    /// Puts a message into it. The same one within five minutes is taken once.
    async fn send(&self, message: Outgoing) -> Result<(), QueueError>;
}

/// A message for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Messages of one group are delivered one after the other.
    pub group: String,
    /// What it is recognised by when it is sent once more.
    pub id: String,
    /// What it says.
    pub body: String,
}

/// The queue did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the queue failed at `{operation}`: {failure}")]
pub struct QueueError {
    /// What was asked.
    pub operation: &'static str,
    /// What went wrong.
    pub failure: String,
}
