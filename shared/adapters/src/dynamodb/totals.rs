//! How many there are of what is too much to be counted at each read: written in the transactions
//! that make and delete it.
//!
//! A total is spread over sixteen rows, by the Leaf user that is counted or whose it is: two
//! transactions on one row are not ordered by DynamoDB, one of them is cancelled. All rows of a
//! total are one partition, so it is read in one call.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::item::{Reading, key, number};
use super::rows::connection;
use super::table::{Condition, Table};
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::Credential;
use domain::ids::LeafUserId;

/// The partition of the Leaf users' total.
const USERS: &str = "TOTAL#USERS";

const COUNT: &str = "count";

/// The partition of the total of an app key's connections.
fn connections_of(app_key: &AppKeyId) -> String {
    format!("TOTAL#CONNECTIONS#{}", connection(app_key))
}

impl Table {
    /// One Leaf user more, to be done together with its creation.
    pub(super) fn one_more_user(&self, id: LeafUserId) -> TransactWriteItem {
        self.add(USERS.to_owned(), id, 1)
    }

    /// One less, to be done together with its deletion.
    pub(super) fn one_user_less(&self, id: LeafUserId) -> TransactWriteItem {
        self.add(USERS.to_owned(), id, -1)
    }

    /// How many Leaf users there are.
    pub(super) async fn users(&self) -> Result<u64, StoreError> {
        self.sum(USERS.to_owned()).await
    }

    /// One connection more, to be done together with the credential that is new.
    pub(super) fn one_more_connection(&self, credential: &Credential) -> TransactWriteItem {
        self.add(connections_of(&credential.app_key), credential.leaf_user_id, 1)
    }

    /// One less, to be done together with the end of the credential.
    pub(super) fn one_connection_less(&self, credential: &Credential) -> TransactWriteItem {
        self.add(connections_of(&credential.app_key), credential.leaf_user_id, -1)
    }

    /// How many connections an app key has.
    pub(super) async fn connections(&self, app_key: &AppKeyId) -> Result<u64, StoreError> {
        self.sum(connections_of(app_key)).await
    }

    fn add(&self, partition: String, id: LeafUserId, by: i32) -> TransactWriteItem {
        let share = key(partition, format!("{:x}", id.0.as_bytes()[15] & 0xf));
        let named = Condition::new("").name("#count", COUNT).value(":by", number(by));
        self.update(share, "ADD #count :by", named)
    }

    async fn sum(&self, partition: String) -> Result<u64, StoreError> {
        let shares = self.partition(partition, "").await?;
        let counts =
            shares.iter().map(|item| Reading { operation: "Query", item }.number::<i64>(COUNT));
        Ok(u64::try_from(counts.sum::<Result<i64, _>>()?).unwrap_or_default())
    }
}
