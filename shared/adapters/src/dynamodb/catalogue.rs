//! The catalogue's table. It is one of its own: what a first sync writes in a minute does not stand
//! in the way of what the main table's stream tells of connections.
//!
//! | `pk` | `sk` | what it is |
//! |---|---|---|
//! | `USER#{leafUserId}` | `GROWER#{id}`, `FARM#{id}`, `FIELD#{id}`, `OPERATION#{id}`, `FILE#{id}` | an entry |
//! | `USER#{leafUserId}` | `SYNC` | what was listed last, and when |
//! | `USER#{leafUserId}` | `COUNTS` | how many entries of each kind the Leaf user has, and how its copies stand |
//! | `USER#{leafUserId}` | `LEAVING` | that all of it is to be deleted, and how far that is; 30 days after its end |
//! | `GIVEN#{fileId}` | `GIVEN#{output}` | a copy of an upstream's file, which is given out for a while |
//! | `TOTAL` | `0` to `f` | a sixteenth of the same of all Leaf users |
//!
//! Nothing of it is, or can be turned into, an organization code.

mod conversion_rows;
pub mod data_message;
mod followed;
mod given_files;
pub(super) mod leaving;
mod lists;
mod rows;
pub mod schema;
pub(super) mod sync_request;
mod table;
mod totals;
mod write;

use std::collections::HashMap;

use async_trait::async_trait;

use super::item::Reading;
use application::ports::catalogue::{
    Asked, Catalogue, CatalogueError, Consent, Copies, FileFilter, Followed, Forgotten, Of,
    OperationFilter, SyncState,
};
use application::ports::connections::Account;
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::catalogue::difference::{Difference, Stored};
use domain::catalogue::entry::{
    Entry, Farm, Field, FieldOperation, Grower, MachineFile, StoredFile,
};
use domain::catalogue::file_copy::FileCopy;
use domain::catalogue::leaving::Leaving;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::catalogue::turn::Turn;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::timestamp::Timestamp;
use followed::{read_sync, sync_row};
use lists::Wanted;
use rows::{Row, entry_key, read_entry, read_file, user_partition};
use sync_request::sync_key;

pub use table::CatalogueTable;

#[async_trait]
impl Catalogue for CatalogueTable {
    async fn sync_state(&self, user: LeafUserId) -> Result<Option<SyncState>, StoreError> {
        let row = self.rows.get(sync_key(user)).await?;
        row.map_or(Ok(None), |item| read_sync(Reading { operation: "GetItem", item: &item }))
    }

    async fn stored(&self, user: LeafUserId) -> Result<Stored, StoreError> {
        let mut stored = Stored::default();
        for item in &self.rows.partition(user_partition(user), "").await? {
            let row = Reading { operation: "Query", item };
            match row.optional_text(rows::KIND) {
                Some(Grower::KIND) => insert(&mut stored.growers, read_entry(row)?),
                Some(Farm::KIND) => insert(&mut stored.farms, read_entry(row)?),
                Some(Field::KIND) => insert(&mut stored.fields, read_entry(row)?),
                Some(FieldOperation::KIND) => {
                    insert(&mut stored.field_operations, read_entry(row)?);
                }
                Some(MachineFile::KIND) => {
                    let file = read_file(row)?;
                    stored.files.insert(file.entry.thing.id, file);
                }
                _ => {}
            }
        }
        Ok(stored)
    }

    async fn write(
        &self,
        consent: &Consent,
        difference: &Difference,
    ) -> Result<(), CatalogueError> {
        self.write_difference(consent, difference).await
    }

    async fn note_sync(&self, consent: &Consent, state: &SyncState) -> Result<(), CatalogueError> {
        let row = self.rows.put(sync_row(consent.leaf_user_id, state));
        self.transact(Some(consent), vec![row]).await
    }

    async fn request_sync(
        &self,
        user: LeafUserId,
        at: Timestamp,
        turn: Turn,
    ) -> Result<Option<SyncState>, StoreError> {
        self.write_request(user, at, turn).await
    }

    async fn followed(
        &self,
        users: &[LeafUserId],
    ) -> Result<HashMap<LeafUserId, Followed>, StoreError> {
        self.followed_of(users).await
    }

    async fn account(&self, user: LeafUserId) -> Result<Option<(Account, Followed)>, StoreError> {
        self.account_of(user).await
    }

    async fn copies(&self, user: LeafUserId) -> Result<Copies, StoreError> {
        self.copies_of(user).await
    }

    async fn files_of(
        &self,
        user: LeafUserId,
        ids: &[FileId],
    ) -> Result<Vec<StoredFile>, StoreError> {
        let keys = ids.iter().map(|id| entry_key::<MachineFile>(user, *id)).collect();
        let rows = self.rows.get_many(keys).await?;
        let mut files = rows
            .iter()
            .map(|item| read_file(Reading { operation: "BatchGetItem", item }))
            .collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(|file| ids.iter().position(|id| *id == file.entry.thing.id));
        Ok(files)
    }

    async fn add_file(
        &self,
        consent: &Consent,
        first: FileId,
        file: &StoredFile,
    ) -> Result<(), CatalogueError> {
        self.add_found_file(consent, first, file).await
    }

    async fn write_copy(
        &self,
        consent: Option<&Consent>,
        user: LeafUserId,
        before: &StoredFile,
        copy: &FileCopy,
        now: Timestamp,
    ) -> Result<StoredFile, CatalogueError> {
        self.write_state_of_copy(consent, user, before, copy, now).await
    }

    async fn growers(&self, asked: &Asked) -> Result<Portion<Of<Entry<Grower>>>, StoreError> {
        self.list(asked, &Wanted::all::<Grower>(), read_entry).await
    }

    async fn grower(
        &self,
        user: LeafUserId,
        id: GrowerId,
    ) -> Result<Option<Entry<Grower>>, StoreError> {
        self.entry(user, id).await
    }

    async fn farms(
        &self,
        asked: &Asked,
        grower: Option<GrowerId>,
    ) -> Result<Portion<Of<Entry<Farm>>>, StoreError> {
        let wanted = Wanted { parent: grower.map(|id| id.to_string()), ..Wanted::all::<Farm>() };
        self.list(asked, &wanted, read_entry).await
    }

    async fn farm(&self, user: LeafUserId, id: FarmId) -> Result<Option<Entry<Farm>>, StoreError> {
        self.entry(user, id).await
    }

    async fn fields(
        &self,
        asked: &Asked,
        farm: Option<FarmId>,
    ) -> Result<Portion<Of<Entry<Field>>>, StoreError> {
        let wanted = Wanted { parent: farm.map(|id| id.to_string()), ..Wanted::all::<Field>() };
        self.list(asked, &wanted, read_entry).await
    }

    async fn field(
        &self,
        user: LeafUserId,
        id: FieldId,
    ) -> Result<Option<Entry<Field>>, StoreError> {
        self.entry(user, id).await
    }

    async fn files(
        &self,
        asked: &Asked,
        filter: &FileFilter,
    ) -> Result<Portion<Of<StoredFile>>, StoreError> {
        let wanted = Wanted {
            parent: filter.field.map(|id| id.to_string()),
            status: filter.status,
            operation_type: filter.operation_type,
            created_from: filter.created_from,
            updated_from: filter.updated_from,
            ..Wanted::all::<MachineFile>()
        };
        self.list(asked, &wanted, read_file).await
    }

    async fn file(&self, id: FileId) -> Result<Option<Of<StoredFile>>, StoreError> {
        self.by_id(&id.to_string(), MachineFile::KIND, read_file).await
    }

    async fn field_operations(
        &self,
        asked: &Asked,
        filter: &OperationFilter,
    ) -> Result<Portion<Of<Entry<FieldOperation>>>, StoreError> {
        let wanted = Wanted {
            parent: filter.field.map(|id| id.to_string()),
            operation_type: filter.operation_type,
            updated_from: filter.updated_from,
            ..Wanted::all::<FieldOperation>()
        };
        self.list(asked, &wanted, read_entry).await
    }

    async fn field_operation(
        &self,
        id: FieldOperationId,
    ) -> Result<Option<Of<Entry<FieldOperation>>>, StoreError> {
        self.by_id(&id.to_string(), FieldOperation::KIND, read_entry).await
    }

    async fn leaving(&self, user: LeafUserId) -> Result<Option<Leaving>, StoreError> {
        self.leaving_of(user).await
    }

    async fn write_leaving(&self, before: &Leaving, after: &Leaving) -> Result<(), CatalogueError> {
        self.write_stage(before, after).await
    }

    async fn forget(&self, leaving: &Leaving) -> Result<Forgotten, CatalogueError> {
        self.forget_some(leaving).await
    }
}

fn insert<T: Row>(entries: &mut std::collections::BTreeMap<T::Id, Entry<T>>, entry: Entry<T>) {
    entries.insert(entry.thing.id(), entry);
}
