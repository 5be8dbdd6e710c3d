//! The sync: what an operation shares now, compared with what is stored of it.
//!
//! One call, whatever there is. Where nothing is new, three reads and a write more, however many
//! streams there are; where something is, the entries that differ are written, and only then it is
//! noted that this listing was followed. So a sync that dies anywhere is done again as a whole, and
//! loses nothing. Which files are to be fetched is in their rows.

use crate::ports::Ports;
use crate::ports::catalogue::{CatalogueError, Consent, SyncState};
use crate::ports::store_error::StoreError;
use crate::ports::upstream::UpstreamError;
use crate::use_cases::note_refusal::note_refusal;
use domain::catalogue::origin::Origin;
use domain::catalogue::snapshot::Snapshot;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::shared_data::SharedData;

/// What came of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// Nothing was asked: there is no credential that is ACTIVE.
    NoConsent,
    /// Nothing was asked: what an earlier connection has left is being deleted, and what is written
    /// now might be taken for that.
    Leaving,
    /// Panorama lists what it listed before, and all of it is here.
    Same,
    /// What differed is written.
    Followed,
}

/// A sync that has not happened: to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Panorama did not answer.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// Somebody else has synced the same operation meanwhile.
    #[error("somebody else has written the catalogue meanwhile")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows what a Leaf user's operation shares.
///
/// # Errors
/// See [`SyncError`]; a failed or partial answer changes nothing.
pub async fn sync_operation(ports: &Ports, user: LeafUserId) -> Result<Synced, SyncError> {
    let account = ports.connections.account(user).await?;
    let credential = account.and_then(|account| account.credential);
    let is_ours = |it: &Credential| it.status == CredentialStatus::Active && !it.is_upstreams;
    let Some(credential) = credential.filter(is_ours) else { return Ok(Synced::NoConsent) };
    // Read after the credential, so a deletion that this does not see is one that ends it.
    let leaving = ports.catalogue.leaving(user).await?;
    if leaving.is_some_and(|leaving| !leaving.is_done()) {
        return Ok(Synced::Leaving);
    }
    let Credential { app_key, organization_code, .. } = &credential;
    let asked = ports.partner_account.shared_data(app_key, organization_code).await;
    let data = match asked {
        Ok(data) => data,
        // Whether the farmer has switched sharing off is for the check to say, which sees the
        // listing.
        Err(UpstreamError::Refused { status }) => {
            tracing::info!(status, "Panorama does not tell what the operation shares");
            return Ok(Synced::NoConsent);
        }
        Err(UpstreamError::PartnerLogin(refusal)) => {
            note_refusal(ports, app_key, &refusal).await?;
            return Err(UpstreamError::PartnerLogin(refusal).into());
        }
        Err(error) => return Err(error.into()),
    };
    match follow(ports, &credential, &data).await {
        Ok(synced) => Ok(synced),
        Err(Failed::NoConsent) => Ok(Synced::NoConsent),
        Err(Failed::Sync(error)) => Err(error),
    }
}

/// Why a listing is not followed.
enum Failed {
    NoConsent,
    Sync(SyncError),
}

impl<E: Into<SyncError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Sync(error.into())
    }
}

impl From<CatalogueError> for Failed {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::NoConsent => Self::NoConsent,
            CatalogueError::Conflict => Self::Sync(SyncError::Conflict),
            CatalogueError::Store(error) => Self::Sync(error.into()),
        }
    }
}

async fn follow(
    ports: &Ports,
    credential: &Credential,
    data: &SharedData,
) -> Result<Synced, Failed> {
    let consent = Consent::of(credential);
    let user = credential.leaf_user_id;
    let now = ports.clock.now();
    let count = |count: usize| count as u64;
    let state = SyncState {
        credential_id: credential.id,
        digest: data.digest(),
        synced_at: now,
        growers: count(data.growers()),
        farms: count(data.farms()),
        fields: count(data.fields().len()),
    };
    let before = ports.catalogue.sync_state(user).await?;
    // What was not fetched while it was not shared is to be looked for after that.
    let is_same = before.is_some_and(|before| {
        (before.credential_id, before.digest) == (state.credential_id, state.digest)
            && credential.status_since < before.synced_at
    });
    if is_same {
        ports.catalogue.note_sync(&consent, &state).await?;
        return Ok(Synced::Same);
    }
    let stored = ports.catalogue.stored(user).await?;
    let origin = Origin { leaf_user_id: user, operation: credential.operation.clone() };
    let snapshot = Snapshot::of(&origin, data, &stored.files_of_streams());
    let difference = stored.difference(snapshot, now);
    ports.catalogue.write(&consent, &difference).await?;
    ports.catalogue.note_sync(&consent, &state).await?;
    tracing::info!(files = difference.files.len(), "an operation was synced");
    Ok(Synced::Followed)
}
