//! Webhooks: the store, their secrets, the receivers behind them, and the queue that calls wait in.

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::StoreError;
use super::portion::Portion;
use super::secrets::{Freshness, SecretsError};
use crate::domain::alert::ChangeId;
use crate::domain::ids::WebhookId;
use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::{CallFailure, FailedCall, Webhook, WebhookSecrets};
use crate::domain::webhook_signature::SignedHeaders;

/// Webhooks and their failed calls. There is at most one webhook per event, so all of them are one short read.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Registers one, if no other has one of its events.
    async fn create(&self, webhook: &Webhook) -> Result<(), RegisterWebhookError>;

    /// All, the oldest first.
    async fn list(&self) -> Result<Vec<Webhook>, StoreError>;

    /// Deletes one. Nothing happens when there is none.
    async fn delete(&self, webhook: &Webhook) -> Result<(), StoreError>;

    /// Notes that one is to get no more calls. Nothing happens when there is none.
    async fn disable(&self, id: WebhookId, at: Timestamp) -> Result<(), StoreError>;

    /// Notes a failed call, over what is known of the same one.
    async fn note_failed_call(&self, call: &FailedCall) -> Result<(), StoreError>;

    /// Forgets a failed call: it was made again, and accepted.
    async fn forget_failed_call(&self, id: WebhookId, change: &ChangeId, at: Timestamp) -> Result<(), StoreError>;

    /// A page of the failed calls, those about the newest changes first.
    async fn failed_calls(&self, page: u32, size: u32, since: Timestamp) -> Result<Portion<FailedCall>, StoreError>;
}

/// Why a webhook was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterWebhookError {
    /// Another webhook has one of its events.
    #[error("an event is registered already")]
    EventTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Webhooks' secrets, one secret per webhook.
#[async_trait]
pub trait WebhookSecretStore: Send + Sync {
    /// Reads one; `None` when there is none.
    async fn read(&self, id: WebhookId, freshness: Freshness) -> Result<Option<WebhookSecrets>, SecretsError>;

    /// Writes one, over whatever was there.
    async fn write(&self, id: WebhookId, secrets: &WebhookSecrets) -> Result<(), SecretsError>;

    /// Deletes one. Nothing happens when there is none.
    async fn delete(&self, id: WebhookId) -> Result<(), SecretsError>;
}

/// The partners' receivers.
#[async_trait]
pub trait Receivers: Send + Sync {
    /// Calls one. What it is answered with is its status, which may be any; a body is not read.
    async fn call(&self, url: &Url, headers: &SignedHeaders, body: &str) -> Result<u16, CallFailure>;
}

/// The queue that calls wait in.
#[async_trait]
pub trait CallQueue: Send + Sync {
    /// Lets the message of this receipt be delivered again after a time, and those behind it in its group after it.
    async fn retry_in(&self, receipt: &str, wait: Duration) -> Result<(), QueueError>;
}

/// The queue did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the queue did not do `{operation}`: {failure}")]
pub struct QueueError {
    /// What was asked.
    pub operation: &'static str,
    /// What went wrong.
    pub failure: String,
}
