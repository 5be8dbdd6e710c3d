//! Data that the upstream keeps: what is asked goes there as it was asked, page by page, and what
//! is there is shown as it is. Nothing of it is stored here.
//!
//! **Security.** The addresses that files are downloaded from want the upstream's token, which
//! nobody but us has: they are left out rather than handed to who cannot use them.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::catalogue::Of;
use crate::ports::data::{Data, DataError, DataKeeper, DataPath, DataService, Missing, OfFile};
use crate::ports::records::Listed;
use crate::ports::upstream::UpstreamError;
use domain::catalogue::entry::{Entry, Farm, Field, FieldOperation, Grower, StoredFile};
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::record::{Record, Shown};
use domain::sent::{Page, SentQuery};

/// What the names of such addresses begin with.
const DOWNLOAD: &str = "download";

/// The data of `K`.
pub struct FollowedData<K> {
    keeper: Arc<K>,
}

impl<K: DataKeeper> FollowedData<K> {
    /// Those of this keeper.
    pub const fn new(keeper: Arc<K>) -> Self {
        Self { keeper }
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
        let found = self.keeper.list_data(of, asked.clone()).await?;
        let nothing =
            || missing.map_or_else(|| UpstreamError::NoSuchUser.into(), DataError::Missing);
        let portion = found.ok_or_else(nothing)?;
        Ok(Listed { portion: portion.map(shown), asked })
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
        let found = self.keeper.read_data(of).await?;
        found.map(shown).ok_or(DataError::Missing(missing))
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
        self.list(&path, query, page, Some(Missing::Field(field))).await
    }

    async fn file_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        id: FileId,
    ) -> Result<Shown<Of<StoredFile>>, DataError> {
        let (field, file) = (field.to_string(), id.to_string());
        let path = of_user(user, ["fields", &field, "operations", "files", &file]);
        self.read(&path, Missing::File(id)).await
    }

    async fn files(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        self.list(&operations(["files"]), query, page, None).await
    }

    async fn file(&self, id: FileId, what: OfFile) -> Result<Shown<Of<StoredFile>>, DataError> {
        let file = id.to_string();
        let path = match what {
            OfFile::Itself => operations(["files", &file]),
            OfFile::Status => operations(["files", &file, "status"]),
            OfFile::Summary => operations(["files", &file, "summary"]),
        };
        self.read(&path, Missing::File(id)).await
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
        self.list(&path, query, page, Some(Missing::FieldOperation(id))).await
    }

    async fn request_sync(&self, user: LeafUserId) -> Result<(), DataError> {
        let asked = self.keeper.request_sync(user).await?;
        asked.ok_or(DataError::Missing(Missing::LeafUser(user)))
    }
}

fn shown<T>(record: Record) -> Shown<T> {
    Shown::Theirs(record.without(|name| name.starts_with(DOWNLOAD)))
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
