//! Webhooks: the store, their secrets, and the receivers behind them.

use async_trait::async_trait;
use url::Url;

use super::portion::Portion;
use super::secrets::SecretsError;
use super::store_error::StoreError;
use domain::alert::Notice;
use domain::change_id::ChangeId;
use domain::ids::{LeafUserId, ReplayId, WebhookId};
use domain::replay::Replay;
use domain::timestamp::Timestamp;
use domain::webhook::{CallFailure, FailedCall, SecretVersion, Webhook, WebhookSecrets};
use domain::webhook_call::RetryAfter;
use domain::webhook_signature::SignedHeaders;

/// Webhooks and their failed calls. There is at most one webhook per event, so all of them are one
/// short read.
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

    /// Notes which version of its secret one has. Nothing happens when there is none.
    async fn note_secret(&self, id: WebhookId, version: &SecretVersion) -> Result<(), StoreError>;

    /// Notes a failed call, over what is known of the same one.
    async fn note_failed_call(&self, call: &FailedCall) -> Result<(), StoreError>;

    /// Forgets a failed call: it was made again, and accepted.
    async fn forget_failed_call(&self, notice: &Notice) -> Result<(), StoreError>;

    /// Notes an alert, so that it can be told once more; for as long as failed calls are stored.
    /// Nothing happens when it is noted already.
    async fn note_alert(&self, notice: &Notice) -> Result<(), StoreError>;

    /// The alert of this change, if it is known.
    async fn alert(&self, id: &ChangeId) -> Result<Option<Notice>, StoreError>;

    /// The first of the alerts of a time, or of those after one of them, in the order in which they
    /// happened. Fewer than `limit`: there are no more.
    async fn told(
        &self,
        log: Log,
        from: Timestamp,
        to: Timestamp,
        after: Option<&(Timestamp, ChangeId)>,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError>;

    /// Writes down that a replay is asked for.
    async fn ask_for_replay(&self, replay: &Replay) -> Result<(), StoreError>;

    /// A replay that was asked for.
    async fn replay(&self, id: ReplayId) -> Result<Option<Replay>, StoreError>;

    /// A page of the failed calls, those about the newest changes first; of one Leaf user, if that
    /// is asked for. For those of one, all are read: there is no index of what should be few.
    async fn failed_calls(
        &self,
        of_user: Option<LeafUserId>,
        page: u32,
        size: u32,
        since: Timestamp,
    ) -> Result<Portion<FailedCall>, StoreError>;
}

/// Which alerts a replay is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// All that happened to connections, whoever was told.
    Connections,
    /// All that happened to data, likewise.
    Data,
    /// Those among the failed calls.
    Failed,
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
    /// Reads one: what this process remembers, if that is of this version, else as it is now.
    /// `None` when there is none.
    async fn read(
        &self,
        id: WebhookId,
        version: Option<&SecretVersion>,
    ) -> Result<Option<WebhookSecrets>, SecretsError>;

    /// Writes one, over whatever was there; its new version.
    async fn write(
        &self,
        id: WebhookId,
        secrets: &WebhookSecrets,
    ) -> Result<SecretVersion, SecretsError>;

    /// Deletes one. Nothing happens when there is none.
    async fn delete(&self, id: WebhookId) -> Result<(), SecretsError>;
}

/// The partners' receivers.
#[async_trait]
pub trait Receivers: Send + Sync {
    /// Calls one.
    async fn call(
        &self,
        url: &Url,
        headers: &SignedHeaders,
        body: &str,
    ) -> Result<Answer, CallFailure>;
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, which may be any.
    pub status: u16,
    /// What it says of a call that it did not take.
    pub said: Option<Said>,
    /// When it wants to be called again, if it says so.
    pub retry_after: Option<RetryAfter>,
}

/// How a receiver's answer begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// So far as it was read.
    pub text: String,
    /// Whether it goes on.
    pub is_cut: bool,
}
