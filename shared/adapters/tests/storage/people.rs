//! Partners, farmers and their operations.

use std::time::Duration;

use adapters::dynamodb::Table;
use application::ports::app_keys::AppKeys;
use application::ports::connections::{
    Callback, Completion, Connections as _, Start, UnclaimedConfirmation,
};
use application::ports::leaf_users::LeafUsers;
use domain::app_key::{AppKey, AppKeyId};
use domain::caller::Caller;
use domain::client_environment::ClientEnvironment;
use domain::credential::{Credential, CredentialStatus};
use domain::event::Event;
use domain::ids::{CredentialId, EventId, LeafUserId, SessionId, SharingUrlId};
use domain::leaf_user::{LeafUser, Profile};
use domain::operation::Operation;
use domain::organization_code::{IndexKey, OrganizationCode};
use domain::session::{Session, State};
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::Budget;
use time::macros::datetime;
use uuid::Uuid;

pub(crate) const STAGE: ClientEnvironment = ClientEnvironment::Stage;

/// So many seconds after noon.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::new(datetime!(2026-11-22 12:00 UTC)).plus(Duration::from_secs(seconds))
}

pub(crate) fn key() -> IndexKey {
    IndexKey::new(&[1; 32])
}

pub(crate) fn code(text: &str) -> OrganizationCode {
    text.parse().expect("a code")
}

pub(crate) fn operation(text: &str) -> Operation {
    Operation::new(&key(), STAGE, &code(text))
}

pub(crate) fn app_key_id(name: &str) -> AppKeyId {
    AppKeyId { name: name.parse().expect("a name"), environment: STAGE }
}

pub(crate) fn app_key(name: &str, client: &str) -> AppKey {
    AppKey {
        id: app_key_id(name),
        sharing_url_id: SharingUrlId(Uuid::new_v4()),
        client: key().client(STAGE, client),
        created_at: at(0),
        version: 1,
    }
}

pub(crate) fn farmer(name: &str) -> LeafUser {
    let profile = Profile {
        name: name.parse().expect("a name"),
        email: Some(format!("{name}@farm.example").parse().expect("an address")),
        phone: Some("1".parse().expect("a text")),
        address: None,
        external_id: None,
    };
    LeafUser { id: LeafUserId(Uuid::new_v4()), profile, created_at: at(0) }
}

pub(crate) fn event(seconds: u64, text: &str) -> Event {
    Event::new(EventId(Uuid::new_v4()), Event::CONFIRM, 200, text, at(seconds))
}

/// Stores a partner's app key.
pub(crate) async fn partner(table: &Table, name: &str) -> AppKey {
    let app_key = app_key(name, "client");
    AppKeys::create(table, &app_key).await.expect("an app key");
    app_key
}

/// Stores a farmer.
pub(crate) async fn settler(table: &Table, name: &str) -> LeafUser {
    let farmer = farmer(name);
    LeafUsers::create(table, &farmer).await.expect("a Leaf user");
    farmer
}

pub(crate) fn session(user: &LeafUser, app_key: &AppKey, text: Option<&str>) -> Session {
    Session::start(SessionId(Uuid::new_v4()), user.id, app_key, text.map(code), at(0))
}

/// A start of this session that takes nothing's place.
pub(crate) fn start<'a>(
    session: &'a Session,
    app_key: &'a AppKey,
    operation: Option<&'a Operation>,
) -> Start<'a> {
    Start { session, app_key, operation, replaces: None, unclaimed: None, claims: false, tap: None }
}

pub(crate) fn unclaimed<'a>(
    operation: &'a Operation,
    app_key: &'a AppKey,
    seconds: u64,
) -> UnclaimedConfirmation<'a> {
    let (at, until) = (at(seconds), at(seconds + 3_600));
    UnclaimedConfirmation {
        operation,
        app_key: &app_key.id,
        sharing_url_id: app_key.sharing_url_id,
        at,
        until,
    }
}

/// What somebody without any proof may have stored.
pub(crate) fn stranger() -> Budget {
    stranger_at("203.0.113.7")
}

pub(crate) fn stranger_at(address: &str) -> Budget {
    Budget::Caller(key().caller(Caller::at(Some(address.parse().expect("an address")))))
}

pub(crate) fn callback<'a>(
    operation: &'a Operation,
    sharing_url_id: SharingUrlId,
    cookie_users: &'a [LeafUserId],
    budget: &'a Budget,
) -> Callback<'a> {
    Callback { operation, sharing_url_id, cookie_users, budget, at: at(0) }
}

pub(crate) fn credential(user: &LeafUser, app_key: &AppKey, text: &str) -> Credential {
    Credential {
        id: CredentialId(Uuid::new_v4()),
        leaf_user_id: user.id,
        app_key: app_key.id.clone(),
        organization_code: code(text),
        operation: operation(text),
        status: CredentialStatus::Active,
        created_at: at(0),
        status_since: at(0),
        silent_since: at(0),
        checked_at: None,
        is_upstreams: false,
    }
}

/// The session's next version, in this state.
pub(crate) fn then(session: &Session, state: State) -> Session {
    Session { state, version: session.version + 1, ..session.clone() }
}

/// Starts and completes a session: the farmer is connected.
pub(crate) async fn connect(
    table: &Table,
    user: &LeafUser,
    app_key: &AppKey,
    text: &str,
) -> (Session, Credential) {
    let session = session(user, app_key, None);
    table.start(&start(&session, app_key, None)).await.expect("started");
    let done = then(&session, State::Completed { code: code(text) });
    let credential = credential(user, app_key, text);
    let event = event(1, "Connected.");
    let completion = Completion { session: &done, credential: &credential, event: &event };
    table.complete(&completion).await.expect("completed");
    (done, credential)
}
