//! A start: the one transaction that puts a new session in the place of the last one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::app_keys::unchanged;
use super::item::{Item, Reading, Writing, number, text};
use super::rows::{
    app_key_key, is_withdrawn, owner_key, profile_key, read_app_key_id, read_session, session_row,
    session_user_key, started_key, unclaimed_key, unclaimed_row,
};
use super::schema::TTL;
use super::table::{Cancelled, Condition, Table};
use application::ports::connections::{Start, StartConflict, StartedSession};
use application::ports::store_error::StoreError;
use domain::ids::SessionId;
use domain::operation::Operation;
use domain::session::{LIFETIME, Session};
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::REMEMBERED_FOR;

/// What the attribute of a started session begins with; the Leaf user's id follows.
const STARTED: &str = "user:";

/// Counts the starts with a code, so that a callback which found none can tell that one came in
/// between.
pub(super) const STARTS: &str = "starts";

/// Counts the starts that are remembered in the row.
const REMEMBERED: &str = "remembered";

/// How many the row remembers one by one, so that it stays small however often somebody starts with
/// one code.
const MOST_REMEMBERED: u64 = 50;

/// Until then more sessions may wait with this code than the row remembers.
pub(super) const CROWDED_UNTIL: &str = "crowdedUntil";

/// What a place of the transaction checks.
enum Place {
    Remembered,
    User,
    AppKey,
    Session,
    Owner,
    Unclaimed,
    Claim,
    Link,
    NoCondition,
}

/// What a start's transaction did.
enum Wrote {
    Everything,
    /// Nothing: the row of the sessions with its code is full, or has changed since it was read.
    NothingInACrowd,
}

/// How often a start is tried while others start with the same code.
const CROWD_ATTEMPTS: usize = 6;

impl Table {
    pub(super) async fn write_start(&self, start: &Start<'_>) -> Result<(), StartConflict> {
        let mut remember =
            start.operation.map(|operation| self.remember_started(start.session, operation));
        for _ in 0..CROWD_ATTEMPTS {
            match self.write_start_and(start, remember).await? {
                Wrote::Everything => return Ok(()),
                Wrote::NothingInACrowd => {}
            }
            let Some(operation) = start.operation else { break };
            remember = Some(self.remember_few(start.session, operation).await?);
        }
        let failure = "others start with the same code again and again".to_owned();
        Err(StoreError { operation: "start", failure }.into())
    }

    async fn write_start_and(
        &self,
        start: &Start<'_>,
        remember: Option<TransactWriteItem>,
    ) -> Result<Wrote, StartConflict> {
        let session = start.session;
        let place_of_session = match start.tap {
            None => replaceable(start.replaces),
            Some(tap) => as_seen(tap.seen),
        };
        let mut changes = vec![
            (Place::User, self.check(profile_key(session.leaf_user_id), Condition::exists())),
            (Place::AppKey, self.check(app_key_key(&start.app_key.id), unchanged(start.app_key))),
            (Place::Session, self.put_where(session_row(session), place_of_session)),
            (Place::NoCondition, self.put(session_user_row(session))),
        ];
        if let Some(operation) = start.operation {
            changes.extend(self.started_with_code(start, operation));
        }
        if let Some(tap) = start.tap {
            changes.push((Place::Link, self.use_link(tap, session)));
        }
        changes.extend(remember.map(|remember| (Place::Remembered, remember)));
        if let Some(unclaimed) = &start.unclaimed {
            changes.push((Place::NoCondition, self.put(unclaimed_row(unclaimed))));
        }
        let (places, changes): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        match self.transact(changes).await {
            Ok(()) => Ok(Wrote::Everything),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Condition { place, .. })
                if matches!(places[place], Place::Remembered) =>
            {
                Ok(Wrote::NothingInACrowd)
            }
            Err(Cancelled::Condition { place, found }) => Err(match (&places[place], found) {
                (Place::User, _) => StartConflict::NoSuchUser,
                (Place::AppKey, _) => StartConflict::AppKeyChanged,
                (Place::Owner, Some(item)) if is_withdrawn(&item) => {
                    StartConflict::OperationWithdrawn
                }
                (Place::Owner, _) => StartConflict::OperationOwned,
                (Place::Unclaimed, _) => StartConflict::Unclaimed,
                (Place::Claim, _) => StartConflict::UnclaimedGone,
                (Place::Link, _) => StartConflict::LinkSpent,
                (Place::Session, _) if start.tap.is_some() => StartConflict::SessionChanged,
                (Place::Session, Some(item)) => {
                    StartConflict::Unfinished(Box::new(read_session(Reading {
                        operation: "start",
                        item: &item,
                    })?))
                }
                (Place::Session | Place::Remembered | Place::NoCondition, _) => {
                    let failure = "a condition without a row did not hold".to_owned();
                    StoreError { operation: "start", failure }.into()
                }
            }),
        }
    }

    fn started_with_code(
        &self,
        start: &Start<'_>,
        operation: &Operation,
    ) -> Vec<(Place, TransactWriteItem)> {
        let session = start.session;
        let unclaimed = unclaimed_key(operation, session.sharing_url_id);
        let now = text(session.started_at);
        let nobody_elses = Condition::new("attribute_not_exists(pk) OR leafUserId = :me")
            .value(":me", text(session.leaf_user_id));
        vec![
            (Place::Owner, self.check(owner_key(operation), nobody_elses)),
            if start.claims {
                let there =
                    Condition::new("attribute_exists(pk) AND keptUntil > :now").value(":now", now);
                (Place::Claim, self.delete_where(unclaimed, there))
            } else {
                let gone = Condition::new("attribute_not_exists(pk) OR keptUntil <= :now")
                    .value(":now", now);
                (Place::Unclaimed, self.check(unclaimed, gone))
            },
        ]
    }

    fn remember_started(&self, session: &Session, operation: &Operation) -> TransactWriteItem {
        let (name, start) = remembered(session);
        let room = Condition::new("attribute_not_exists(#remembered) OR #remembered < :most")
            .name("#remembered", REMEMBERED)
            .value(":most", number(MOST_REMEMBERED))
            .name("#user", &name)
            .name("#ttl", TTL)
            .name("#starts", STARTS)
            .value(":one", number(1))
            .value(":start", start)
            .value(":ttl", number(forgotten_at(session).epoch_seconds()));
        self.update(
            started_key(operation, session.sharing_url_id),
            "SET #user = :start, #ttl = :ttl ADD #starts :one, #remembered :one",
            room,
        )
    }

    /// The same where the row is full: those whose 15 minutes are over are forgotten. When that
    /// does not make room, all are but this one, and until the youngest of them is over the code
    /// alone proves nothing.
    async fn remember_few(
        &self,
        session: &Session,
        operation: &Operation,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = started_key(operation, session.sharing_url_id);
        let row = self.get(key.clone()).await?.unwrap_or_default();
        let reading = Reading { operation: "GetItem", item: &row };
        let starts: u64 = if row.is_empty() { 0 } else { reading.number(STARTS)? };
        let (name, start) = remembered(session);
        let mut waiting: Item = HashMap::new();
        for started in read_started(reading)? {
            let name = format!("{STARTED}{}", started.leaf_user_id);
            if session.started_at < started.started_at.plus(LIFETIME)
                && let Some(value) = row.get(&name)
            {
                waiting.insert(name, value.clone());
            }
        }
        waiting.insert(name.clone(), start.clone());
        let mut crowded = reading.optional_moment(CROWDED_UNTIL)?;
        if u64::try_from(waiting.len()).is_ok_and(|waiting| waiting > MOST_REMEMBERED / 2) {
            waiting = HashMap::from([(name, start)]);
            crowded = Some(session.expires_at);
        }
        let mut row = Writing::row(key)
            .with(STARTS, number(starts + 1))
            .with(REMEMBERED, number(waiting.len()))
            .optional(CROWDED_UNTIL, crowded)
            .ttl(forgotten_at(session))
            .done();
        row.extend(waiting);
        Ok(self.put_where(row, no_more_starts(starts)))
    }
}

/// What is remembered of a start beside its operation: an attribute's name and value.
fn remembered(session: &Session) -> (String, AttributeValue) {
    let start = Writing::row(HashMap::new())
        .text("id", session.id)
        .text("appName", &session.app_key.name)
        .text("clientEnvironment", session.app_key.environment)
        .text("startedAt", session.started_at)
        .done();
    (format!("{STARTED}{}", session.leaf_user_id), AttributeValue::M(start))
}

fn forgotten_at(session: &Session) -> Timestamp {
    session.started_at.plus(REMEMBERED_FOR)
}

fn replaceable(unfinished: Option<&Session>) -> Condition {
    let condition = match unfinished {
        None => Condition::new("attribute_not_exists(pk) OR #state <> :confirming"),
        Some(known) => Condition::new(
            "attribute_not_exists(pk) OR #state <> :confirming OR (id = :id AND #version = \
             :version)",
        )
        .name("#version", "version")
        .value(":id", text(known.id))
        .value(":version", number(known.version)),
    };
    condition.name("#state", "state").value(":confirming", text("Confirming"))
}

/// The session is the one that a tap has seen.
fn as_seen(seen: Option<(SessionId, u64)>) -> Condition {
    match seen {
        None => Condition::absent(),
        Some((id, version)) => Condition::new("id = :id AND #version = :version")
            .name("#version", "version")
            .value(":id", text(id))
            .value(":version", number(version)),
    }
}

/// As many sessions were started with the code as were seen.
pub(super) fn no_more_starts(seen: u64) -> Condition {
    match seen {
        0 => Condition::absent(),
        seen => {
            Condition::new("#starts = :seen").name("#starts", STARTS).value(":seen", number(seen))
        }
    }
}

fn session_user_row(session: &Session) -> Item {
    let row = Writing::row(session_user_key(session.id)).text("leafUserId", session.leaf_user_id);
    row.ttl(forgotten_at(session)).done()
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
