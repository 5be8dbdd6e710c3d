//! Step 6, too: how much of the operation is there to read.

use std::collections::BTreeSet;

use crate::domain::ids::LeafUserId;
use crate::domain::timestamp::Timestamp;
use crate::ports::upstream::UpstreamError;
use crate::ports::{Ports, StoreError};

/// What an operation shares, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncSummary {
    /// Different growers (Panorama's clients).
    pub growers: usize,
    /// Different farms; two growers' farms of one name are two.
    pub farms: usize,
    /// Different fields; one field worked by two machines is one.
    pub fields: usize,
    /// When Panorama was asked.
    pub at: Timestamp,
}

/// Why nothing could be counted.
#[derive(Debug, thiserror::Error)]
pub enum SummarizeError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Panorama did not tell.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Counts what a Leaf user's operation shares now; `None` when it has no credential.
///
/// # Errors
/// See [`SummarizeError`].
pub async fn summarize_sync(ports: &Ports, id: LeafUserId) -> Result<Option<SyncSummary>, SummarizeError> {
    let account = ports.connections.account(id).await?.ok_or(SummarizeError::NoSuchUser)?;
    let Some(credential) = account.credential else { return Ok(None) };
    let fields = ports.upstream.shared_fields(&credential.app_key, &credential.organization_code).await?;
    let growers: BTreeSet<_> = fields.iter().map(|field| &field.grower).collect();
    let farms: BTreeSet<_> = fields.iter().map(|field| (&field.grower, &field.farm)).collect();
    let different: BTreeSet<_> = fields.iter().map(|field| &field.field).collect();
    Ok(Some(SyncSummary { growers: growers.len(), farms: farms.len(), fields: different.len(), at: ports.clock.now() }))
}
