//! The store of app keys (their secrets are in [`super::secrets`]).

use async_trait::async_trait;

use super::store_error::StoreError;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::ids::SharingUrlId;
use domain::organization_code::ClientHash;

/// App keys.
#[async_trait]
pub trait AppKeys: Send + Sync {
    /// Finds one by its name.
    async fn find(&self, id: &AppKeyId) -> Result<Option<AppKey>, StoreError>;

    /// Finds the one that a callback is for.
    async fn find_by_sharing_url(&self, id: SharingUrlId) -> Result<Option<AppKey>, StoreError>;

    /// Those of one client id.
    async fn find_by_client(
        &self,
        environment: ClientEnvironment,
        client: &ClientHash,
    ) -> Result<Vec<AppKey>, StoreError>;

    /// All of them, by name.
    async fn list(&self) -> Result<Vec<AppKey>, StoreError>;

    /// Stores a new one and claims its sharing URL id.
    async fn create(&self, app_key: &AppKey) -> Result<(), SaveAppKeyError>;

    /// Replaces `before`, of the same id, and moves the claim if the sharing URL id changed.
    async fn replace(&self, before: &AppKey, after: &AppKey) -> Result<(), SaveAppKeyError>;

    /// Removes it and its claim. Nothing happens when it has changed or gone since it was read.
    async fn delete(&self, app_key: &AppKey) -> Result<(), StoreError>;
}

/// An app key was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveAppKeyError {
    /// There is one of this id already, or it has changed since it was read.
    #[error("the app key exists already or was changed by somebody else")]
    Conflict,
    /// Another app key has this sharing URL id: a callback could not tell them apart.
    #[error("the sharing URL id belongs to another app key")]
    SharingUrlInUse,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
