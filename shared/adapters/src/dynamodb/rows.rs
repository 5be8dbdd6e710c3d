//! Domain values as rows, and back.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, Reading, Writing, key, number};
use application::ports::connections::UnclaimedConfirmation;
use application::ports::store_error::StoreError;

use domain::app_key::{AppKey, AppKeyId};
use domain::browser::BrowserHash;
use domain::client_environment::ClientEnvironment;
use domain::credential::{ConnectionEntry, Credential, CredentialStatus};
use domain::event::{self, Event};
use domain::handshake::{Handshake, Pace};
use domain::ids::{CredentialId, LeafUserId, MagicLinkId, SessionId, SharingUrlId};
use domain::leaf_user::{LeafUser, OrderBy, Profile};
use domain::operation::Operation;
use domain::organization_code::{ClientHash, OrganizationCode, OrganizationHash};
use domain::session::{Rejection, Session, State};

/// How long a session that is over stays readable, so that a status can say why there is no
/// credential.
const SESSION_RETENTION: Duration = Duration::from_hours(168);

/// A Leaf user's place among all, by name.
pub(super) const BY_NAME: &str = "byName";
/// By e-mail address.
pub(super) const BY_EMAIL: &str = "byEmail";
/// By the partner's own id.
pub(super) const BY_EXTERNAL_ID: &str = "byExternalId";

/// A credential's app key and status: what the list of connections is read by.
pub(super) const STANDING: &str = "standing";
/// Since when neither a file of a credential has come nor its status changed.
pub(super) const SILENT_SINCE: &str = "silentSince";
/// Which note was written to a credential's row since its status or its operation was: a change
/// that has this is nobody's news, and does not go to the event bus.
pub(super) const NOTED: &str = "noted";
/// Why a credential has its status, in words.
pub(super) const REASON: &str = "reason";
/// The HTTP status that belongs to that.
pub(super) const REASON_CODE: &str = "reasonCode";

/// What the partition of a Leaf user's rows begins with.
pub(super) const USER_PREFIX: &str = "USER#";
/// The sort key of a Leaf user's session.
pub(super) const SESSION: &str = "SESSION";
/// That of its credential.
pub(super) const CREDENTIAL: &str = "CREDENTIAL";
/// What the partition of an app key's login begins with.
pub(super) const LOGIN_PREFIX: &str = "LOGIN#";
/// The sort key of what is known of a login.
pub(super) const LOGIN_STATE: &str = "STATE";
/// The partition of all webhooks.
pub(super) const WEBHOOKS: &str = "WEBHOOKS";
/// What the sort key of a replay begins with, there.
pub(super) const REPLAY_PREFIX: &str = "REPLAY#";

pub(super) fn user_partition(id: LeafUserId) -> String {
    format!("{USER_PREFIX}{id}")
}

pub(super) fn profile_key(id: LeafUserId) -> Item {
    key(user_partition(id), "PROFILE")
}

pub(super) fn session_key(id: LeafUserId) -> Item {
    key(user_partition(id), SESSION)
}

pub(super) fn credential_key(id: LeafUserId) -> Item {
    key(user_partition(id), CREDENTIAL)
}

pub(super) fn summary_key(id: LeafUserId) -> Item {
    key(user_partition(id), "SUMMARY")
}

pub(super) fn upstream_credential_key(id: CredentialId) -> Item {
    key(format!("CREDENTIAL#{id}"), "USER")
}

pub(super) fn session_user_key(id: SessionId) -> Item {
    key(format!("SESSION#{id}"), "USER")
}

pub(super) fn events_partition(id: LeafUserId) -> String {
    format!("EVENTS#{id}")
}

fn operation_partition(operation: &Operation) -> String {
    format!("OPERATION#{}#{}", operation.environment, operation.hash.as_str())
}

pub(super) fn owner_key(operation: &Operation) -> Item {
    key(operation_partition(operation), "OWNER")
}

pub(super) const WITHDRAWN_AT: &str = "withdrawnAt";

/// Whether an owner's row says that the operation is nobody's.
pub(super) fn is_withdrawn(owner: &Item) -> bool {
    owner.contains_key(WITHDRAWN_AT)
}

/// The operations that were withdrawn from an app key.
pub(super) fn withdrawn_partition(app_key: &AppKeyId) -> String {
    format!("WITHDRAWN#{}#{}", app_key.environment, app_key.name)
}

pub(super) fn withdrawn_key(app_key: &AppKeyId, operation: &Operation) -> Item {
    key(withdrawn_partition(app_key), operation.hash.as_str())
}

pub(super) fn started_key(operation: &Operation, sharing_url_id: SharingUrlId) -> Item {
    key(operation_partition(operation), format!("STARTED#{sharing_url_id}"))
}

pub(super) fn unclaimed_key(operation: &Operation, sharing_url_id: SharingUrlId) -> Item {
    key(operation_partition(operation), format!("KEPT#{sharing_url_id}"))
}

pub(super) fn unclaimed_row(unclaimed: &UnclaimedConfirmation<'_>) -> Item {
    Writing::row(unclaimed_key(unclaimed.operation, unclaimed.sharing_url_id))
        .text("keptAt", unclaimed.at)
        .text("keptUntil", unclaimed.until)
        .ttl(unclaimed.until)
        .done()
}

pub(super) fn app_key_key(id: &AppKeyId) -> Item {
    key("APPKEYS", format!("{}#{}", id.environment, id.name))
}

pub(super) fn sharing_url_key(id: SharingUrlId) -> Item {
    key(format!("SHARINGURL#{id}"), "APPKEY")
}

pub(super) fn client_partition(app_key: &AppKey) -> String {
    format!("CLIENT#{}#{}", app_key.id.environment, app_key.client.as_str())
}

pub(super) fn client_key(app_key: &AppKey) -> Item {
    key(client_partition(app_key), app_key.id.name.as_str())
}

pub(super) fn magic_link_key(id: MagicLinkId) -> Item {
    key(format!("MAGICLINK#{id}"), "LINK")
}

pub(super) fn user_row(user: &LeafUser) -> Item {
    let Profile { name, email, phone, address, external_id } = &user.profile;
    Writing::row(profile_key(user.id))
        .text("id", user.id)
        .text("name", name.as_str())
        .optional("email", email.as_ref().map(domain::leaf_user::Email::as_str))
        .optional("phone", phone.as_ref().map(domain::leaf_user::ProfileText::as_str))
        .optional("address", address.as_ref().map(domain::leaf_user::ProfileText::as_str))
        .optional("externalId", external_id.as_ref().map(domain::leaf_user::ProfileText::as_str))
        .text("createdTime", user.created_at)
        .text("listing", "USER")
        .text("listed", user.listed())
        .text(BY_NAME, user.place(OrderBy::Name))
        .text(BY_EMAIL, user.place(OrderBy::Email))
        .text(BY_EXTERNAL_ID, user.place(OrderBy::ExternalId))
        .done()
}

pub(super) fn read_user(row: Reading<'_>) -> Result<LeafUser, StoreError> {
    Ok(LeafUser {
        id: row.parsed("id")?,
        profile: Profile {
            name: row.parsed("name")?,
            email: row.optional_parsed("email")?,
            phone: row.optional_parsed("phone")?,
            address: row.optional_parsed("address")?,
            external_id: row.optional_parsed("externalId")?,
        },
        created_at: row.moment("createdTime")?,
    })
}

/// An app key's row, under one of its three keys.
pub(super) fn app_key_row(key: Item, app_key: &AppKey) -> Item {
    Writing::row(key)
        .text("appName", &app_key.id.name)
        .text("clientEnvironment", app_key.id.environment)
        .text("sharingUrlId", app_key.sharing_url_id)
        .text("client", app_key.client.as_str())
        .text("createdTime", app_key.created_at)
        .with("version", number(app_key.version))
        .done()
}

pub(super) fn read_app_key(row: Reading<'_>) -> Result<AppKey, StoreError> {
    Ok(AppKey {
        id: read_app_key_id(row)?,
        sharing_url_id: row.parsed("sharingUrlId")?,
        client: ClientHash::stored(row.text("client")?),
        created_at: row.moment("createdTime")?,
        version: row.number("version")?,
    })
}

pub(super) fn read_app_key_id(row: Reading<'_>) -> Result<AppKeyId, StoreError> {
    Ok(AppKeyId { name: row.parsed("appName")?, environment: row.parsed("clientEnvironment")? })
}

pub(super) fn session_row(session: &Session) -> Item {
    let mut row = Writing::row(session_key(session.leaf_user_id))
        .text("id", session.id)
        .text("leafUserId", session.leaf_user_id)
        .text("appName", &session.app_key.name)
        .text("clientEnvironment", session.app_key.environment)
        .text("sharingUrlId", session.sharing_url_id)
        .optional(
            "organizationCode",
            session.organization_code.as_ref().map(OrganizationCode::expose),
        )
        .optional("signInUrl", session.sign_in_url.as_ref())
        .text("startedAt", session.started_at)
        .text("expiresAt", session.expires_at)
        .optional("browser", session.browser.as_ref().map(domain::browser::BrowserHash::as_str))
        .optional("accountKnown", (!session.confirm_account).then_some("yes"))
        .optional("magicLink", session.magic_link)
        .optional("askedUpTo", session.pace.used_up_to())
        .with("version", number(session.version));
    if !session.tried.is_empty() {
        let tried = session.tried.iter().map(|hash| hash.as_str().to_owned()).collect();
        row = row.with("tried", AttributeValue::Ss(tried));
    }
    let over = session.expires_at.plus(SESSION_RETENTION);
    match &session.state {
        State::Pending => row.text("state", "Pending").ttl(over),
        // No TTL: what the farmer began is finished first.
        State::Confirming(handshake) => row
            .text("state", "Confirming")
            .text("confirmedCode", handshake.code.expose())
            .text("leaseUntil", handshake.lease_until)
            .with("attempts", number(handshake.attempts))
            .optional("reopenedCode", handshake.reopened.as_ref().map(OrganizationCode::expose))
            .optional("handedOn", handshake.handed_on.then_some("yes")),
        State::Expired => row.text("state", "Expired").ttl(over),
        State::Completed { code } => {
            row.text("state", "Completed").text("confirmedCode", code.expose()).ttl(over)
        }
        State::Rejected(Rejection::OperationOwned) => row.text("state", "OperationOwned").ttl(over),
        State::Rejected(Rejection::TooManyOperations) => {
            row.text("state", "TooManyOperations").ttl(over)
        }
    }
    .done()
}

pub(super) fn read_session(row: Reading<'_>) -> Result<Session, StoreError> {
    let state = match row.text("state")? {
        "Pending" => State::Pending,
        "Confirming" => State::Confirming(Handshake {
            code: row.parsed("confirmedCode")?,
            lease_until: row.moment("leaseUntil")?,
            attempts: row.number("attempts")?,
            handed_on: row.optional_text("handedOn").is_some(),
            reopened: reopened(row)?,
        }),
        "Expired" => State::Expired,
        "Completed" => State::Completed { code: row.parsed("confirmedCode")? },
        "OperationOwned" => State::Rejected(Rejection::OperationOwned),
        "TooManyOperations" => State::Rejected(Rejection::TooManyOperations),
        _ => return Err(row.corrupt("state")),
    };
    let tried = row.item.get("tried").and_then(|value| value.as_ss().ok());
    Ok(Session {
        id: row.parsed("id")?,
        leaf_user_id: row.parsed("leafUserId")?,
        app_key: read_app_key_id(row)?,
        sharing_url_id: row.parsed("sharingUrlId")?,
        sign_in_url: row.optional_parsed("signInUrl")?,
        organization_code: row.optional_parsed("organizationCode")?,
        started_at: row.moment("startedAt")?,
        expires_at: row.moment("expiresAt")?,
        browser: row.optional_text("browser").map(BrowserHash::stored),
        confirm_account: row.optional_text("accountKnown").is_none(),
        magic_link: row.optional_parsed("magicLink")?,
        pace: Pace::stored(row.optional_moment("askedUpTo")?),
        tried: tried.into_iter().flatten().map(OrganizationHash::stored).collect(),
        state,
        version: row.number("version")?,
    })
}

fn reopened(row: Reading<'_>) -> Result<Option<OrganizationCode>, StoreError> {
    // Rows of earlier versions say only that it was, which was possible with the same code alone.
    let was = row.item.get("again").is_some_and(|value| value.as_bool() == Ok(&true));
    row.optional_parsed(if was { "confirmedCode" } else { "reopenedCode" })
}

/// A credential's row. The event is why it has its status.
pub(super) fn credential_row(credential: &Credential, why: &Event) -> Item {
    Writing::row(credential_key(credential.leaf_user_id))
        .text("id", credential.id)
        .text("leafUserId", credential.leaf_user_id)
        .text("appName", &credential.app_key.name)
        .text("clientEnvironment", credential.app_key.environment)
        .text("organizationCode", credential.organization_code.expose())
        .text("operation", credential.operation.hash.as_str())
        .text("status", credential.status.as_str())
        .text("createdTime", credential.created_at)
        .text("statusSince", credential.status_since)
        .optional("checkedAt", credential.checked_at)
        .optional("keptUpstream", credential.is_upstreams.then_some("yes"))
        .text("connection", connection(&credential.app_key))
        .text(STANDING, standing(&credential.app_key, credential.status))
        .text(SILENT_SINCE, credential.silent_since)
        .text(REASON, &why.body)
        .with(REASON_CODE, number(why.status_code))
        .done()
}

pub(super) fn read_credential(row: Reading<'_>) -> Result<Credential, StoreError> {
    let app_key = read_app_key_id(row)?;
    let status_since = row.moment("statusSince")?;
    Ok(Credential {
        id: row.parsed("id")?,
        leaf_user_id: row.parsed("leafUserId")?,
        organization_code: row.parsed("organizationCode")?,
        operation: Operation {
            environment: app_key.environment,
            hash: OrganizationHash::stored(row.text("operation")?),
        },
        app_key,
        status: read_status(row)?,
        created_at: row.moment("createdTime")?,
        status_since,
        silent_since: row.optional_moment(SILENT_SINCE)?.unwrap_or(status_since),
        checked_at: row.optional_moment("checkedAt")?,
        is_upstreams: row.optional_text("keptUpstream").is_some(),
    })
}

/// What the index of an app key's credentials is read by.
pub(super) fn connection(app_key: &AppKeyId) -> String {
    format!("{}#{}", app_key.environment, app_key.name)
}

/// What the index of an app key's credentials by status is read by.
pub(super) fn standing(app_key: &AppKeyId, status: CredentialStatus) -> String {
    format!("{}#{}", connection(app_key), status.as_str())
}

/// A credential as the index shows it.
pub(super) fn read_connection(
    row: Reading<'_>,
    environment: ClientEnvironment,
) -> Result<ConnectionEntry, StoreError> {
    Ok(ConnectionEntry {
        leaf_user_id: row.parsed("leafUserId")?,
        credential_id: row.parsed("id")?,
        operation: Operation {
            environment,
            hash: OrganizationHash::stored(row.text("operation")?),
        },
        status: read_status(row)?,
        status_since: row.moment("statusSince")?,
    })
}

pub(super) fn read_status(row: Reading<'_>) -> Result<CredentialStatus, StoreError> {
    let status = row.text("status")?;
    let known = CredentialStatus::ALL.into_iter().find(|known| known.as_str() == status);
    known.ok_or_else(|| row.corrupt("status"))
}

pub(super) fn login_key(id: &AppKeyId) -> Item {
    key(format!("{LOGIN_PREFIX}{}#{}", id.environment, id.name), LOGIN_STATE)
}

pub(super) fn event_row(user: LeafUserId, event: &Event) -> Item {
    Writing::row(key(events_partition(user), format!("{}#{}", event.created_at, event.id)))
        .text("id", event.id)
        .text("createdDate", event.created_at)
        .with("statusCode", number(event.status_code))
        .text("headers", &event.headers)
        .text("body", &event.body)
        .ttl(event.created_at.plus(event::RETENTION))
        .done()
}

pub(super) fn read_event(row: Reading<'_>) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.parsed("id")?,
        created_at: row.moment("createdDate")?,
        status_code: row.number("statusCode")?,
        headers: row.text("headers")?.to_owned(),
        body: row.text("body")?.to_owned(),
    })
}
