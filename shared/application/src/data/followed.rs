//! Data that the upstream keeps: what is asked goes there as it was asked, page by page, and what
//! is there is shown as it is. Nothing of it is stored here.
//!
//! **Security.** The addresses that files are downloaded from want the upstream's token, which
//! nobody but us has: in a file's record they are replaced by ours, and left out everywhere else.

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::ports::catalogue::Of;
use crate::ports::data::{
    Data, DataError, DataKeeper, DataPath, DataService, Download, Missing, OfFile,
};
use crate::ports::downloads;
use crate::ports::portion::Portion;
use crate::ports::records::Listed;
use crate::ports::upstream::UpstreamError;
use domain::catalogue::entry::{Entry, Farm, Field, FieldOperation, Grower, StoredFile};
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::file_output::FileOutput;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::record::{Record, Shown};
use domain::sent::{Page, SentQuery};

/// The data of `K`.
pub struct FollowedData<K> {
    keeper: Arc<K>,
    files: Url,
}

impl<K: DataKeeper> FollowedData<K> {
    /// Those of this keeper; its files are downloaded from us, below `files`.
    pub const fn new(keeper: Arc<K>, files: Url) -> Self {
        Self { keeper, files }
    }

    /// A list of files.
    async fn list_files(
        &self,
        of: &DataPath,
        query: &SentQuery,
        page: Page,
        missing: Option<Missing>,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let asked = query.passed_on(page);
        let portion = self.portion(of, &asked, missing).await?;
        Ok(Listed { portion: portion.map(|record| self.shown_file(record)), asked })
    }

    /// A file, downloaded from us.
    fn shown_file<T>(&self, file: Record) -> Shown<T> {
        let id = file.text("id").and_then(|id| id.parse::<FileId>().ok());
        let outputs: Vec<_> = file.names().filter_map(FileOutput::of_field).collect();
        let addresses = id.into_iter().flat_map(|id| {
            let address =
                move |output: &FileOutput| output.address(&self.files, id).as_str().into();
            outputs.iter().map(move |output| (output.field(), address(output)))
        });
        Shown::Theirs(without_addresses(file).with(addresses))
    }

    async fn list<T>(
        &self,
        of: &DataPath,
        query: &SentQuery,
        page: Page,
        missing: Option<Missing>,
    ) -> Result<Listed<T>, DataError> {
        self.list_as(of, query.passed_on(page), missing).await
    }

    async fn list_as<T>(
        &self,
        of: &DataPath,
        asked: Vec<(String, String)>,
        missing: Option<Missing>,
    ) -> Result<Listed<T>, DataError> {
        let portion = self.portion(of, &asked, missing).await?;
        Ok(Listed { portion: portion.map(shown), asked })
    }

    async fn portion(
        &self,
        of: &DataPath,
        asked: &[(String, String)],
        missing: Option<Missing>,
    ) -> Result<Portion<Record>, DataError> {
        let found = self.keeper.list_data(of, asked.to_vec()).await?;
        let nothing =
            || missing.map_or_else(|| UpstreamError::NoSuchUser.into(), DataError::Missing);
        found.ok_or_else(nothing)
    }

    /// A list of one Leaf user or of all: Leaf has one for both.
    async fn list_of<T>(
        &self,
        user: Option<LeafUserId>,
        list: &str,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<T>, DataError> {
        let mut asked = query.passed_on(page);
        if let Some(user) = user {
            asked.retain(|(name, _)| name != "leafUserId");
            asked.push(("leafUserId".to_owned(), user.to_string()));
        }
        self.list_as(&fields([list]), asked, user.map(Missing::LeafUser)).await
    }

    async fn read<T>(&self, of: &DataPath, missing: Missing) -> Result<Shown<T>, DataError> {
        self.record(of, missing).await.map(shown)
    }

    async fn record(&self, of: &DataPath, missing: Missing) -> Result<Record, DataError> {
        self.keeper.read_data(of).await?.ok_or(DataError::Missing(missing))
    }
}

#[async_trait]
impl<K: DataKeeper> Data for FollowedData<K> {
    async fn growers(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Grower>>>, DataError> {
        self.list_of(of, "growers", query, page).await
    }

    async fn grower(
        &self,
        user: LeafUserId,
        id: GrowerId,
    ) -> Result<Shown<Of<Entry<Grower>>>, DataError> {
        let path = of_user(user, ["growers", &id.0.to_string()]);
        self.read(&path, Missing::Grower(id)).await
    }

    async fn farms(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Farm>>>, DataError> {
        self.list_of(of, "farms", query, page).await
    }

    async fn farm(
        &self,
        user: LeafUserId,
        id: FarmId,
    ) -> Result<Shown<Of<Entry<Farm>>>, DataError> {
        self.read(&of_user(user, ["farms", &id.0.to_string()]), Missing::Farm(id)).await
    }

    async fn fields(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Field>>>, DataError> {
        self.list_of(of, "fields", query, page).await
    }

    async fn field(
        &self,
        user: LeafUserId,
        id: FieldId,
    ) -> Result<Shown<Of<Entry<Field>>>, DataError> {
        self.read(&of_user(user, ["fields", &id.to_string()]), Missing::Field(id)).await
    }

    async fn files_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let path = of_user(user, ["fields", &field.to_string(), "operations", "files"]);
        self.list_files(&path, query, page, Some(Missing::Field(field))).await
    }

    async fn file_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        id: FileId,
    ) -> Result<Shown<Of<StoredFile>>, DataError> {
        let (field, file) = (field.to_string(), id.to_string());
        let path = of_user(user, ["fields", &field, "operations", "files", &file]);
        self.record(&path, Missing::File(id)).await.map(|record| self.shown_file(record))
    }

    async fn files(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        self.list_files(&operations(["files"]), query, page, None).await
    }

    async fn file(&self, id: FileId, what: OfFile) -> Result<Shown<Of<StoredFile>>, DataError> {
        let file = id.to_string();
        let part = match what {
            OfFile::Itself => {
                let path = operations(["files", &file]);
                let record = self.record(&path, Missing::File(id)).await?;
                return Ok(self.shown_file(record));
            }
            OfFile::Status => "status",
            OfFile::Summary => "summary",
        };
        self.read(&operations(["files", &file, part]), Missing::File(id)).await
    }

    async fn download(&self, id: FileId, output: &FileOutput) -> Result<Download, DataError> {
        let given = self.keeper.give_out(id, output).await?;
        given.map(Download::Theirs).ok_or(DataError::Missing(Missing::File(id)))
    }

    async fn open(
        &self,
        id: FileId,
        output: &FileOutput,
    ) -> Result<Option<Box<dyn downloads::Download>>, DataError> {
        Ok(self.keeper.open(id, output).await?)
    }

    async fn field_operations(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<FieldOperation>>>, DataError> {
        self.list(&operations(["operations"]), query, page, None).await
    }

    async fn field_operation(
        &self,
        id: FieldOperationId,
    ) -> Result<Shown<Of<Entry<FieldOperation>>>, DataError> {
        let path = operations(["operations", &id.to_string()]);
        self.read(&path, Missing::FieldOperation(id)).await
    }

    async fn files_of_operation(
        &self,
        id: FieldOperationId,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let path = operations(["operations", &id.to_string(), "files"]);
        self.list_files(&path, query, page, Some(Missing::FieldOperation(id))).await
    }

    async fn request_sync(&self, user: LeafUserId) -> Result<(), DataError> {
        let asked = self.keeper.request_sync(user).await?;
        asked.ok_or(DataError::Missing(Missing::LeafUser(user)))
    }
}

fn shown<T>(record: Record) -> Shown<T> {
    Shown::Theirs(without_addresses(record))
}

fn without_addresses(record: Record) -> Record {
    record.without(FileOutput::is_field)
}

fn fields<const N: usize>(rest: [&str; N]) -> DataPath {
    path(DataService::Fields, &rest)
}

fn of_user<const N: usize>(user: LeafUserId, rest: [&str; N]) -> DataPath {
    let user = user.to_string();
    path(DataService::Fields, &[&["users", &*user][..], &rest[..]].concat())
}

fn operations<const N: usize>(rest: [&str; N]) -> DataPath {
    path(DataService::Operations, &rest)
}

fn path(service: DataService, rest: &[&str]) -> DataPath {
    DataPath { service, rest: rest.iter().map(|segment| (*segment).to_owned()).collect() }
}
