//! What farmers share, as clients read it, whoever keeps it: we, in the catalogue, or an upstream
//! with a catalogue of its own. Which of the two is decided once, where the service is wired.
//!
//! Queries come as they were sent: whoever keeps the data reads of them what it understands.

use std::fmt;

use async_trait::async_trait;

use super::catalogue::Of;
use super::downloads;
use super::failure::Failure;
use super::files::PresignedUrl;
use super::portion::Portion;
use super::records::Listed;
use super::upstream::UpstreamError;
use domain::catalogue::entry::{Entry, Farm, Field, FieldOperation, Grower, StoredFile};
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::credential::CredentialStatus;
use domain::file_output::FileOutput;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::record::{Record, Shown};
use domain::sent::{Page, Refusals, SentQuery};

/// Growers, farms, fields, machine files and field operations.
#[async_trait]
pub trait Data: Send + Sync {
    /// A page of growers, of the Leaf user `of` if there is one.
    async fn growers(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Grower>>>, DataError>;

    /// A grower.
    async fn grower(
        &self,
        user: LeafUserId,
        id: GrowerId,
    ) -> Result<Shown<Of<Entry<Grower>>>, DataError>;

    /// A page of farms, of the Leaf user `of` if there is one.
    async fn farms(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Farm>>>, DataError>;

    /// A farm.
    async fn farm(&self, user: LeafUserId, id: FarmId)
    -> Result<Shown<Of<Entry<Farm>>>, DataError>;

    /// A page of fields, of the Leaf user `of` if there is one.
    async fn fields(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Field>>>, DataError>;

    /// A field.
    async fn field(
        &self,
        user: LeafUserId,
        id: FieldId,
    ) -> Result<Shown<Of<Entry<Field>>>, DataError>;

    /// A page of the files that were recorded on a field.
    async fn files_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError>;

    /// A file that was recorded on a field.
    async fn file_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        id: FileId,
    ) -> Result<Shown<Of<StoredFile>>, DataError>;

    /// A page of files.
    async fn files(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError>;

    /// A file, or what its keeper says of it.
    async fn file(&self, id: FileId, what: OfFile) -> Result<Shown<Of<StoredFile>>, DataError>;

    /// Where an output of a file is, or the output itself.
    async fn download(&self, id: FileId, output: &FileOutput) -> Result<Download, DataError>;

    /// Begins to read an output of an upstream's file; `None` where there are no bytes of it to be
    /// had from the upstream itself.
    async fn open(
        &self,
        id: FileId,
        output: &FileOutput,
    ) -> Result<Option<Box<dyn downloads::Download>>, DataError>;

    /// A page of field operations.
    async fn field_operations(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<FieldOperation>>>, DataError>;

    /// A field operation.
    async fn field_operation(
        &self,
        id: FieldOperationId,
    ) -> Result<Shown<Of<Entry<FieldOperation>>>, DataError>;

    /// A page of the files that belong to a field operation.
    async fn files_of_operation(
        &self,
        id: FieldOperationId,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError>;

    /// Has a Leaf user's operation synced soon.
    async fn request_sync(&self, user: LeafUserId) -> Result<(), DataError>;
}

/// What is asked of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfFile {
    /// The file.
    Itself,
    /// How far each step of its processing is.
    Status,
    /// What a converter found in it.
    Summary,
}

/// What comes of asking for an output of a file.
#[derive(Debug)]
pub enum Download {
    /// The file is ours: its row says where the output is.
    Ours(Box<Of<StoredFile>>),
    /// The file is an upstream's, which gave this out.
    Theirs(GivenOut),
}

/// What an upstream gives out when it is asked for an output of a file.
pub enum GivenOut {
    /// A link that reads it without a token.
    Link(PresignedUrl),
    /// Its bytes.
    Bytes(Vec<u8>),
    /// More bytes than an answer of ours can have, of a file of this Leaf user's.
    TooLarge(LeafUserId),
    /// Nothing: the file has no such output.
    Nothing,
}

impl fmt::Debug for GivenOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link(_) => "Link(…)",
            Self::Bytes(_) => "Bytes(…)",
            Self::TooLarge(_) => "TooLarge",
            Self::Nothing => "Nothing",
        })
    }
}

/// What there is none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Of this Leaf user.
    LeafUser(LeafUserId),
    /// Of this grower, at this Leaf user.
    Grower(GrowerId),
    /// Of this farm, at this Leaf user.
    Farm(FarmId),
    /// Of this field, at this Leaf user.
    Field(FieldId),
    /// Of this file.
    File(FileId),
    /// Of this field operation.
    FieldOperation(FieldOperationId),
}

/// Why no data is shown.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Parameters of the query are not what they should be.
    #[error("parameters of the query are refused")]
    Refused(Refusals),
    /// There is no such thing, or it is another Leaf user's.
    #[error("there is no such thing: {0:?}")]
    Missing(Missing),
    /// The Leaf user has no credential that is ACTIVE, so nothing is read of its operation.
    #[error("there is no credential that is ACTIVE")]
    NotActive(Option<CredentialStatus>),
    /// Whoever keeps the data did not tell.
    #[error(transparent)]
    Failure(Failure),
}

impl From<Refusals> for DataError {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals)
    }
}

impl<E: Into<Failure>> From<E> for DataError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// An upstream with data of its own.
#[async_trait]
pub trait DataKeeper: Send + Sync {
    /// A page of a list, as the query asks for it; `None` when what it is of is not there. What is
    /// sent is the sender's to mend: see [`UpstreamError::SentRefused`].
    async fn list_data(
        &self,
        of: &DataPath,
        query: Vec<(String, String)>,
    ) -> Result<Option<Portion<Record>>, UpstreamError>;

    /// One record; `None` when it is not there.
    async fn read_data(&self, of: &DataPath) -> Result<Option<Record>, UpstreamError>;

    /// An output of a file; `None` when there is no such file. Nothing of it has the upstream's
    /// token in it.
    async fn give_out(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenOut>, UpstreamError>;

    /// Begins to read an output of a file, however large it is; `None` when there are no bytes of
    /// it to be had here.
    async fn open(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<Box<dyn downloads::Download>>, UpstreamError>;

    /// Asks for a sync of a Leaf user's data; `None` when there is no such Leaf user.
    async fn request_sync(&self, user: LeafUserId) -> Result<Option<()>, UpstreamError>;
}

/// Where data is, in Leaf's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPath {
    /// Below which of its services.
    pub service: DataService,
    /// The segments of the path there.
    pub rest: Vec<String>,
}

/// A service of Leaf's that has data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataService {
    /// Growers, farms and fields.
    Fields,
    /// Machine files and field operations.
    Operations,
}
