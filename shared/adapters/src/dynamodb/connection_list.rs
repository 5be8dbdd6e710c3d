//! The list of connections, by the index that is in the order of silence.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;

use super::events::ReadPage;
use super::failure::failure;
use super::item::{Item, Reading, text};
use super::rows::{
    NOTED, REASON, REASON_CODE, SILENT_SINCE, credential_key, read_app_key_id, read_status,
    standing,
};
use super::schema::CONNECTIONS_BY_SILENCE;
use super::table::{Cancelled, Condition, Table};
use application::ports::connection_list::{
    ActiveCursor, ActivePage, ConnectionList, Group, ListedConnection, Reason,
};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

/// How many connections are read at once of all that are ACTIVE: as many as certainly fit into a
/// page of 1 MB.
const PART: i32 = 1_000;

#[async_trait]
impl ConnectionList for Table {
    async fn page(
        &self,
        groups: &[Group],
        silent_before: Option<Timestamp>,
        page: u32,
        size: u32,
    ) -> Result<Portion<ListedConnection>, StoreError> {
        let before = u64::from(page) * u64::from(size);
        let mut read = ReadPage::default();
        let mut entries = Vec::new();
        let mut reached = 0;
        for group in groups {
            reached += 1;
            let query = self.of_group(&group.app_key, group.status, silent_before);
            self.read_on(&query, before, size, &mut read).await?;
            for item in read.rows.iter().skip(entries.len()) {
                entries.push(read_listed(of_query(item), &group.app_key)?);
            }
            if entries.len() == size as usize {
                break;
            }
        }
        let (here, behind) = groups.split_at(reached);
        let total = match (here.last(), read.next) {
            (_, None) if behind.is_empty() => read.seen,
            (Some(Group { app_key, status }), next) if silent_before.is_some() => {
                let rest = self.of_group(app_key, *status, silent_before);
                let mut total = read.seen + self.count(rest, next).await?;
                for Group { app_key, status } in behind {
                    total += self.count_all(self.of_group(app_key, *status, silent_before)).await?;
                }
                total
            }
            _ => self.kept(groups).await?.max(read.seen),
        };
        Ok(Portion { entries, total: Some(total) })
    }

    async fn of_user(&self, id: LeafUserId) -> Result<Option<ListedConnection>, StoreError> {
        let row = self.get(credential_key(id)).await?;
        // What an earlier version has written is not in the index, either.
        let Some(item) = row.filter(|item| item.contains_key(SILENT_SINCE)) else {
            return Ok(None);
        };
        let row = Reading { operation: "GetItem", item: &item };
        Ok(Some(read_listed(row, &read_app_key_id(row)?)?))
    }

    async fn active(
        &self,
        app_key: &AppKeyId,
        after: Option<ActiveCursor>,
    ) -> Result<ActivePage, StoreError> {
        let status = CredentialStatus::Active;
        let start = after.map(|ActiveCursor { leaf_user_id, silent_since }| {
            let mut start = credential_key(leaf_user_id);
            let standing = text(standing(app_key, status));
            start.insert(CONNECTIONS_BY_SILENCE.partition.to_owned(), standing);
            start.insert(CONNECTIONS_BY_SILENCE.sort.to_owned(), text(silent_since));
            start
        });
        let query = self.of_group(app_key, status, None).limit(PART);
        let answer = query.set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| failure("Query", &error))?;
        let read = |item| read_listed(of_query(item), app_key);
        let connections: Vec<_> = answer.items().iter().map(read).collect::<Result<_, _>>()?;
        let goes_on = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let next = connections.last().filter(|_| goes_on).map(|last| ActiveCursor {
            leaf_user_id: last.leaf_user_id,
            silent_since: last.silent_since,
        });
        Ok(ActivePage { connections, next })
    }

    async fn list_earlier(&self, app_key: &AppKeyId) -> Result<usize, StoreError> {
        self.put_earlier_into_the_list(app_key).await
    }

    async fn note_data(&self, credential: &Credential, at: Timestamp) -> Result<(), StoreError> {
        let later = Condition::new("id = :id AND #since < :at")
            .name("#since", SILENT_SINCE)
            .name("#noted", NOTED)
            .value(":id", text(credential.id))
            .value(":noted", text("data"))
            .value(":at", text(at));
        let key = credential_key(credential.leaf_user_id);
        match self.update_one(key, "SET #since = :at, #noted = :noted", later).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    fn of_group(
        &self,
        app_key: &AppKeyId,
        status: CredentialStatus,
        silent_before: Option<Timestamp>,
    ) -> QueryFluentBuilder {
        let query = self.of_index(CONNECTIONS_BY_SILENCE, &standing(app_key, status));
        let Some(before) = silent_before else { return query };
        query
            .key_condition_expression("#partition = :partition AND #since <= :before")
            .expression_attribute_names("#since", CONNECTIONS_BY_SILENCE.sort)
            .expression_attribute_values(":before", text(before))
    }

    /// How many rows a query finds. Nothing but their number travels.
    async fn count_all(&self, query: QueryFluentBuilder) -> Result<u64, StoreError> {
        let answer = query.clone().select(Select::Count).send().await;
        let answer = answer.map_err(|error| failure("Query", &error))?;
        let first = u64::try_from(answer.count).unwrap_or_default();
        Ok(first + self.count(query, answer.last_evaluated_key).await?)
    }

    /// How many connections these groups have, by the totals that are kept.
    async fn kept(&self, groups: &[Group]) -> Result<u64, StoreError> {
        let mut known = HashMap::new();
        let mut total = 0;
        for Group { app_key, status } in groups {
            if !known.contains_key(app_key) {
                known.insert(app_key, self.connections_by_status(app_key).await?);
            }
            total += known[app_key].get(status).copied().unwrap_or_default();
        }
        Ok(total)
    }
}

fn of_query(item: &Item) -> Reading<'_> {
    Reading { operation: "Query", item }
}

fn read_listed(row: Reading<'_>, app_key: &AppKeyId) -> Result<ListedConnection, StoreError> {
    let reason = match row.optional_text(REASON) {
        None => None,
        Some(text) => Some(Reason { status_code: row.number(REASON_CODE)?, text: text.to_owned() }),
    };
    Ok(ListedConnection {
        leaf_user_id: row.parsed("leafUserId")?,
        credential_id: row.parsed("id")?,
        app_key: app_key.clone(),
        status: read_status(row)?,
        status_since: row.moment("statusSince")?,
        reason,
        created_at: row.moment("createdTime")?,
        silent_since: row.moment(SILENT_SINCE)?,
        is_upstreams: row.optional_text("keptUpstream").is_some(),
    })
}
