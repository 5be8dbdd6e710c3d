//! Step 6, too: how much of the operation is there to read.

use crate::domain::ids::LeafUserId;
use crate::domain::timestamp::Timestamp;
use crate::ports::upstream::{SyncSummary, UpstreamError};
use crate::ports::{Ports, StoreError};
use crate::use_cases::leaf_users::{UserError, account};

/// Why nothing could be counted.
#[derive(Debug, thiserror::Error)]
pub enum SummarizeError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The upstream did not tell.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

impl From<UserError> for SummarizeError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Store(error) => error.into(),
            UserError::Upstream(error) => error.into(),
        }
    }
}

/// Counts what a Leaf user's operation shares, and when that was counted; `None` when it has no credential.
///
/// # Errors
/// See [`SummarizeError`].
pub async fn summarize_sync(ports: &Ports, id: LeafUserId) -> Result<Option<(SyncSummary, Timestamp)>, SummarizeError> {
    let account = account(ports, id).await?.ok_or(SummarizeError::NoSuchUser)?;
    let Some(credential) = account.credential else { return Ok(None) };
    let summary = ports.upstream.sync_summary(&credential).await?;
    Ok(Some((summary, summary.at.unwrap_or_else(|| ports.clock.now()))))
}
