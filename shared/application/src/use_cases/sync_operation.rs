//! The sync: what an operation shares now, compared with what is stored of it.
//!
//! One call, whatever there is. Where nothing is new, two reads and a write more; where something
//! is, the entries that differ are written, then the work of fetching files is sent, and only then
//! it is noted that this listing was followed. So a sync that dies anywhere is done again as a
//! whole, and loses nothing.

use std::collections::BTreeMap;

use crate::ports::Ports;
use crate::ports::catalogue::{CatalogueError, Consent, SyncState};
use crate::ports::store_error::StoreError;
use crate::ports::upstream::UpstreamError;
use crate::ports::work_queue::{QueueError, WorkQueue};
use crate::use_cases::file_message::FileMessage;
use crate::use_cases::note_refusal::note_refusal;
use domain::catalogue::difference::Stored;
use domain::catalogue::file_copy::FileStatus;
use domain::catalogue::origin::Origin;
use domain::catalogue::snapshot::Snapshot;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::shared_data::{SharedData, StreamId};

/// What came of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// Nothing was asked: there is no credential that is ACTIVE.
    NoConsent,
    /// Panorama lists what it listed before, and all of it is here.
    Same,
    /// What differed is written, and so many streams are to be fetched.
    Followed {
        /// How many.
        streams: usize,
    },
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
    /// The work could not be sent.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Follows what a Leaf user's operation shares.
///
/// # Errors
/// See [`SyncError`]; a failed or partial answer changes nothing.
pub async fn sync_operation(
    ports: &Ports,
    files: &dyn WorkQueue,
    user: LeafUserId,
) -> Result<Synced, SyncError> {
    let account = ports.connections.account(user).await?;
    let credential = account.and_then(|account| account.credential);
    let Some(credential) =
        credential.filter(|credential| credential.status == CredentialStatus::Active)
    else {
        return Ok(Synced::NoConsent);
    };
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
    match follow(ports, files, &credential, &data).await {
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
    files: &dyn WorkQueue,
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
    let is_same = before.is_some_and(|before| {
        (before.credential_id, before.digest) == (state.credential_id, state.digest)
    });
    if is_same && ports.catalogue.copies(user).await?.processing == 0 {
        ports.catalogue.note_sync(&consent, &state).await?;
        return Ok(Synced::Same);
    }
    let mut stored = ports.catalogue.stored(user).await?;
    let origin = Origin { leaf_user_id: user, operation: credential.operation.clone() };
    let snapshot = Snapshot::of(&origin, data, &stored.files_of_streams());
    let difference = stored.difference(snapshot, now);
    ports.catalogue.write(&consent, &difference).await?;
    let changed = difference.files.into_iter().map(|(file, _)| (file.entry.thing.id, file));
    stored.files.extend(changed);
    let wanted = wanted(&stored);
    let message = |(stream, version): (&&StreamId, &u32)| {
        FileMessage::new(user, origin.file(stream, 0)).outgoing(*version)
    };
    let messages = wanted.iter().map(message);
    files.send_all(messages.collect()).await?;
    ports.catalogue.note_sync(&consent, &state).await?;
    tracing::info!(streams = wanted.len(), "an operation was synced");
    Ok(Synced::Followed { streams: wanted.len() })
}

/// The streams with files whose bytes are not here, each with the version that is wanted.
fn wanted(stored: &Stored) -> BTreeMap<&StreamId, u32> {
    let mut wanted = BTreeMap::new();
    for file in stored.files.values() {
        if file.copy.status == FileStatus::Processing {
            let version = wanted.entry(&file.entry.thing.stream).or_default();
            *version = file.copy.version.max(*version);
        }
    }
    wanted
}
