//! Leaf users in the table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Reading, failure};
use super::rows::{profile_key, read_user, user_row};
use super::schema::{Index, USERS, USERS_BY_EMAIL, USERS_BY_EXTERNAL_ID, USERS_BY_NAME};
use super::table::{Cancelled, Condition, Table};
use crate::domain::ids::LeafUserId;
use crate::domain::leaf_user::{Filter, LeafUser, Profile};
use crate::ports::StoreError;
use crate::ports::leaf_users::LeafUsers;

/// The longest partition key that DynamoDB takes, in bytes. No row has a longer one, and a query with one is refused.
const LONGEST_KEY: usize = 2_048;

#[async_trait]
impl LeafUsers for Table {
    async fn create(&self, user: &LeafUser) -> Result<(), StoreError> {
        self.put_if(user_row(user), Condition::absent()).await.map_err(StoreError::from)
    }

    async fn find(&self, id: LeafUserId) -> Result<Option<LeafUser>, StoreError> {
        let row = self.get(profile_key(id)).await?;
        row.map(|item| read_user(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn update(&self, id: LeafUserId, profile: &Profile) -> Result<Option<LeafUser>, StoreError> {
        let Some(before) = self.find(id).await? else { return Ok(None) };
        let after = LeafUser { profile: profile.clone(), ..before };
        match self.put_if(user_row(&after), Condition::exists()).await {
            Ok(()) => Ok(Some(after)),
            Err(Cancelled::Condition { .. }) => Ok(None),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    async fn list(&self, filter: &Filter, page: u32, size: u32) -> Result<Vec<LeafUser>, StoreError> {
        let (index, value) = most_selective(filter);
        if value.len() > LONGEST_KEY {
            return Ok(Vec::new());
        }
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(index.name)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", index.partition)
            .expression_attribute_values(":partition", AttributeValue::S(value.to_owned()));
        let mut to_skip = u64::from(page) * u64::from(size);
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let answer = query.clone().set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            for item in answer.items() {
                let user = read_user(Reading { operation: "Query", item })?;
                if !matches(filter, &user.profile) {
                    continue;
                }
                if to_skip > 0 {
                    to_skip -= 1;
                    continue;
                }
                found.push(user);
                if found.len() == size as usize {
                    return Ok(found);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }
}

fn most_selective(filter: &Filter) -> (Index, &str) {
    match filter {
        Filter { external_id: Some(value), .. } => (USERS_BY_EXTERNAL_ID, value),
        Filter { email: Some(value), .. } => (USERS_BY_EMAIL, value),
        Filter { name: Some(value), .. } => (USERS_BY_NAME, value),
        _ => (USERS, "USER"),
    }
}

fn matches(filter: &Filter, profile: &Profile) -> bool {
    let wanted =
        |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|wanted| has == Some(wanted));
    wanted(&filter.email, Some(profile.email.as_str()))
        && wanted(&filter.name, Some(profile.name.as_str()))
        && wanted(&filter.external_id, profile.external_id.as_ref().map(crate::domain::leaf_user::ProfileText::as_str))
}
