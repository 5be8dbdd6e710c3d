//! The store of the catalogue: what operations share, as it was listed last, and how far the copies
//! of its files are.
//!
//! Whatever is written because a farmer shares it is written on the condition that the farmer still
//! does: the credential is a part of the same transaction.

use std::collections::HashMap;

use async_trait::async_trait;

use super::connections::Account;
use super::portion::Portion;
use super::store_error::StoreError;
use domain::catalogue::difference::{Difference, Stored};
use domain::catalogue::entry::{Entry, Farm, Field, FieldOperation, Grower, StoredFile};
use domain::catalogue::file_copy::{FileCopy, FileStatus};
use domain::catalogue::leaving::Leaving;
use domain::catalogue::operation_type::OperationType;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::catalogue::turn::Turn;
use domain::credential::Credential;
use domain::freshness::DataFreshness;
use domain::ids::{CredentialId, FieldId, FieldOperationId, FileId, LeafUserId};
use domain::shared_data::ContentDigest;
use domain::timestamp::Timestamp;

/// What is stored of what operations share.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// How a Leaf user's sync stands. Strongly consistent.
    async fn sync_state(&self, user: LeafUserId) -> Result<Option<SyncState>, StoreError>;

    /// All that is stored of a Leaf user. Strongly consistent.
    async fn stored(&self, user: LeafUserId) -> Result<Stored, StoreError>;

    /// Writes a difference, some entries at a time. Where it ends half-way, what is missing is the
    /// difference of the next sync.
    async fn write(&self, consent: &Consent, difference: &Difference)
    -> Result<(), CatalogueError>;

    /// Notes a sync that has written all of its difference.
    async fn note_sync(&self, consent: &Consent, state: &SyncState) -> Result<(), CatalogueError>;

    /// Notes in the table that a sync of a Leaf user's operation is wanted; the last one that there
    /// was.
    async fn request_sync(
        &self,
        user: LeafUserId,
        at: Timestamp,
        turn: Turn,
    ) -> Result<Option<SyncState>, StoreError>;

    /// How what these Leaf users share is followed. Those of whom nothing is stored are left out.
    /// Strongly consistent.
    async fn followed(
        &self,
        users: &[LeafUserId],
    ) -> Result<HashMap<LeafUserId, Followed>, StoreError>;

    /// A Leaf user with its session and credential, and how what it shares is followed. One read
    /// of both tables, strongly consistent.
    async fn account(&self, user: LeafUserId) -> Result<Option<(Account, Followed)>, StoreError>;

    /// The copies of a Leaf user's files, counted by how they stand. Strongly consistent.
    async fn copies(&self, user: LeafUserId) -> Result<Copies, StoreError>;

    /// A Leaf user's files that these ids name. Strongly consistent.
    async fn files_of(
        &self,
        user: LeafUserId,
        ids: &[FileId],
    ) -> Result<Vec<StoredFile>, StoreError>;

    /// Adds a file that turned out to be one of a stream's, to its field and its field operation,
    /// too; nothing happens if it is there. A stream whose first file is listed no more gets none:
    /// that is a conflict.
    async fn add_file(
        &self,
        consent: &Consent,
        first: FileId,
        file: &StoredFile,
    ) -> Result<(), CatalogueError>;

    /// Writes how a file's copy stands, if the row is still `before`. Without a consent it is
    /// written whatever the farmer has done since: an attempt that ends, objects that are gone.
    async fn write_copy(
        &self,
        consent: Option<&Consent>,
        user: LeafUserId,
        before: &StoredFile,
        copy: &FileCopy,
        now: Timestamp,
    ) -> Result<StoredFile, CatalogueError>;

    /// A page of growers.
    async fn growers(&self, asked: &Asked) -> Result<Portion<Of<Entry<Grower>>>, StoreError>;

    /// A Leaf user's grower.
    async fn grower(
        &self,
        user: LeafUserId,
        id: GrowerId,
    ) -> Result<Option<Entry<Grower>>, StoreError>;

    /// A page of farms, of one grower if `grower` says so.
    async fn farms(
        &self,
        asked: &Asked,
        grower: Option<GrowerId>,
    ) -> Result<Portion<Of<Entry<Farm>>>, StoreError>;

    /// A Leaf user's farm.
    async fn farm(&self, user: LeafUserId, id: FarmId) -> Result<Option<Entry<Farm>>, StoreError>;

    /// A page of fields, of one farm if `farm` says so.
    async fn fields(
        &self,
        asked: &Asked,
        farm: Option<FarmId>,
    ) -> Result<Portion<Of<Entry<Field>>>, StoreError>;

    /// A Leaf user's field.
    async fn field(
        &self,
        user: LeafUserId,
        id: FieldId,
    ) -> Result<Option<Entry<Field>>, StoreError>;

    /// A page of files.
    async fn files(
        &self,
        asked: &Asked,
        filter: &FileFilter,
    ) -> Result<Portion<Of<StoredFile>>, StoreError>;

    /// A file, whoever's it is.
    async fn file(&self, id: FileId) -> Result<Option<Of<StoredFile>>, StoreError>;

    /// A page of field operations.
    async fn field_operations(
        &self,
        asked: &Asked,
        filter: &OperationFilter,
    ) -> Result<Portion<Of<Entry<FieldOperation>>>, StoreError>;

    /// A field operation, whoever's it is.
    async fn field_operation(
        &self,
        id: FieldOperationId,
    ) -> Result<Option<Of<Entry<FieldOperation>>>, StoreError>;

    /// The deletion of a Leaf user's data, if one was asked for. Strongly consistent: whoever reads
    /// it after a credential knows of every deletion before that credential.
    async fn leaving(&self, user: LeafUserId) -> Result<Option<Leaving>, StoreError>;

    /// Writes how a deletion stands, if it is still `before`.
    async fn write_leaving(&self, before: &Leaving, after: &Leaving) -> Result<(), CatalogueError>;

    /// Deletes about a hundred rows of a Leaf user, counts its files among them, and says whether
    /// there may be more. Nothing is deleted unless `leaving` is how the deletion stands.
    async fn forget(&self, leaving: &Leaving) -> Result<Forgotten, CatalogueError>;
}

/// What a portion of a deletion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// How the deletion stands now.
    pub leaving: Leaving,
    /// There may be more.
    pub are_left: bool,
}

/// A farmer's consent: this credential is ACTIVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Whose operation is shared.
    pub leaf_user_id: LeafUserId,
    /// By which credential: another one may be for another operation.
    pub credential_id: CredentialId,
}

impl Consent {
    /// That which a credential stands for.
    pub const fn of(credential: &Credential) -> Self {
        Self { leaf_user_id: credential.leaf_user_id, credential_id: credential.id }
    }
}

/// How a Leaf user's sync stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The credential that was listed.
    pub credential_id: CredentialId,
    /// What was listed last.
    pub digest: ContentDigest,
    /// When that was.
    pub synced_at: Timestamp,
    /// How many growers were listed.
    pub growers: u64,
    /// How many farms.
    pub farms: u64,
    /// How many fields.
    pub fields: u64,
}

/// How what a Leaf user shares is followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Followed {
    /// The last sync, if there was one.
    pub synced: Option<SyncState>,
    /// The copies of its files.
    pub copies: Copies,
}

impl Followed {
    /// How fresh the data of a credential is that was created at a moment. What was synced and
    /// stored of another operation, which the Leaf user had before, says nothing about it.
    pub fn freshness(&self, credential: CredentialId, created_at: Timestamp) -> DataFreshness {
        let synced = self.synced.as_ref().filter(|state| state.credential_id == credential);
        DataFreshness {
            last_synced_at: synced.map(|state| state.synced_at),
            last_data_at: self.copies.last_data_at.filter(|at| *at >= created_at),
            files_pending: synced.map(|_| self.copies.processing),
        }
    }
}

/// How the copies of files stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copies {
    /// Files whose bytes are on their way.
    pub processing: u64,
    /// Files whose bytes are stored.
    pub processed: u64,
    /// Files whose bytes will not come.
    pub failed: u64,
    /// When bytes were stored last.
    pub last_data_at: Option<Timestamp>,
}

/// Something, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of<T> {
    /// Whose.
    pub leaf_user_id: LeafUserId,
    /// What.
    pub what: T,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Of this Leaf user alone.
    pub leaf_user_id: Option<LeafUserId>,
    /// In which order.
    pub by: OrderBy,
    /// Whether the last comes first.
    pub descending: bool,
    /// Which page, from 0.
    pub page: u32,
    /// How many entries a page has.
    pub size: u32,
}

/// What lists are ordered by. What is equal is in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    /// When it was listed for the first time.
    Creation,
    /// When it changed last.
    Update,
    /// Its id.
    Id,
    /// Its name; a file's is the file name, a field operation's its type.
    Name,
    /// How many bytes a file has; without bytes, none.
    Size,
    /// Whose it is.
    LeafUser,
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileFilter {
    /// Recorded on this field.
    pub field: Option<FieldId>,
    /// Whose copy stands like this.
    pub status: Option<CopyStatus>,
    /// Of this type.
    pub operation_type: Option<OperationType>,
    /// Listed for the first time from then on.
    pub created_from: Option<Timestamp>,
    /// Changed from then on.
    pub updated_from: Option<Timestamp>,
}

/// A [`FileStatus`] without its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyStatus {
    /// On its way.
    Processing,
    /// Here.
    Processed,
    /// Not coming.
    Failed,
}

impl CopyStatus {
    /// All.
    pub const ALL: [Self; 3] = [Self::Processing, Self::Processed, Self::Failed];

    /// Leaf's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Processed => "processed",
            Self::Failed => "failed",
        }
    }

    /// How a copy stands.
    pub const fn of(status: FileStatus) -> Self {
        match status {
            FileStatus::Processing => Self::Processing,
            FileStatus::Processed => Self::Processed,
            FileStatus::Failed(_) => Self::Failed,
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// Which field operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OperationFilter {
    /// On this field.
    pub field: Option<FieldId>,
    /// Of this type.
    pub operation_type: Option<OperationType>,
    /// Changed from then on.
    pub updated_from: Option<Timestamp>,
}

/// The catalogue was not written.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The farmer does not share with this credential any more, or not now.
    #[error("the farmer does not share the operation any more")]
    NoConsent,
    /// Somebody else has written it since it was read.
    #[error("somebody else has written the entry since it was read")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
