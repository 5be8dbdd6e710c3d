//! A start: the one transaction that puts a new session in the place of the last one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::app_keys::unchanged;
use super::item::{Item, Reading, Writing, number, text};
use super::rows::{
    app_key_key, kept_key, owner_key, profile_key, read_app_key_id, read_session, session_row, session_user_key,
    started_key,
};
use super::schema::TTL;
use super::table::{Cancelled, Condition, Table};
use crate::domain::kept::REMEMBERED_FOR;
use crate::domain::operation::Operation;
use crate::domain::session::Session;
use crate::domain::timestamp::Timestamp;
use crate::ports::StoreError;
use crate::ports::connections::{KeptConfirmation, Start, StartConflict, StartedSession};

/// What the attribute of a started session begins with; the Leaf user's id follows.
const STARTED: &str = "user:";

/// Counts the starts with a code, so that a callback which found none can tell that one came in between.
pub(super) const STARTS: &str = "starts";

/// What a place of the transaction checks.
enum Place {
    User,
    AppKey,
    Session,
    Owner,
    Kept,
    KeptClaim,
    NoCondition,
}

impl Table {
    pub(super) async fn write_start(&self, start: &Start<'_>) -> Result<(), StartConflict> {
        let session = start.session;
        let mut changes = vec![
            (Place::User, self.check(profile_key(session.leaf_user_id), Condition::exists())),
            (Place::AppKey, self.check(app_key_key(&start.app_key.id), unchanged(start.app_key))),
            (Place::Session, self.put_where(session_row(session), replaceable(start.replaces))),
            (Place::NoCondition, self.put(session_user_row(session))),
        ];
        if let Some(operation) = start.operation {
            changes.extend(self.started_with_code(start, operation));
        }
        if let Some(kept) = &start.keep {
            changes.push((Place::NoCondition, self.put(kept_row(kept))));
        }
        let (places, changes): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        match self.transact(changes).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Condition { place, found }) => Err(match (&places[place], found) {
                (Place::User, _) => StartConflict::NoSuchUser,
                (Place::AppKey, _) => StartConflict::AppKeyChanged,
                (Place::Owner, _) => StartConflict::OperationOwned,
                (Place::Kept, _) => StartConflict::Kept,
                (Place::KeptClaim, _) => StartConflict::KeptGone,
                (Place::Session, Some(item)) => {
                    StartConflict::Unfinished(Box::new(read_session(Reading { operation: "start", item: &item })?))
                }
                (Place::Session | Place::NoCondition, _) => {
                    let failure = "a condition without a row did not hold".to_owned();
                    StoreError { operation: "start", failure }.into()
                }
            }),
        }
    }

    fn started_with_code(&self, start: &Start<'_>, operation: &Operation) -> Vec<(Place, TransactWriteItem)> {
        let session = start.session;
        let kept = kept_key(operation, session.sharing_url_id);
        let now = text(session.started_at);
        let nobody_elses =
            Condition::new("attribute_not_exists(pk) OR leafUserId = :me").value(":me", text(session.leaf_user_id));
        vec![
            (Place::NoCondition, self.remember_started(session, operation)),
            (Place::Owner, self.check(owner_key(operation), nobody_elses)),
            if start.claims_kept {
                let there = Condition::new("attribute_exists(pk) AND keptUntil > :now").value(":now", now);
                (Place::KeptClaim, self.delete_where(kept, there))
            } else {
                let gone = Condition::new("attribute_not_exists(pk) OR keptUntil <= :now").value(":now", now);
                (Place::Kept, self.check(kept, gone))
            },
        ]
    }

    fn remember_started(&self, session: &Session, operation: &Operation) -> TransactWriteItem {
        let start = Writing::row(HashMap::new())
            .text("id", session.id)
            .text("appName", &session.app_key.name)
            .text("clientEnvironment", session.app_key.environment)
            .text("startedAt", session.started_at)
            .done();
        let values = Condition::default()
            .name("#user", &format!("{STARTED}{}", session.leaf_user_id))
            .name("#ttl", TTL)
            .name("#starts", STARTS)
            .value(":one", number(1))
            .value(":start", AttributeValue::M(start))
            .value(":ttl", number(forgotten_at(session).epoch_seconds()));
        self.update(
            started_key(operation, session.sharing_url_id),
            "SET #user = :start, #ttl = :ttl ADD #starts :one",
            values,
        )
    }
}

fn forgotten_at(session: &Session) -> Timestamp {
    session.started_at.plus(REMEMBERED_FOR)
}

fn replaceable(unfinished: Option<&Session>) -> Condition {
    let condition = match unfinished {
        None => Condition::new("attribute_not_exists(pk) OR #state <> :confirming"),
        Some(known) => {
            Condition::new("attribute_not_exists(pk) OR #state <> :confirming OR (id = :id AND #version = :version)")
                .name("#version", "version")
                .value(":id", text(known.id))
                .value(":version", number(known.version))
        }
    };
    condition.name("#state", "state").value(":confirming", text("Confirming"))
}

/// As many sessions were started with the code as were seen.
pub(super) fn no_more_starts(seen: u64) -> Condition {
    match seen {
        0 => Condition::absent(),
        seen => Condition::new("#starts = :seen").name("#starts", STARTS).value(":seen", number(seen)),
    }
}

fn session_user_row(session: &Session) -> Item {
    let row = Writing::row(session_user_key(session.id)).text("leafUserId", session.leaf_user_id);
    row.ttl(forgotten_at(session)).done()
}

pub(super) fn kept_row(kept: &KeptConfirmation<'_>) -> Item {
    Writing::row(kept_key(kept.operation, kept.sharing_url_id))
        .text("keptAt", kept.at)
        .text("keptUntil", kept.until)
        .ttl(kept.until)
        .done()
}

pub(super) fn read_started(row: Reading<'_>) -> Result<Vec<StartedSession>, StoreError> {
    let mut started = Vec::new();
    for (name, value) in row.item {
        let Some(user) = name.strip_prefix(STARTED) else { continue };
        let item = value.as_m().map_err(|_| row.corrupt(STARTED))?;
        let start = Reading { operation: row.operation, item };
        started.push(StartedSession {
            id: start.parsed("id")?,
            leaf_user_id: user.parse().map_err(|_| row.corrupt(STARTED))?,
            app_key: read_app_key_id(start)?,
            started_at: start.moment("startedAt")?,
        });
    }
    Ok(started)
}
