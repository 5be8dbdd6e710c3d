//! The deletion of what a Leaf user shared, as a row beside what is deleted.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::rows::{KIND, Row, user_partition};
use super::schema::LEAVING;
use super::table::CatalogueTable;
use super::totals::{Counted, counter};
use crate::dynamodb::item::{Item, Reading, Writing, key, number, text};
use crate::dynamodb::table::{Cancelled, Condition, Table};
use application::ports::catalogue::{CatalogueError, CopyStatus, Forgotten};
use application::ports::store_error::StoreError;
use domain::catalogue::entry::MachineFile;
use domain::catalogue::leaving::{Leaving, RETENTION, Stage};
use domain::ids::LeafUserId;

/// How many rows are forgotten in one transaction: it has 100 parts (API Reference,
/// `TransactWriteItems`), of which two are totals and one is the deletion itself.
const FORGOTTEN: u32 = 97;

const REQUESTED_AT: &str = "requestedAt";
const STATUS: &str = "status";
const SINCE: &str = "since";
const DONE_AT: &str = "doneAt";
const FILES: &str = "deletedFiles";
const BYTES: &str = "deletedBytes";

fn leaving_key(user: LeafUserId) -> Item {
    key(user_partition(user), LEAVING)
}

/// A deletion as a row, which the stream tells of.
pub(in crate::dynamodb) fn leaving_row(leaving: &Leaving) -> Item {
    let Leaving { leaf_user_id, requested_at, stage, files, bytes } = leaving;
    let row = Writing::row(leaving_key(*leaf_user_id))
        .text(KIND, LEAVING)
        .text("leafUserId", leaf_user_id)
        .text(REQUESTED_AT, requested_at)
        .text(STATUS, stage.as_str())
        .with(FILES, number(files))
        .with(BYTES, number(bytes));
    match stage {
        Stage::Requested | Stage::ToBeSeenAgain => row,
        Stage::UnderWay { since } => row.text(SINCE, since),
        Stage::Done { at } => row.text(DONE_AT, at).ttl(at.plus(RETENTION)),
    }
    .done()
}

fn read_leaving(row: Reading<'_>) -> Result<Leaving, StoreError> {
    let stage = match row.text(STATUS)? {
        "requested" => Stage::Requested,
        "underWay" => match row.optional_moment(SINCE)? {
            Some(since) => Stage::UnderWay { since },
            None => Stage::ToBeSeenAgain,
        },
        "done" => Stage::Done { at: row.moment(DONE_AT)? },
        _ => return Err(row.corrupt(STATUS)),
    };
    Ok(Leaving {
        leaf_user_id: row.parsed("leafUserId")?,
        requested_at: row.moment(REQUESTED_AT)?,
        stage,
        files: row.number(FILES)?,
        bytes: row.number(BYTES)?,
    })
}

/// The condition that the deletion stands like this.
fn stands(leaving: &Leaving) -> Condition {
    let same = "#requested = :requested AND #status = :status AND #files = :files AND ";
    let since = match leaving.stage {
        Stage::UnderWay { since } => Some(since),
        Stage::Requested | Stage::ToBeSeenAgain | Stage::Done { .. } => None,
    };
    let by_whom = if since.is_some() { "#since = :since" } else { "attribute_not_exists(#since)" };
    let condition = Condition::new(&format!("{same}{by_whom}"))
        .name("#requested", REQUESTED_AT)
        .name("#status", STATUS)
        .name("#files", FILES)
        .name("#since", SINCE)
        .value(":requested", text(leaving.requested_at))
        .value(":status", text(leaving.stage.as_str()))
        .value(":files", number(leaving.files));
    match since {
        Some(since) => condition.value(":since", text(since)),
        None => condition,
    }
}

impl CatalogueTable {
    pub(super) async fn leaving_of(&self, user: LeafUserId) -> Result<Option<Leaving>, StoreError> {
        let row = self.rows.get(leaving_key(user)).await?;
        row.map(|item| read_leaving(Reading { operation: "GetItem", item: &item })).transpose()
    }

    pub(super) async fn write_stage(
        &self,
        before: &Leaving,
        after: &Leaving,
    ) -> Result<(), CatalogueError> {
        self.rows.put_if(leaving_row(after), stands(before)).await.map_err(refused)
    }

    /// Deletes some of a Leaf user's entries, and when none is left, what else there is of it, but
    /// for the deletion. It may be done again at any point.
    pub(super) async fn forget_some(&self, leaving: &Leaving) -> Result<Forgotten, CatalogueError> {
        let user = leaving.leaf_user_id;
        let query = self
            .rows
            .client
            .query()
            .table_name(&self.rows.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(user_partition(user)));
        let page = self.rows.read_page(&query, 0, FORGOTTEN).await?;
        let mut counted = Counted::default();
        let (mut files, mut bytes) = (0, 0);
        let (mut entries, mut others) = (Vec::new(), Vec::new());
        for item in &page.rows {
            let row = Reading { operation: "Query", item };
            match row.optional_text(KIND) {
                Some(LEAVING) => {}
                None => others.push(self.rows.delete(Table::key_of(item))),
                Some(kind) => {
                    counted.add(counter(kind, None), -1);
                    if kind == MachineFile::KIND {
                        files += 1;
                        bytes += row.number("size").unwrap_or(0);
                        let status = row.optional_text(STATUS).and_then(CopyStatus::named);
                        let status = status.ok_or_else(|| row.corrupt(STATUS))?;
                        counted.add(counter(kind, Some(status)), -1);
                    }
                    entries.push(self.forgotten(row)?);
                }
            }
        }
        if entries.is_empty() {
            if !others.is_empty() {
                others.push(self.rows.check(leaving_key(user), stands(leaving)));
                self.rows.transact(others).await.map_err(refused)?;
            }
            return Ok(Forgotten { leaving: leaving.clone(), are_left: false });
        }
        let after = leaving.without(files, bytes);
        entries.push(self.rows.put_where(leaving_row(&after), stands(leaving)));
        entries.extend(self.count(user, &counted, None));
        self.rows.transact(entries).await.map_err(refused)?;
        Ok(Forgotten { leaving: after, are_left: true })
    }

    /// The deletion of an entry as it was read.
    fn forgotten(&self, row: Reading<'_>) -> Result<TransactWriteItem, StoreError> {
        let unchanged = Condition::new("#revision = :read")
            .name("#revision", "revision")
            .value(":read", number(row.number::<u32>("revision")?));
        Ok(self.rows.delete_where(Table::key_of(row.item), unchanged))
    }
}

fn refused(cancelled: Cancelled) -> CatalogueError {
    match cancelled {
        Cancelled::Condition { .. } => CatalogueError::Conflict,
        Cancelled::Store(error) => CatalogueError::Store(error),
    }
}
