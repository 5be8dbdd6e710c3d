//! How what Leaf users share is followed: when it was listed, and how its copies stand.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnValue};

use super::rows::read_user;
use super::schema::TURN;
use super::sync_request::{REQUEST, REQUEST_LATER, REQUESTED_AT, SYNC, sync_key};
use super::table::CatalogueTable;
use super::totals::{COUNTS, counts_key, read_copies};
use crate::dynamodb::connections::read_account;
use crate::dynamodb::failure::failure;
use crate::dynamodb::item::{Item, Reading, Writing, number, text};
use crate::dynamodb::rows::{credential_key, profile_key, session_key};
use crate::dynamodb::schema::SK;
use application::ports::catalogue::{Followed, SyncState};
use application::ports::connections::Account;
use application::ports::store_error::StoreError;
use domain::catalogue::turn::Turn;
use domain::ids::LeafUserId;
use domain::shared_data::ContentDigest;
use domain::timestamp::Timestamp;

impl CatalogueTable {
    pub(super) async fn write_request(
        &self,
        user: LeafUserId,
        at: Timestamp,
        turn: Turn,
    ) -> Result<Option<SyncState>, StoreError> {
        let turn = turn.as_str();
        let request = self
            .rows
            .client
            .update_item()
            .table_name(&self.rows.name)
            .set_key(Some(sync_key(user)))
            .update_expression(if turn.is_some() { REQUEST_LATER } else { REQUEST })
            .expression_attribute_names("#user", "leafUserId")
            .expression_attribute_names("#at", REQUESTED_AT)
            .expression_attribute_names("#turn", TURN)
            .expression_attribute_values(":user", text(user))
            .expression_attribute_values(":at", text(at))
            .return_values(ReturnValue::AllNew);
        let request = match turn {
            Some(turn) => request.expression_attribute_values(":turn", text(turn)),
            None => request,
        };
        let answer = request.send().await.map_err(|error| failure("UpdateItem", &error))?;
        let item = answer.attributes.unwrap_or_default();
        read_sync(Reading { operation: "UpdateItem", item: &item })
    }

    pub(super) async fn followed_of(
        &self,
        users: &[LeafUserId],
    ) -> Result<HashMap<LeafUserId, Followed>, StoreError> {
        let keys = users.iter().flat_map(|user| [sync_key(*user), counts_key(*user)]).collect();
        let mut followed: HashMap<_, Followed> = HashMap::new();
        for item in self.rows.get_many(keys).await? {
            let row = Reading { operation: "BatchGetItem", item: &item };
            read_part(row, followed.entry(read_user(row)?).or_default())?;
        }
        Ok(followed)
    }

    pub(super) async fn account_of(
        &self,
        user: LeafUserId,
    ) -> Result<Option<(Account, Followed)>, StoreError> {
        const OPERATION: &str = "BatchGetItem";
        let keys = |keys: Vec<Item>| {
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
            keys.build().expect("the keys are given")
        };
        let mut wanted = HashMap::from([
            (
                self.main.name.clone(),
                keys(vec![profile_key(user), session_key(user), credential_key(user)]),
            ),
            (self.rows.name.clone(), keys(vec![sync_key(user), counts_key(user)])),
        ]);
        let (mut of_main, mut followed) = (Vec::new(), Followed::default());
        for attempt in 1.. {
            let request = self.main.client.batch_get_item().set_request_items(Some(wanted));
            let answer = request.send().await.map_err(|error| failure(OPERATION, &error))?;
            let mut rows = answer.responses.unwrap_or_default();
            of_main.extend(rows.remove(&self.main.name).unwrap_or_default());
            for item in rows.remove(&self.rows.name).unwrap_or_default() {
                read_part(Reading { operation: OPERATION, item: &item }, &mut followed)?;
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                break;
            }
            self.main.try_again(OPERATION, attempt).await?;
        }
        Ok(read_account(OPERATION, &of_main)?.map(|account| (account, followed)))
    }
}

fn read_part(row: Reading<'_>, followed: &mut Followed) -> Result<(), StoreError> {
    match row.text(SK)? {
        SYNC => followed.synced = read_sync(row)?,
        COUNTS => followed.copies = read_copies(row)?,
        _ => {}
    }
    Ok(())
}

pub(super) fn sync_row(user: LeafUserId, state: &SyncState) -> Item {
    Writing::row(sync_key(user))
        .text("leafUserId", user)
        .text("credentialId", state.credential_id)
        .text("digest", state.digest)
        .text("syncedAt", state.synced_at)
        .with("growers", number(state.growers))
        .with("farms", number(state.farms))
        .with("fields", number(state.fields))
        .done()
}

/// The last sync. One that was only asked for has not happened.
pub(super) fn read_sync(row: Reading<'_>) -> Result<Option<SyncState>, StoreError> {
    if !row.item.contains_key("syncedAt") {
        return Ok(None);
    }
    Ok(Some(SyncState {
        credential_id: row.parsed("credentialId")?,
        digest: row.parsed::<ContentDigest>("digest")?,
        synced_at: row.moment("syncedAt")?,
        growers: row.number("growers")?,
        farms: row.number("farms")?,
        fields: row.number("fields")?,
    }))
}
