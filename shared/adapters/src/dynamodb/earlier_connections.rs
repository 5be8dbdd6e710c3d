//! Credentials that a version of the service wrote which had no list of connections: they are put
//! into its index, and counted by status.

use super::events::ReadPage;
use super::item::{Item, Reading, text};
use super::rows::{
    NOTED, SILENT_SINCE, STANDING, connection, credential_key, read_connection, standing,
};
use super::schema::CONNECTIONS;
use super::table::{Cancelled, Condition, Table};
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::ConnectionEntry;

/// How many are read at once.
const PART: u32 = 1_000;

impl Table {
    /// Lists what is not listed of an app key. Where the totals agree there is nothing, which costs
    /// one read. It may be done again at any point.
    pub(super) async fn put_earlier_into_the_list(
        &self,
        app_key: &AppKeyId,
    ) -> Result<usize, StoreError> {
        let by_status: u64 = self.connections_by_status(app_key).await?.values().sum();
        if by_status >= self.connections(app_key).await? {
            return Ok(0);
        }
        let query = self.of_index(CONNECTIONS, &connection(app_key));
        let (mut listed, mut next) = (0, None::<Item>);
        loop {
            let mut read = ReadPage { next, ..ReadPage::default() };
            self.read_on(&query, 0, PART, &mut read).await?;
            for item in &read.rows {
                let row = Reading { operation: "Query", item };
                let entry = read_connection(row, app_key.environment)?;
                listed += usize::from(self.list_one(app_key, &entry).await?);
            }
            next = read.next;
            if next.is_none() {
                return Ok(listed);
            }
        }
    }

    /// Lists one, if it is not listed and still has the status that was read.
    async fn list_one(
        &self,
        app_key: &AppKeyId,
        entry: &ConnectionEntry,
    ) -> Result<bool, StoreError> {
        let earlier = Condition::new("attribute_not_exists(#standing) AND statusSince = :since")
            .name("#standing", STANDING)
            .name("#silent", SILENT_SINCE)
            .name("#noted", NOTED)
            .value(":noted", text("list"))
            .value(":since", text(entry.status_since))
            .value(":standing", text(standing(app_key, entry.status)));
        let set = "SET #standing = :standing, #silent = :since, #noted = :noted";
        let changes = vec![
            self.update(credential_key(entry.leaf_user_id), set, earlier),
            self.one_more_of_status(app_key, entry.leaf_user_id, entry.status),
        ];
        match self.transact(changes).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Condition { .. }) => Ok(false),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}
