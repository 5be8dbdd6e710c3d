//! The catalogue's table. It is one of its own: what a first sync writes in a minute does not stand
//! in the way of what the main table's stream tells of connections.
//!
//! | `pk` | `sk` | what it is |
//! |---|---|---|
//! | `USER#{leafUserId}` | `GROWER#{id}`, `FARM#{id}`, `FIELD#{id}`, `OPERATION#{id}`, `FILE#{id}` | an entry |
//! | `USER#{leafUserId}` | `SYNC` | what was listed last, and when |
//! | `USER#{leafUserId}` | `COUNTS` | how many entries of each kind the Leaf user has, and how its copies stand |
//! | `TOTAL` | `0` to `f` | a sixteenth of the same of all Leaf users |
//!
//! Nothing of it is, or can be turned into, an organization code.

pub mod data_message;
mod lists;
mod rows;
pub mod schema;
mod table;
mod totals;
mod write;

use async_trait::async_trait;

use super::item::{Item, Reading, Writing, key, number, text};
use super::table::Condition;
use application::ports::catalogue::{
    Asked, Catalogue, CatalogueError, Consent, Copies, FileFilter, Of, OperationFilter, SyncState,
};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::catalogue::difference::{Difference, Stored};
use domain::catalogue::entry::{
    Entry, Farm, Field, FieldOperation, Grower, MachineFile, StoredFile,
};
use domain::catalogue::file_copy::FileCopy;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::shared_data::ContentDigest;
use domain::timestamp::Timestamp;
use lists::Wanted;
use rows::{Row, entry_key, read_entry, read_file, user_partition};

pub use table::CatalogueTable;

/// Where a Leaf user's sync is noted.
const SYNC: &str = "SYNC";

#[async_trait]
impl Catalogue for CatalogueTable {
    async fn sync_state(&self, user: LeafUserId) -> Result<Option<SyncState>, StoreError> {
        let row = self.rows.get(sync_key(user)).await?;
        // One that was only asked for has not happened.
        let row = row.filter(|item| item.contains_key("syncedAt"));
        row.map(|item| read_sync(Reading { operation: "GetItem", item: &item })).transpose()
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

    async fn request_sync(&self, user: LeafUserId, at: Timestamp) -> Result<(), StoreError> {
        let wanted = Condition::new("")
            .name("#user", "leafUserId")
            .name("#at", "requestedAt")
            .value(":user", text(user))
            .value(":at", text(at));
        let set = "SET #user = :user, #at = :at";
        self.rows.update_one(sync_key(user), set, wanted).await.map_err(StoreError::from)
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

    async fn forget(&self, user: LeafUserId) -> Result<bool, StoreError> {
        self.forget_some(user).await
    }
}

fn insert<T: Row>(entries: &mut std::collections::BTreeMap<T::Id, Entry<T>>, entry: Entry<T>) {
    entries.insert(entry.thing.id(), entry);
}

fn sync_key(user: LeafUserId) -> Item {
    key(user_partition(user), SYNC)
}

fn sync_row(user: LeafUserId, state: &SyncState) -> Item {
    Writing::row(sync_key(user))
        .text("leafUserId", user)
        .text("credentialId", state.credential_id)
        .text("digest", state.digest)
        .text("syncedAt", state.synced_at)
        .with("growers", number(state.growers))
        .with("farms", number(state.farms))
        .with("fields", number(state.fields))
        .done()
}

fn read_sync(row: Reading<'_>) -> Result<SyncState, StoreError> {
    Ok(SyncState {
        credential_id: row.parsed("credentialId")?,
        digest: row.parsed::<ContentDigest>("digest")?,
        synced_at: row.moment("syncedAt")?,
        growers: row.number("growers")?,
        farms: row.number("farms")?,
        fields: row.number("fields")?,
    })
}
