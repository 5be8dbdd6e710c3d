//! Writes of the catalogue.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::rows::{Row, entry_key, entry_row, file_row};
use super::table::CatalogueTable;
use super::totals::{Counted, counter};
use crate::dynamodb::item::{Item, number, text};
use crate::dynamodb::rows::credential_key;
use crate::dynamodb::table::{Cancelled, Condition};
use application::ports::catalogue::{CatalogueError, Consent, CopyStatus};
use domain::catalogue::difference::Difference;
use domain::catalogue::entry::{Entry, Field, FieldOperation, MachineFile, StoredFile};
use domain::catalogue::file_copy::FileCopy;
use domain::catalogue::turn::Turn;
use domain::credential::CredentialStatus;
use domain::ids::{FileId, LeafUserId};
use domain::timestamp::Timestamp;

/// Entries of one transaction: it has 100 parts (API Reference, `TransactWriteItems`), of which one
/// is the consent and two are totals.
const ENTRIES: usize = 97;

/// Bytes of one transaction, which has 4 MB, with room for what is not counted here.
const BYTES: usize = 3_000_000;

/// What is not counted one by one of an entry: names and texts have at most 255 characters.
const OTHER_BYTES: usize = 8_000;

/// A row to be written, and what it changes in the totals.
struct Part {
    row: TransactWriteItem,
    bytes: usize,
    counted: Vec<(String, i64)>,
}

impl CatalogueTable {
    pub(super) async fn write_difference(
        &self,
        consent: &Consent,
        difference: &Difference,
    ) -> Result<(), CatalogueError> {
        let Difference { growers, farms, fields, field_operations, files } = difference;
        let user = consent.leaf_user_id;
        let later = difference.later();
        // What is named comes before what names it, and a file last: its work begins with its row.
        let parts = growers
            .iter()
            .map(|entry| self.part(user, entry))
            .chain(farms.iter().map(|entry| self.part(user, entry)))
            .chain(fields.iter().map(|entry| self.part(user, entry)))
            .chain(field_operations.iter().map(|entry| self.part(user, entry)))
            .chain(files.iter().map(|(file, before)| {
                let is_later = later.contains(&file.entry.thing.id);
                let turn = if is_later { Turn::Later } else { Turn::Next };
                self.file_part(user, file, before.map(CopyStatus::of), turn)
            }));
        let (mut rows, mut bytes, mut counted) = (Vec::new(), 0, Counted::default());
        for part in parts {
            if rows.len() == ENTRIES || !rows.is_empty() && bytes + part.bytes > BYTES {
                let rows = std::mem::take(&mut rows);
                self.write_some(consent, rows, &std::mem::take(&mut counted)).await?;
                bytes = 0;
            }
            bytes += part.bytes;
            part.counted.into_iter().for_each(|(counter, by)| counted.add(counter, by));
            rows.push(part.row);
        }
        if !rows.is_empty() {
            self.write_some(consent, rows, &counted).await?;
        }
        Ok(())
    }

    async fn write_some(
        &self,
        consent: &Consent,
        mut rows: Vec<TransactWriteItem>,
        counted: &Counted,
    ) -> Result<(), CatalogueError> {
        rows.extend(self.count(consent.leaf_user_id, counted, None));
        self.transact(Some(consent), rows).await
    }

    /// Writes rows, if the farmer still shares.
    pub(super) async fn transact(
        &self,
        consent: Option<&Consent>,
        mut rows: Vec<TransactWriteItem>,
    ) -> Result<(), CatalogueError> {
        // At the end, so that what did not hold is told by its place.
        let place_of_consent = rows.len();
        if let Some(consent) = consent {
            let given = Condition::new("#id = :id AND #status = :active")
                .name("#id", "id")
                .name("#status", "status")
                .value(":id", text(consent.credential_id))
                .value(":active", text(CredentialStatus::Active.as_str()));
            rows.push(self.main.check(credential_key(consent.leaf_user_id), given));
        }
        self.rows.transact(rows).await.map_err(|cancelled| match cancelled {
            Cancelled::Condition { place, .. } if place == place_of_consent => {
                CatalogueError::NoConsent
            }
            Cancelled::Condition { .. } => CatalogueError::Conflict,
            Cancelled::Store(error) => CatalogueError::Store(error),
        })
    }

    fn part<T: Row>(&self, user: LeafUserId, entry: &Entry<T>) -> Part {
        let row = entry_row(user, entry);
        let counted = if entry.is_new() { vec![(counter(T::KIND, None), 1)] } else { Vec::new() };
        Part { bytes: size(&row), row: self.rows.put_where(row, as_before(entry)), counted }
    }

    fn file_part(
        &self,
        user: LeafUserId,
        file: &StoredFile,
        before: Option<CopyStatus>,
        turn: Turn,
    ) -> Part {
        let row = file_row(user, file, turn);
        let mut counted = Vec::new();
        if file.entry.is_new() {
            counted.push((counter(MachineFile::KIND, None), 1));
        }
        let after = CopyStatus::of(file.copy.status);
        if before != Some(after) {
            let changes = before.map(|before| (before, -1)).into_iter().chain([(after, 1)]);
            counted
                .extend(changes.map(|(status, by)| (counter(MachineFile::KIND, Some(status)), by)));
        }
        Part { bytes: size(&row), row: self.rows.put_where(row, as_before(&file.entry)), counted }
    }

    pub(super) async fn write_state_of_copy(
        &self,
        consent: Option<&Consent>,
        user: LeafUserId,
        before: &StoredFile,
        copy: &FileCopy,
        now: Timestamp,
    ) -> Result<StoredFile, CatalogueError> {
        let stands = copy.status != before.copy.status
            || copy.stored != before.copy.stored
            || copy.conversion != before.copy.conversion;
        let entry = Entry {
            revision: before.entry.revision + 1,
            // A lease is nobody's matter but ours.
            updated_at: if stands { now } else { before.entry.updated_at },
            ..before.entry.clone()
        };
        let file = StoredFile { entry, copy: copy.clone() };
        let status_before = Some(CopyStatus::of(before.copy.status));
        let part = self.file_part(user, &file, status_before, Turn::Next);
        let mut counted = Counted::default();
        part.counted.into_iter().for_each(|(counter, by)| counted.add(counter, by));
        let mut rows = vec![part.row];
        let stored_now = (copy.stored != before.copy.stored).then_some(now);
        rows.extend(self.count(user, &counted, stored_now));
        self.transact(consent, rows).await?;
        Ok(file)
    }

    pub(super) async fn add_found_file(
        &self,
        consent: &Consent,
        first: FileId,
        file: &StoredFile,
    ) -> Result<(), CatalogueError> {
        let user = consent.leaf_user_id;
        let MachineFile { id, field, field_operation, .. } = file.entry.thing;
        let at = file.entry.updated_at;
        if self.rows.get(entry_key::<MachineFile>(user, id)).await?.is_some() {
            return Ok(());
        }
        let part = self.file_part(user, file, None, Turn::Next);
        let mut counted = Counted::default();
        part.counted.into_iter().for_each(|(counter, by)| counted.add(counter, by));
        let listed = Condition::new("attribute_exists(pk) AND attribute_not_exists(removedTime)");
        let listed = self.rows.check(entry_key::<MachineFile>(user, first), listed);
        let mut rows = vec![part.row, listed];
        if let Some(mut field) = self.entry::<Field>(user, field).await? {
            field.thing.files.insert(id);
            rows.push(self.part(user, &revised(field, at)).row);
        }
        if let Some(mut operation) = self.entry::<FieldOperation>(user, field_operation).await? {
            operation.thing.files.insert(id);
            rows.push(self.part(user, &revised(operation, at)).row);
        }
        rows.extend(self.count(user, &counted, None));
        self.transact(Some(consent), rows).await
    }
}

fn revised<T>(entry: Entry<T>, at: Timestamp) -> Entry<T> {
    Entry { updated_at: at, revision: entry.revision + 1, ..entry }
}

/// The condition that nobody else has written the row since it was read.
fn as_before<T>(entry: &Entry<T>) -> Condition {
    if entry.is_new() {
        return Condition::absent();
    }
    Condition::new("#revision = :before")
        .name("#revision", "revision")
        .value(":before", number(entry.revision - 1))
}

/// How much of a transaction a row takes, at most.
fn size(row: &Item) -> usize {
    let lists = row.values().filter_map(|value| value.as_b().ok());
    OTHER_BYTES + lists.map(|list| list.as_ref().len()).sum::<usize>()
}
