//! How many there are of what is too much to be counted at each read: written in the transactions
//! that make and delete it.
//!
//! A total is spread over sixteen rows, by the Leaf user that is counted or whose it is: two
//! transactions on one row are not ordered by DynamoDB, one of them is cancelled. All rows of a
//! total are one partition, so it is read in one call.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::item::{Reading, key, number};
use super::rows::connection;
use super::table::{Condition, Table};
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::{Credential, CredentialStatus};
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
        self.add(USERS.to_owned(), id, &[(COUNT, 1)])
    }

    /// One less, to be done together with its deletion.
    pub(super) fn one_user_less(&self, id: LeafUserId) -> TransactWriteItem {
        self.add(USERS.to_owned(), id, &[(COUNT, -1)])
    }

    /// How many Leaf users there are.
    pub(super) async fn users(&self) -> Result<u64, StoreError> {
        self.sum(USERS.to_owned()).await
    }

    /// One connection more, to be done together with the credential that is new.
    pub(super) fn one_more_connection(&self, credential: &Credential) -> TransactWriteItem {
        self.add_connection(credential, 1)
    }

    /// One less, to be done together with the end of the credential.
    pub(super) fn one_connection_less(&self, credential: &Credential) -> TransactWriteItem {
        self.add_connection(credential, -1)
    }

    /// A connection that has another status, to be done together with that change.
    pub(super) fn other_status(
        &self,
        app_key: &AppKeyId,
        id: LeafUserId,
        before: CredentialStatus,
        after: CredentialStatus,
    ) -> Option<TransactWriteItem> {
        let moved = [(before.as_str(), -1), (after.as_str(), 1)];
        (before != after).then(|| self.add(connections_of(app_key), id, &moved))
    }

    /// A connection that was not counted by its status yet.
    pub(super) fn one_more_of_status(
        &self,
        app_key: &AppKeyId,
        id: LeafUserId,
        status: CredentialStatus,
    ) -> TransactWriteItem {
        self.add(connections_of(app_key), id, &[(status.as_str(), 1)])
    }

    /// How many connections of an app key have each status.
    pub(super) async fn connections_by_status(
        &self,
        app_key: &AppKeyId,
    ) -> Result<BTreeMap<CredentialStatus, u64>, StoreError> {
        let shares = self.partition(connections_of(app_key), "").await?;
        let of = |status: CredentialStatus| {
            let counts = shares.iter().map(|item| {
                let row = Reading { operation: "Query", item };
                // A share has only what it was given.
                row.number::<i64>(status.as_str()).unwrap_or_default()
            });
            (status, u64::try_from(counts.sum::<i64>()).unwrap_or_default())
        };
        Ok(CredentialStatus::ALL.into_iter().map(of).collect())
    }

    /// How many connections an app key has.
    pub(super) async fn connections(&self, app_key: &AppKeyId) -> Result<u64, StoreError> {
        self.sum(connections_of(app_key)).await
    }

    fn add_connection(&self, credential: &Credential, by: i32) -> TransactWriteItem {
        let Credential { app_key, leaf_user_id, status, .. } = credential;
        self.add(connections_of(app_key), *leaf_user_id, &[(COUNT, by), (status.as_str(), by)])
    }

    fn add(&self, partition: String, id: LeafUserId, counts: &[(&str, i32)]) -> TransactWriteItem {
        let share = key(partition, format!("{:x}", id.0.as_bytes()[15] & 0xf));
        let mut named = Condition::new("");
        let mut sums = Vec::new();
        for (place, (count, by)) in counts.iter().enumerate() {
            named = named.name(&format!("#{place}"), count).value(&format!(":{place}"), number(by));
            sums.push(format!("#{place} :{place}"));
        }
        self.update(share, &format!("ADD {}", sums.join(", ")), named)
    }

    async fn sum(&self, partition: String) -> Result<u64, StoreError> {
        let shares = self.partition(partition, "").await?;
        let counts =
            shares.iter().map(|item| Reading { operation: "Query", item }.number::<i64>(COUNT));
        Ok(u64::try_from(counts.sum::<Result<i64, _>>()?).unwrap_or_default())
    }
}
