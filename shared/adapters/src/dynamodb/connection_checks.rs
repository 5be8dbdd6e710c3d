//! What a check reads and writes: an app key's credentials by the index, and the few that have
//! changed.

use aws_sdk_dynamodb::types::AttributeValue;

use super::catalogue::sync_request::sync_request;
use super::failure::failure;
use super::item::{Reading, number, text};
use super::rows::{
    NOTED, REASON, REASON_CODE, SILENT_SINCE, STANDING, connection, credential_key, event_row,
    read_connection, standing, unclaimed_key,
};
use super::schema::CONNECTIONS;
use super::table::{Condition, Table};
use application::ports::connections::{EntryPage, SaveError, StatusChange};
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::{ConnectionEntry, Credential, CredentialStatus};
use domain::login_state::EntryCursor;
use domain::timestamp::Timestamp;

/// No page of 1 MB has more rows of the index, so DynamoDB's pages are as large as they can be. The
/// embedded engine reads to the end of the index when it is not told where to stop.
const PAGE: i32 = 4_000;

impl Table {
    pub(super) async fn entry_page(
        &self,
        app_key: &AppKeyId,
        after: Option<EntryCursor>,
    ) -> Result<EntryPage, StoreError> {
        let start = after.map(|cursor| {
            let mut start = credential_key(cursor.leaf_user_id);
            start.insert(CONNECTIONS.partition.to_owned(), text(connection(app_key)));
            start.insert(CONNECTIONS.sort.to_owned(), text(cursor.operation.as_str()));
            start
        });
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(CONNECTIONS.name)
            .key_condition_expression("#connection = :connection")
            // DynamoDB charges for whole rows, but only what is read of them travels and is parsed:
            // half.
            .projection_expression("id, leafUserId, #operation, #status, statusSince")
            .expression_attribute_names("#connection", CONNECTIONS.partition)
            .expression_attribute_names("#operation", CONNECTIONS.sort)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":connection", AttributeValue::S(connection(app_key)))
            .limit(PAGE)
            .set_exclusive_start_key(start);
        let answer = request.send().await.map_err(|error| failure("Query", &error))?;
        let read =
            |item| read_connection(Reading { operation: "Query", item }, app_key.environment);
        let entries: Vec<ConnectionEntry> =
            answer.items().iter().map(read).collect::<Result<_, _>>()?;
        let goes_on = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let next = entries.last().filter(|_| goes_on).map(|last| EntryCursor {
            leaf_user_id: last.leaf_user_id,
            operation: last.operation.hash.clone(),
        });
        Ok(EntryPage { entries, next })
    }

    pub(super) async fn write_status(&self, change: &StatusChange<'_>) -> Result<(), SaveError> {
        let StatusChange { entry, to, app_key, event, is_followed } = change;
        let user = entry.leaf_user_id;
        let unchanged =
            Condition::new("id = :id AND #operation = :operation AND statusSince = :since")
                .name("#operation", "operation")
                .name("#status", "status")
                .name("#standing", STANDING)
                .name("#silent", SILENT_SINCE)
                .name("#reason", REASON)
                .name("#code", REASON_CODE)
                .name("#noted", NOTED)
                .value(":id", text(entry.credential_id))
                .value(":operation", text(entry.operation.hash.as_str()))
                .value(":since", text(entry.status_since))
                .value(":to", text(to.as_str()))
                .value(":now", text(event.created_at))
                .value(":standing", text(standing(&app_key.id, *to)))
                .value(":reason", text(&event.body))
                .value(":code", number(event.status_code));
        let set = "SET #status = :to, statusSince = :now, #standing = :standing, \
                   #silent = :now, #reason = :reason, #code = :code REMOVE #noted";
        let mut changes = vec![
            self.update(credential_key(user), set, unchanged),
            self.put(event_row(user, event)),
        ];
        changes.extend(self.other_status(&app_key.id, user, entry.status, *to));
        if *to == CredentialStatus::Active {
            changes.push(self.delete(unclaimed_key(&entry.operation, app_key.sharing_url_id)));
            if *is_followed {
                changes.push(sync_request(&self.catalogue()?, user, event.created_at));
            }
        }
        self.transact(changes).await.map_err(super::connections::save_error)
    }

    pub(super) async fn write_check(
        &self,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<(), SaveError> {
        let same = Condition::new("id = :id")
            .name("#noted", NOTED)
            .value(":id", text(credential.id))
            .value(":noted", text("check"))
            .value(":at", text(at));
        let key = credential_key(credential.leaf_user_id);
        let set = "SET checkedAt = :at, #noted = :noted";
        let updated = self.update_one(key, set, same).await;
        updated.map_err(super::connections::save_error)
    }
}
