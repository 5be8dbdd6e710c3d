//! How much of the operations is there to read.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::ports::Ports;
use crate::ports::catalogue::SyncState;
use crate::ports::failure::Failure;
use crate::ports::portion::Portion;
use crate::ports::records::Summary;
use crate::ports::summaries::Counted;
use crate::ports::upstream::{SyncSummary, UpstreamError};
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::sent::Page;

/// How old a count may be in a list of all.
const COUNTED_AGAIN_AFTER: Duration = Duration::from_hours(1);

/// How long a list waits for counts that are missing or too old.
const COUNTING: Duration = Duration::from_secs(10);

/// What one Leaf user's operation shares; nothing when it has no credential.
pub(super) async fn of_one(
    ports: &Ports,
    credential: Option<Credential>,
) -> Result<Vec<Summary>, Failure> {
    let Some(credential) = credential else { return Ok(Vec::new()) };
    let counted = count(ports, &credential).await?;
    Ok(vec![Summary { leaf_user_id: credential.leaf_user_id, counted: Some(counted) }])
}

/// A page of what all connections share. What was counted within the hour is not counted again;
/// what cannot be counted now is shown as it was, and spoils no page.
///
/// Panorama is asked about one connection after the other, and for as long as one may wait for a
/// list: the rest has its turn at the next.
///
/// # Errors
/// The store failed.
pub(super) async fn of_all(ports: &Ports, page: Page) -> Result<Portion<Summary>, Failure> {
    let app_keys: Vec<_> =
        ports.app_keys.list().await?.into_iter().map(|app_key| app_key.id).collect();
    let mut portion = ports.summaries.page(&app_keys, page.number, page.size).await?;
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
        match count_and_note(ports, connection.leaf_user_id, connection.counted).await {
            Ok(Some(counted)) => connection.counted = Some(counted),
            // Of one that is not shared any more, the next check hears.
            Ok(None) | Err(Failure::Upstream(UpstreamError::Refused { .. })) => {}
            Err(Failure::Upstream(error)) => {
                tracing::warn!(%error, "connections are listed as they were counted before");
                unavailable.insert(connection.app_key.clone());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(portion.map(|connection| Summary {
        leaf_user_id: connection.leaf_user_id,
        counted: connection.counted,
    }))
}

async fn count_and_note(
    ports: &Ports,
    id: LeafUserId,
    before: Option<Counted>,
) -> Result<Option<Counted>, Failure> {
    let account = ports.connections.account(id).await?;
    let Some(credential) = account.and_then(|account| account.credential) else { return Ok(None) };
    let counted = count(ports, &credential).await?;
    if before != Some(counted) {
        ports.summaries.note(&credential, &counted).await?;
    }
    Ok(Some(counted))
}

/// What the last sync has listed; before the first one, what Panorama lists now.
async fn count(ports: &Ports, credential: &Credential) -> Result<Counted, Failure> {
    let Credential { id, leaf_user_id, app_key, organization_code, .. } = credential;
    let synced = ports.catalogue.sync_state(*leaf_user_id).await?;
    if let Some(state) = synced.filter(|state| state.credential_id == *id) {
        let SyncState { growers, farms, fields, synced_at, .. } = state;
        let summary = SyncSummary { growers, farms, fields };
        return Ok(Counted { summary, at: synced_at });
    }
    let shared = ports.partner_account.shared_data(app_key, organization_code).await?;
    Ok(Counted { summary: (&shared).into(), at: ports.clock.now() })
}
