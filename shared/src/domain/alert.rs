//! What partners are told of by themselves: which change of which row is an alert, and what it says.
//!
//! A change is known by the few harmless fields that leave the table (see `functions/deliver-alerts`), never by the row.

use std::str::FromStr;

use serde::Serialize;

use super::app_key::AppKeyId;
use super::credential::CredentialStatus;
use super::ids::{CredentialId, LeafUserId, WebhookId};
use super::invalid::Invalid;
use super::timestamp::Timestamp;

/// What a webhook can be registered for. The first two are Leaf's, the others ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AlertType {
    /// Panorama refuses the partner's login, or one credential.
    CredentialsUnauthenticated,
    /// The partner may see only part of an operation.
    CredentialsLimitedPermission,
    /// A farmer's operation is connected.
    ConnectionActivated,
    /// The farmer switched sharing off.
    ConnectionRevoked,
    /// It works again.
    ConnectionRecovered,
    /// It was deleted through the API.
    ConnectionDeleted,
    /// The farmer did not come in time.
    ConnectionExpired,
}

impl AlertType {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::CredentialsUnauthenticated,
        Self::CredentialsLimitedPermission,
        Self::ConnectionActivated,
        Self::ConnectionRevoked,
        Self::ConnectionRecovered,
        Self::ConnectionDeleted,
        Self::ConnectionExpired,
    ];

    /// The contract's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialsUnauthenticated => "credentialsUnauthenticated",
            Self::CredentialsLimitedPermission => "credentialsLimitedPermission",
            Self::ConnectionActivated => "connectionActivated",
            Self::ConnectionRevoked => "connectionRevoked",
            Self::ConnectionRecovered => "connectionRecovered",
            Self::ConnectionDeleted => "connectionDeleted",
            Self::ConnectionExpired => "connectionExpired",
        }
    }
}

impl FromStr for AlertType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(Invalid::malformed(
            "may only name credentialsUnauthenticated, credentialsLimitedPermission, connectionActivated, connectionRevoked, \
             connectionRecovered, connectionDeleted and connectionExpired",
        ))
    }
}

/// A change of a row, as the table's stream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The stream's id of it: the same whenever the change is told again.
    pub id: ChangeId,
    /// When it happened, to the second.
    pub at: Timestamp,
    /// What changed.
    pub what: Changed,
}

/// The id of a change: letters, digits and hyphens, so it can stand in a header and in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeId(String);

impl ChangeId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChangeId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::malformed("must be 1 to 64 letters, digits and hyphens"))
        }
    }
}

/// What changed, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// A Leaf user's credential.
    Credential {
        /// Whose it is.
        leaf_user_id: LeafUserId,
        /// What it was, if there was one.
        before: Option<CredentialFacts>,
        /// What it is, if there is one.
        after: Option<CredentialFacts>,
        /// Whether DynamoDB removed the row by itself.
        swept: bool,
    },
    /// A Leaf user's session, which has become `Expired`.
    SessionExpired {
        /// Whose it is.
        leaf_user_id: LeafUserId,
        /// The app key that it was started with.
        app_key: AppKeyId,
    },
    /// What is known of an app key's login.
    Login {
        /// The app key.
        app_key: AppKeyId,
        /// Whether it was refused.
        was_refused: bool,
        /// Whether it is refused.
        is_refused: bool,
    },
    /// A webhook was registered.
    WebhookRegistered(WebhookId),
}

/// What leaves the table of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Its id.
    pub id: CredentialId,
    /// Its status.
    pub status: CredentialStatus,
    /// The app key whose partner login reads it.
    pub app_key: AppKeyId,
}

/// What a receiver is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// That something has happened: goes to whichever webhook is registered for it.
    Alert(Alert),
    /// That it is registered: goes to that webhook.
    Registered(WebhookId),
}

/// Something that has happened to a connection, or to all of an app key's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is.
    pub kind: AlertType,
    /// Whose connection; none when it is about an app key.
    pub leaf_user_id: Option<LeafUserId>,
    /// The credential, if there is or was one.
    pub credential_id: Option<CredentialId>,
    /// The app key.
    pub app_key: AppKeyId,
    /// What the connection's status is now.
    status: &'static str,
    /// What happened, for people.
    message: &'static str,
    at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    /// Leaf's documents name the field and not its content: here it is the name of the API's resource.
    credential: &'static str,
    provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_id: Option<CredentialId>,
    message: &'static str,
    status: &'static str,
    r#type: AlertType,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf_user_id: Option<LeafUserId>,
    app_name: &'a str,
    client_environment: &'static str,
}

impl Notice {
    /// What a change is told as, if it is told at all.
    pub fn of(change: &Change) -> Option<Self> {
        let at = change.at;
        match &change.what {
            Changed::Credential { leaf_user_id, before, after, swept } => {
                let (kind, facts) = credential_alert(before.as_ref(), after.as_ref(), *swept)?;
                let status = if after.is_some() { facts.status.as_str() } else { "DELETED" };
                Some(Self::Alert(Alert {
                    kind,
                    leaf_user_id: Some(*leaf_user_id),
                    credential_id: Some(facts.id),
                    app_key: facts.app_key.clone(),
                    status,
                    message: credential_message(kind),
                    at,
                }))
            }
            Changed::SessionExpired { leaf_user_id, app_key } => Some(Self::Alert(Alert {
                kind: AlertType::ConnectionExpired,
                leaf_user_id: Some(*leaf_user_id),
                credential_id: None,
                app_key: app_key.clone(),
                status: "EXPIRED",
                message: "The farmer did not come within 15 minutes. A credential from before is as it was.",
                at,
            })),
            Changed::Login { app_key, was_refused, is_refused } => {
                let (kind, status, message) = match (was_refused, is_refused) {
                    (false, true) => (
                        AlertType::CredentialsUnauthenticated,
                        CredentialStatus::Unauthenticated,
                        "Panorama refuses the app key's login, so no connection of it can be read. No farmer has to do anything.",
                    ),
                    (true, false) => (
                        AlertType::ConnectionRecovered,
                        CredentialStatus::Active,
                        "Panorama accepts the app key's login again. Each of its connections has the status that it had before.",
                    ),
                    _ => return None,
                };
                let status = status.as_str();
                let app_key = app_key.clone();
                Some(Self::Alert(Alert { kind, leaf_user_id: None, credential_id: None, app_key, status, message, at }))
            }
            Changed::WebhookRegistered(id) => Some(Self::Registered(*id)),
        }
    }

    /// The body of the request: JSON without line breaks.
    ///
    /// # Panics
    /// Never: ids and texts can be written as JSON.
    pub fn body(&self) -> String {
        match self {
            // Leaf's words (docs.withleaf.io, Alerts Overview).
            Self::Registered(_) => r#"{"message":"confirmation of webhook upon registration"}"#.to_owned(),
            Self::Alert(alert) => serde_json::to_string(&Payload {
                credential: "panorama-credentials",
                provider: "Panorama",
                credential_id: alert.credential_id,
                message: alert.message,
                status: alert.status,
                r#type: alert.kind,
                timestamp: alert.at,
                leaf_user_id: alert.leaf_user_id,
                app_name: alert.app_key.name.as_str(),
                client_environment: alert.app_key.environment.as_str(),
            })
            .expect("ids and texts can be written"),
        }
    }
}

fn credential_alert<'a>(
    before: Option<&'a CredentialFacts>,
    after: Option<&'a CredentialFacts>,
    swept: bool,
) -> Option<(AlertType, &'a CredentialFacts)> {
    match (before, after) {
        (Some(gone), None) if !swept => Some((AlertType::ConnectionDeleted, gone)),
        (Some(before), Some(after)) if before.id == after.id && before.status == after.status => None,
        (before, Some(after)) => {
            let is_known = before.is_some_and(|before| before.id == after.id);
            let kind = match after.status {
                CredentialStatus::Active if is_known => AlertType::ConnectionRecovered,
                CredentialStatus::Active => AlertType::ConnectionActivated,
                CredentialStatus::Revoked => AlertType::ConnectionRevoked,
                CredentialStatus::Unauthenticated => AlertType::CredentialsUnauthenticated,
                CredentialStatus::LimitedPermission => AlertType::CredentialsLimitedPermission,
            };
            Some((kind, after))
        }
        (_, None) => None,
    }
}

const fn credential_message(kind: AlertType) -> &'static str {
    match kind {
        AlertType::CredentialsUnauthenticated => "Panorama refuses the credential.",
        AlertType::CredentialsLimitedPermission => "Only part of the operation can be read.",
        AlertType::ConnectionActivated => "The farmer's operation is connected.",
        AlertType::ConnectionRevoked => "The farmer has switched sharing off.",
        AlertType::ConnectionRecovered => "The connection works again.",
        AlertType::ConnectionDeleted => "The connection was deleted.",
        AlertType::ConnectionExpired => "The farmer did not come in time.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn facts(id: u128, status: CredentialStatus) -> CredentialFacts {
        CredentialFacts { id: CredentialId(uuid::Uuid::from_u128(id)), status, app_key: app_key() }
    }

    fn app_key() -> AppKeyId {
        AppKeyId {
            name: "prairie".parse().expect("a name"),
            environment: super::super::client_environment::ClientEnvironment::Stage,
        }
    }

    fn notice(what: Changed) -> Option<Notice> {
        let at = Timestamp::new(datetime!(2026-11-22 12:00 UTC));
        Notice::of(&Change { id: "e1".parse().expect("an id"), at, what })
    }

    fn kind(before: Option<CredentialFacts>, after: Option<CredentialFacts>, swept: bool) -> Option<AlertType> {
        let leaf_user_id = LeafUserId(uuid::Uuid::from_u128(9));
        match notice(Changed::Credential { leaf_user_id, before, after, swept }) {
            Some(Notice::Alert(alert)) => Some(alert.kind),
            _ => None,
        }
    }

    #[test]
    fn each_change_of_a_credential_is_one_alert_or_none() {
        use AlertType as A;
        use CredentialStatus::{Active, LimitedPermission, Revoked, Unauthenticated};
        for (before, after, expected) in [
            (None, Some((1, Active)), Some(A::ConnectionActivated)),
            (Some((1, Active)), Some((2, Active)), Some(A::ConnectionActivated)),
            (Some((1, Revoked)), Some((2, Active)), Some(A::ConnectionActivated)),
            (Some((1, Active)), Some((1, Active)), None),
            (Some((1, Active)), Some((1, Revoked)), Some(A::ConnectionRevoked)),
            (Some((1, Revoked)), Some((1, Revoked)), None),
            (Some((1, Revoked)), Some((1, Active)), Some(A::ConnectionRecovered)),
            (Some((1, Unauthenticated)), Some((1, Active)), Some(A::ConnectionRecovered)),
            (Some((1, Active)), Some((1, Unauthenticated)), Some(A::CredentialsUnauthenticated)),
            (Some((1, Active)), Some((1, LimitedPermission)), Some(A::CredentialsLimitedPermission)),
            (None, Some((1, LimitedPermission)), Some(A::CredentialsLimitedPermission)),
            (Some((1, Active)), None, Some(A::ConnectionDeleted)),
            (None, None, None),
        ] {
            let of = |it: Option<(u128, CredentialStatus)>| it.map(|(id, status)| facts(id, status));
            assert_eq!(kind(of(before), of(after), false), expected, "{before:?} {after:?}");
        }
        assert_eq!(kind(Some(facts(1, Active)), None, true), None, "the clean-up is no news");
    }

    #[test]
    fn a_login_is_told_when_it_is_refused_and_when_it_works_again_and_not_at_each_try() {
        let told = |was_refused, is_refused| {
            let told = notice(Changed::Login { app_key: app_key(), was_refused, is_refused });
            told.map(|notice| notice.body())
        };
        assert_eq!((told(false, false), told(true, true)), (None, None));
        let refused = told(false, true).expect("an alert");
        assert!(refused.contains(r#""type":"credentialsUnauthenticated""#), "{refused}");
        assert!(refused.contains(r#""appName":"prairie","clientEnvironment":"STAGE""#), "{refused}");
        assert!(!refused.contains("credentialId") && !refused.contains("leafUserId"), "{refused}");
        assert!(told(true, false).expect("an alert").contains(r#""type":"connectionRecovered""#));
    }

    #[test]
    fn every_type_is_read_as_it_is_written() {
        for kind in AlertType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
        }
    }
}
