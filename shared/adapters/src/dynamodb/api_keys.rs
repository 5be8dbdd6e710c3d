//! API keys in the table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, Reading, Writing, key, text};
use super::rows::profile_key;
use super::schema::PK;
use super::table::{Cancelled, Condition, Table};
use application::ports::api_keys::{ApiKeys, CreateKeyError};
use application::ports::store_error::StoreError;
use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, LeafUserId};
use domain::leaf_user::ProfileText;
use domain::magic_link::{RETENTION, SecretHash};
use domain::timestamp::Timestamp;

const KEY_PREFIX: &str = "APIKEY#";

#[async_trait]
impl ApiKeys for Table {
    async fn create(&self, new: &ApiKey) -> Result<(), CreateKeyError> {
        const USER: usize = 0;
        let written = self.transact(vec![
            self.check(profile_key(new.leaf_user_id), Condition::exists()),
            self.put_where(key_row(new), Condition::absent()),
            self.put(users_key_row(new)),
        ]);
        match written.await {
            Ok(()) => Ok(()),
            Err(Cancelled::Condition { place: USER, .. }) => Err(CreateKeyError::NoSuchUser),
            Err(cancelled) => Err(StoreError::from(cancelled).into()),
        }
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let row = self.get(api_key_key(id)).await?;
        row.map(|item| read_key(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn of_user(&self, user: LeafUserId) -> Result<Vec<ApiKey>, StoreError> {
        let rows = self.partition(users_keys(user), "").await?;
        let id_of = |item: &Item| Reading { operation: "Query", item }.parsed("apiKey");
        let ids = rows.iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.get_many(ids.into_iter().map(api_key_key).collect()).await?;
        let read = |item: &Item| read_key(Reading { operation: "BatchGetItem", item });
        let mut keys = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| std::cmp::Reverse((key.created_at, key.id)));
        Ok(keys)
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let there = Condition::exists().value(":at", text(at));
        let once = "SET revokedAt = if_not_exists(revokedAt, :at)";
        match self.update_one(api_key_key(id), once, there).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Condition { .. }) => Ok(false),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    /// Deletes the keys of a Leaf user that is no more.
    pub(super) async fn delete_api_keys(&self, user: LeafUserId) -> Result<(), StoreError> {
        let named = |row: Reading<'_>| Ok(api_key_key(row.parsed("apiKey")?));
        self.delete_named(users_keys(user), named).await
    }
}

fn api_key_key(id: ApiKeyId) -> Item {
    key(format!("{KEY_PREFIX}{id}"), "KEY")
}

fn users_keys(user: LeafUserId) -> String {
    format!("APIKEYS#{user}")
}

fn users_key_row(new: &ApiKey) -> Item {
    let place = format!("{}#{}", new.created_at, new.id);
    Writing::row(key(users_keys(new.leaf_user_id), place))
        .text("apiKey", new.id)
        .ttl(new.expires_at.plus(RETENTION))
        .done()
}

fn key_row(new: &ApiKey) -> Item {
    Writing::row(api_key_key(new.id))
        .text("secret", new.secret.as_str())
        .text("leafUserId", new.leaf_user_id)
        .with("origins", AttributeValue::L(new.origins.iter().map(text).collect()))
        .optional("description", new.description.as_ref().map(ProfileText::as_str))
        .optional("appName", new.app_name.as_ref())
        .optional("clientEnvironment", new.environment)
        .text("createdAt", new.created_at)
        .text("expiresAt", new.expires_at)
        .optional("revokedAt", new.revoked_at)
        .ttl(new.expires_at.plus(RETENTION))
        .done()
}

fn read_key(row: Reading<'_>) -> Result<ApiKey, StoreError> {
    let id = row.text(PK)?.strip_prefix(KEY_PREFIX).and_then(|id| id.parse().ok());
    let origins = row.item.get("origins").and_then(|value| value.as_l().ok());
    let origins = origins.into_iter().flatten().map(|value| value.as_s().ok()?.parse().ok());
    let origins: Option<Vec<_>> = origins.collect();
    Ok(ApiKey {
        id: id.ok_or_else(|| row.corrupt(PK))?,
        secret: SecretHash::stored(row.text("secret")?),
        leaf_user_id: row.parsed("leafUserId")?,
        origins: origins.ok_or_else(|| row.corrupt("origins"))?,
        description: row.optional_parsed("description")?,
        app_name: row.optional_parsed("appName")?,
        environment: row.optional_parsed("clientEnvironment")?,
        created_at: row.moment("createdAt")?,
        expires_at: row.moment("expiresAt")?,
        revoked_at: row.optional_moment("revokedAt")?,
    })
}
