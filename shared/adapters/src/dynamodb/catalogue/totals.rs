//! How many entries there are: kept in the transactions that write them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::rows::{Row, user_partition};
use super::table::CatalogueTable;
use crate::dynamodb::item::{Item, Reading, key, number};
use crate::dynamodb::table::Condition;
use application::ports::catalogue::{Copies, CopyStatus};
use application::ports::store_error::StoreError;
use domain::catalogue::entry::MachineFile;
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

const TOTAL: &str = "TOTAL";
/// The sort key of a Leaf user's totals.
pub(super) const COUNTS: &str = "COUNTS";
const LAST_DATA_AT: &str = "lastDataAt";

/// By how much totals change.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted(BTreeMap<String, i64>);

/// What is counted of a kind: all of it, or the files whose copies stand like this.
pub(super) fn counter(kind: &str, status: Option<CopyStatus>) -> String {
    match status {
        None => format!("{kind}s"),
        Some(status) => format!("{kind}s-{}", status.as_str()),
    }
}

impl Counted {
    /// One more, or one less.
    pub(super) fn add(&mut self, counter: String, by: i64) {
        *self.0.entry(counter).or_default() += by;
    }
}

impl CatalogueTable {
    /// The changes of the totals: of the Leaf user's, and of all. None where nothing changes.
    pub(super) fn count(
        &self,
        user: LeafUserId,
        counted: &Counted,
        last_data_at: Option<Timestamp>,
    ) -> Vec<TransactWriteItem> {
        let changes: Vec<_> = counted.0.iter().filter(|(_, by)| **by != 0).collect();
        let add = |key: Item, at: Option<Timestamp>| {
            let mut named = Condition::new("");
            let mut sums = Vec::new();
            for (place, (counter, by)) in changes.iter().enumerate() {
                named = named
                    .name(&format!("#{place}"), counter)
                    .value(&format!(":{place}"), number(by));
                sums.push(format!("#{place} :{place}"));
            }
            let mut expression = String::new();
            if let Some(at) = at {
                named = named.name("#at", LAST_DATA_AT).value(":at", super::super::item::text(at));
                expression.push_str("SET #at = :at ");
            }
            if !sums.is_empty() {
                expression.push_str("ADD ");
                expression.push_str(&sums.join(", "));
            }
            (!expression.is_empty()).then(|| self.rows.update(key, expression.trim(), named))
        };
        let share = format!("{:x}", user.0.as_bytes()[15] & 0xf);
        [add(counts_key(user), last_data_at), add(key(TOTAL, share), None)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// A total of one Leaf user, or of all.
    pub(super) async fn total(
        &self,
        user: Option<LeafUserId>,
        counter: &str,
    ) -> Result<u64, StoreError> {
        let rows = match user {
            Some(user) => self.rows.get(counts_key(user)).await?.into_iter().collect(),
            None => self.rows.partition(TOTAL.to_owned(), "").await?,
        };
        let sum: i64 = rows.iter().map(|row| count_of(row, counter)).sum();
        Ok(u64::try_from(sum).unwrap_or_default())
    }

    pub(super) async fn copies_of(&self, user: LeafUserId) -> Result<Copies, StoreError> {
        let row = self.rows.get(counts_key(user)).await?;
        row.map_or(Ok(Copies::default()), |item| {
            read_copies(Reading { operation: "GetItem", item: &item })
        })
    }
}

pub(super) fn counts_key(user: LeafUserId) -> Item {
    key(user_partition(user), COUNTS)
}

pub(super) fn read_copies(row: Reading<'_>) -> Result<Copies, StoreError> {
    let count = |status| {
        let count = count_of(row.item, &counter(MachineFile::KIND, Some(status)));
        u64::try_from(count).unwrap_or_default()
    };
    Ok(Copies {
        processing: count(CopyStatus::Processing),
        processed: count(CopyStatus::Processed),
        failed: count(CopyStatus::Failed),
        last_data_at: row.optional_moment(LAST_DATA_AT)?,
    })
}

fn count_of(row: &Item, counter: &str) -> i64 {
    Reading { operation: "Query", item: row }.number(counter).unwrap_or_default()
}
