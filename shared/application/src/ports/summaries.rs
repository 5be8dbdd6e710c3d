//! What is known of how much each connection has to read, so that all of them can be listed without
//! asking Panorama about each.

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use super::upstream::SyncSummary;
use domain::app_key::AppKeyId;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

/// The last count of each connection.
#[async_trait]
pub trait Summaries: Send + Sync {
    /// One page of the connections of these app keys: app key by app key, each in the order of its
    /// operations. `page` counts from 0. Eventually consistent.
    async fn page(
        &self,
        app_keys: &[AppKeyId],
        page: u32,
        size: u32,
    ) -> Result<Portion<Summarized>, StoreError>;

    /// Notes a count, unless the credential is another one by now.
    async fn note(&self, credential: &Credential, counted: &Counted) -> Result<(), StoreError>;
}

/// A connection, and what is known of how much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summarized {
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// With which app key.
    pub app_key: AppKeyId,
    /// Its status.
    pub status: CredentialStatus,
    /// What was counted last; `None` when nothing was yet.
    pub counted: Option<Counted>,
}

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What there was.
    pub summary: SyncSummary,
    /// When.
    pub at: Timestamp,
}
