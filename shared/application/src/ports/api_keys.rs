//! The store of API keys.

use async_trait::async_trait;

use super::store_error::StoreError;
use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, LeafUserId};
use domain::timestamp::Timestamp;

/// API keys of partners' pages. They are known for 90 days after their end, and no longer than
/// their Leaf user.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Stores a new one, if there is its Leaf user.
    async fn create(&self, key: &ApiKey) -> Result<(), CreateKeyError>;

    /// Finds one. Strongly consistent.
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// Those of a Leaf user, the newest first. Strongly consistent.
    async fn of_user(&self, user: LeafUserId) -> Result<Vec<ApiKey>, StoreError>;

    /// Revokes one; one that was revoked before keeps its moment. Whether there is one.
    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;
}

/// Why a key was not stored.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
