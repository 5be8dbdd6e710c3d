//! The last count of each connection.

use std::collections::HashMap;

use async_trait::async_trait;

use super::connections::same_credential;
use super::events::ReadPage;
use super::item::{Item, Reading, Writing, number};
use super::rows::{connection, credential_key, read_connection, summary_key};
use super::schema::CONNECTIONS;
use super::table::{Cancelled, Table};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use application::ports::summaries::{Counted, Summaries, Summarized};
use application::ports::upstream::SyncSummary;
use domain::app_key::AppKeyId;
use domain::credential::Credential;
use domain::ids::LeafUserId;
use domain::organization_code::OrganizationHash;

#[async_trait]
impl Summaries for Table {
    async fn page(
        &self,
        app_keys: &[AppKeyId],
        page: u32,
        size: u32,
    ) -> Result<Portion<Summarized>, StoreError> {
        let before = u64::from(page) * u64::from(size);
        let mut read = ReadPage::default();
        let mut entries = Vec::new();
        for app_key in app_keys {
            let query = self.of_index(CONNECTIONS, &connection(app_key));
            self.read_on(&query, before, size, &mut read).await?;
            for item in read.rows.iter().skip(entries.len()) {
                let entry =
                    read_connection(Reading { operation: "Query", item }, app_key.environment)?;
                entries.push((app_key, entry));
            }
            if entries.len() == size as usize {
                break;
            }
        }
        let total = if entries.len() < size as usize {
            read.seen
        } else {
            self.total(app_keys).await?.max(read.seen)
        };
        let mut counts = self.counts(entries.iter().map(|(_, entry)| entry.leaf_user_id)).await?;
        let summarized = entries.into_iter().map(|(app_key, entry)| {
            let counted =
                counts.remove(&entry.leaf_user_id).filter(|(of, _)| *of == entry.operation.hash);
            Summarized {
                leaf_user_id: entry.leaf_user_id,
                app_key: app_key.clone(),
                status: entry.status,
                counted: counted.map(|(_, counted)| counted),
            }
        });
        Ok(Portion { entries: summarized.collect(), total: Some(total) })
    }

    async fn note(&self, credential: &Credential, counted: &Counted) -> Result<(), StoreError> {
        let id = credential.leaf_user_id;
        let row = Writing::row(summary_key(id))
            .text("leafUserId", id)
            .text("operation", credential.operation.hash.as_str())
            .with("growers", number(counted.summary.growers))
            .with("farms", number(counted.summary.farms))
            .with("fields", number(counted.summary.fields))
            .text("countedAt", counted.at);
        let changes =
            vec![self.check(credential_key(id), same_credential(credential)), self.put(row.done())];
        match self.transact(changes).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    async fn counts(
        &self,
        users: impl Iterator<Item = LeafUserId>,
    ) -> Result<HashMap<LeafUserId, (OrganizationHash, Counted)>, StoreError> {
        let rows = self.get_many(users.map(summary_key).collect()).await?;
        rows.iter().map(read_count).collect()
    }

    async fn total(&self, app_keys: &[AppKeyId]) -> Result<u64, StoreError> {
        let mut total = 0;
        for app_key in app_keys {
            total += self.connections(app_key).await?;
        }
        Ok(total)
    }
}

fn read_count(item: &Item) -> Result<(LeafUserId, (OrganizationHash, Counted)), StoreError> {
    let row = Reading { operation: "BatchGetItem", item };
    let summary = SyncSummary {
        growers: row.number("growers")?,
        farms: row.number("farms")?,
        fields: row.number("fields")?,
    };
    let counted = Counted { summary, at: row.moment("countedAt")? };
    Ok((row.parsed("leafUserId")?, (OrganizationHash::stored(row.text("operation")?), counted)))
}
