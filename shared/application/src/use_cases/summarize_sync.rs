//! Step 6, too: how much of the operations is there to read.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::ports::Ports;
use crate::ports::portion::Portion;
use crate::ports::store_error::StoreError;
use crate::ports::summaries::{Counted, Summarized};
use crate::ports::upstream::UpstreamError;
use domain::credential::CredentialStatus;
use domain::ids::LeafUserId;

/// How old a count may be in a list of all.
const COUNTED_AGAIN_AFTER: Duration = Duration::from_hours(1);

/// How long a list waits for counts that are missing or too old.
const COUNTING: Duration = Duration::from_secs(10);

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

/// Counts what a Leaf user's operation shares, now; `None` when it has no credential.
///
/// # Errors
/// See [`SummarizeError`].
pub async fn summarize_sync(
    ports: &Ports,
    id: LeafUserId,
) -> Result<Option<Counted>, SummarizeError> {
    let account = ports.connections.account(id).await?.ok_or(SummarizeError::NoSuchUser)?;
    let Some(credential) = account.credential else { return Ok(None) };
    let summary = ports.partner_account.sync_summary(&credential).await?;
    Ok(Some(Counted { summary, at: ports.clock.now() }))
}

/// A page of what all connections share. What was counted within the hour is not counted again;
/// what cannot be counted now is shown as it was, and spoils no page.
///
/// Panorama is asked about one connection after the other, and for as long as one may wait for a
/// list: the rest has its turn at the next.
///
/// # Errors
/// The store failed.
pub async fn summarize_all(
    ports: &Ports,
    page: u32,
    size: u32,
) -> Result<Portion<Summarized>, StoreError> {
    let app_keys: Vec<_> =
        ports.app_keys.list().await?.into_iter().map(|app_key| app_key.id).collect();
    let mut portion = ports.summaries.page(&app_keys, page, size).await?;
    let until = ports.clock.now().plus(COUNTING);
    let mut unavailable = BTreeSet::new();
    for connection in &mut portion.entries {
        let now = ports.clock.now();
        if now > until {
            break;
        }
        let is_new =
            connection.counted.is_some_and(|counted| now < counted.at.plus(COUNTED_AGAIN_AFTER));
        if is_new
            || connection.status != CredentialStatus::Active
            || unavailable.contains(&connection.app_key)
        {
            continue;
        }
        match count(ports, connection.leaf_user_id).await {
            Ok(Some(counted)) => connection.counted = Some(counted),
            // Of one that is not shared any more, the next check hears.
            Ok(None)
            | Err(
                SummarizeError::NoSuchUser
                | SummarizeError::Upstream(UpstreamError::Refused { .. }),
            ) => {}
            Err(SummarizeError::Store(error)) => return Err(error),
            Err(SummarizeError::Upstream(error)) => {
                tracing::warn!(%error, "connections are listed as they were counted before");
                unavailable.insert(connection.app_key.clone());
            }
        }
    }
    Ok(portion)
}

async fn count(ports: &Ports, id: LeafUserId) -> Result<Option<Counted>, SummarizeError> {
    let account = ports.connections.account(id).await?.ok_or(SummarizeError::NoSuchUser)?;
    let Some(credential) = account.credential else { return Ok(None) };
    let counted = Counted {
        summary: ports.partner_account.sync_summary(&credential).await?,
        at: ports.clock.now(),
    };
    ports.summaries.note(&credential, &counted).await?;
    Ok(Some(counted))
}
