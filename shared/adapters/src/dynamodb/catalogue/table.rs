//! The catalogue's table, and the main one beside it.

use super::rows::{Row, entry_key, read_entry};
use crate::dynamodb::item::Reading;
use crate::dynamodb::table::Table;
use application::ports::store_error::StoreError;
use domain::catalogue::entry::Entry;
use domain::ids::LeafUserId;

/// The catalogue's table, beside the main one, where the credentials are.
#[derive(Debug, Clone)]
pub struct CatalogueTable {
    pub(super) rows: Table,
    pub(super) main: Table,
}

impl CatalogueTable {
    /// The tables of these names.
    pub fn new(client: aws_sdk_dynamodb::Client, name: &str, main: &str) -> Self {
        Self { rows: Table::new(client.clone(), name), main: Table::new(client, main) }
    }

    /// One entry of a Leaf user. Strongly consistent.
    pub(super) async fn entry<T: Row>(
        &self,
        user: LeafUserId,
        id: T::Id,
    ) -> Result<Option<Entry<T>>, StoreError> {
        let row = self.rows.get(entry_key::<T>(user, id)).await?;
        row.map(|item| read_entry(Reading { operation: "GetItem", item: &item })).transpose()
    }
}
