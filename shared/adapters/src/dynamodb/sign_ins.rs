//! Sign-ins that failed, in the table. A row is deleted by DynamoDB some time after it counts no
//! more.

use async_trait::async_trait;

use super::item::{Item, Reading, key, number, text};
use super::schema::TTL;
use super::table::{Cancelled, Condition, Table};
use application::ports::sign_ins::SignIns;
use application::ports::store_error::StoreError;
use domain::sign_in::{Failures, REMEMBERED_FOR, SignInKey};
use domain::timestamp::Timestamp;

fn row_key(key_of: &SignInKey) -> Item {
    key(format!("SIGNIN#{}", key_of.as_str()), "FAILURES")
}

#[async_trait]
impl SignIns for Table {
    async fn failures(&self, key: &SignInKey) -> Result<Option<Failures>, StoreError> {
        let Some(item) = self.get(row_key(key)).await? else { return Ok(None) };
        let row = Reading { operation: "GetItem", item: &item };
        Ok(Some(Failures { count: row.number("failures")?, last: row.moment("failedAt")? }))
    }

    async fn count_failure(&self, key: &SignInKey, now: Timestamp) -> Result<(), StoreError> {
        self.set(key, now, "SET failedAt = :at, #ttl = :ttl ADD failures :one").await
    }

    async fn first_failure(&self, key: &SignInKey, now: Timestamp) -> Result<(), StoreError> {
        self.set(key, now, "SET failedAt = :at, #ttl = :ttl, failures = :one").await
    }

    async fn forgive(&self, key: &SignInKey) -> Result<(), StoreError> {
        let none = Condition::exists().value(":none", number(0));
        match self.update_one(row_key(key), "SET failures = :none", none).await {
            // Its time was over, and it is gone.
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    async fn set(
        &self,
        key: &SignInKey,
        now: Timestamp,
        expression: &str,
    ) -> Result<(), StoreError> {
        let values = Condition::default()
            .name("#ttl", TTL)
            .value(":at", text(now))
            .value(":ttl", number(now.plus(REMEMBERED_FOR).epoch_seconds()))
            .value(":one", number(1));
        self.update_one(row_key(key), expression, values).await.map_err(StoreError::from)
    }
}
