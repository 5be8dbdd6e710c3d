//! App keys in the table: one row, and a copy under each of the two other things that they are
//! found by. All three are written in one transaction, so they cannot differ.

use async_trait::async_trait;

use super::item::{Item, Reading, number, text};
use super::rows::{
    app_key_key, app_key_row, client_key, client_partition, read_app_key, sharing_url_key,
};
use super::table::{Cancelled, Condition, Table};
use application::ports::app_keys::{AppKeys, SaveAppKeyError};
use application::ports::store_error::StoreError;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::ids::SharingUrlId;
use domain::organization_code::ClientHash;

/// Where in a transaction the sharing URL's claim is: the one whose failure has a meaning of its
/// own.
const CLAIM: usize = 0;

#[async_trait]
impl AppKeys for Table {
    async fn find(&self, id: &AppKeyId) -> Result<Option<AppKey>, StoreError> {
        self.app_key_at(app_key_key(id)).await
    }

    async fn find_by_sharing_url(&self, id: SharingUrlId) -> Result<Option<AppKey>, StoreError> {
        self.app_key_at(sharing_url_key(id)).await
    }

    async fn find_by_client(
        &self,
        environment: ClientEnvironment,
        client: &ClientHash,
    ) -> Result<Vec<AppKey>, StoreError> {
        self.app_keys_in(format!("CLIENT#{environment}#{}", client.as_str())).await
    }

    async fn list(&self) -> Result<Vec<AppKey>, StoreError> {
        self.app_keys_in("APPKEYS".to_owned()).await
    }

    async fn create(&self, app_key: &AppKey) -> Result<(), SaveAppKeyError> {
        let changes = vec![
            self.put_where(
                app_key_row(sharing_url_key(app_key.sharing_url_id), app_key),
                Condition::absent(),
            ),
            self.put_where(app_key_row(app_key_key(&app_key.id), app_key), Condition::absent()),
            self.put(app_key_row(client_key(app_key), app_key)),
        ];
        self.transact(changes).await.map_err(conflict)
    }

    async fn replace(&self, before: &AppKey, after: &AppKey) -> Result<(), SaveAppKeyError> {
        let claim = app_key_row(sharing_url_key(after.sharing_url_id), after);
        let mut changes = if before.sharing_url_id == after.sharing_url_id {
            vec![self.put_where(claim, unchanged(before))]
        } else {
            vec![
                self.put_where(claim, Condition::absent()),
                self.delete(sharing_url_key(before.sharing_url_id)),
            ]
        };
        changes.push(self.put_where(app_key_row(app_key_key(&after.id), after), unchanged(before)));
        changes.push(self.put(app_key_row(client_key(after), after)));
        if client_partition(before) != client_partition(after) {
            changes.push(self.delete(client_key(before)));
        }
        self.transact(changes).await.map_err(conflict)
    }

    async fn delete(&self, app_key: &AppKey) -> Result<(), StoreError> {
        let changes = vec![
            self.delete_where(app_key_key(&app_key.id), unchanged(app_key)),
            Table::delete(self, sharing_url_key(app_key.sharing_url_id)),
            Table::delete(self, client_key(app_key)),
        ];
        match self.transact(changes).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    async fn app_key_at(&self, key: Item) -> Result<Option<AppKey>, StoreError> {
        let row = self.get(key).await?;
        row.map(|item| read_app_key(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn app_keys_in(&self, partition: String) -> Result<Vec<AppKey>, StoreError> {
        let rows = self.partition(partition, "").await?;
        rows.iter().map(|item| read_app_key(Reading { operation: "Query", item })).collect()
    }
}

/// The row is still the one that was read.
pub(super) fn unchanged(app_key: &AppKey) -> Condition {
    Condition::new("#version = :version AND appName = :name")
        .name("#version", "version")
        .value(":version", number(app_key.version))
        .value(":name", text(&app_key.id.name))
}

fn conflict(cancelled: Cancelled) -> SaveAppKeyError {
    match cancelled {
        Cancelled::Condition { place: CLAIM, .. } => SaveAppKeyError::SharingUrlInUse,
        Cancelled::Condition { .. } => SaveAppKeyError::Conflict,
        Cancelled::Store(error) => SaveAppKeyError::Store(error),
    }
}
