//! A sync that is asked for: a row that the catalogue's stream tells of.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::rows::user_partition;
use super::schema::TURN;
use crate::dynamodb::item::{Item, key, text};
use crate::dynamodb::table::{Condition, Table};
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

/// Where a Leaf user's sync is noted, and asked for.
pub(super) const SYNC: &str = "SYNC";
/// Asks for a sync that is next; the last one stays noted.
pub(super) const REQUEST: &str = "SET #user = :user, #at = :at REMOVE #turn";
/// Asks for one that may come later.
pub(super) const REQUEST_LATER: &str = "SET #user = :user, #at = :at, #turn = :turn";
pub(super) const REQUESTED_AT: &str = "requestedAt";

pub(super) fn sync_key(user: LeafUserId) -> Item {
    key(user_partition(user), SYNC)
}

/// What is shared is to be followed, asked for in the transaction that makes it so: `rows` are the
/// catalogue's.
pub(in crate::dynamodb) fn sync_request(
    rows: &Table,
    user: LeafUserId,
    at: Timestamp,
) -> TransactWriteItem {
    let request = Condition::default()
        .name("#user", "leafUserId")
        .name("#at", REQUESTED_AT)
        .name("#turn", TURN)
        .value(":user", text(user))
        .value(":at", text(at));
    rows.update(sync_key(user), REQUEST, request)
}
