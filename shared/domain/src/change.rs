//! What happened to a row, and what partners are told because of it.
//!
//! A change is known by the few harmless fields that leave the table (see the
//! adapter of the table), never by the row.

use super::alert::data::DataAlert;
use super::alert::{Alert, AlertType, ConnectionAlert, Notice, Told};
use super::app_key::AppKeyId;
use super::change_id::ChangeId;
use super::credential::CredentialStatus;
use super::ids::{CredentialId, LeafUserId, ReplayId, WebhookId};
use super::timestamp::Timestamp;

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
    /// What an operation shares.
    Data(DataAlert),
    /// A webhook was registered.
    WebhookRegistered(WebhookId),
    /// A replay was asked for.
    ReplayAsked(ReplayId),
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

/// What follows from a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// Whichever webhook is registered for it is told.
    Alert(Alert),
    /// This webhook is told that it is registered.
    Registered(WebhookId),
    /// A webhook is told once more what happened.
    Replay(ReplayId),
}

impl Change {
    /// What is told because of it, if anything is.
    pub fn consequence(&self) -> Option<Consequence> {
        let alert = |kind, leaf_user_id, credential_id, app_key: &AppKeyId| {
            let app_key = app_key.clone();
            let alert = ConnectionAlert { kind, leaf_user_id, credential_id, app_key };
            Some(Consequence::Alert(Alert::Connection(alert)))
        };
        match &self.what {
            Changed::Credential { leaf_user_id, before, after, swept } => {
                let (kind, facts) = credential_alert(before.as_ref(), after.as_ref(), *swept)?;
                alert(kind, Some(*leaf_user_id), Some(facts.id), &facts.app_key)
            }
            Changed::SessionExpired { leaf_user_id, app_key } => {
                alert(AlertType::ConnectionExpired, Some(*leaf_user_id), None, app_key)
            }
            Changed::Login { app_key, was_refused: false, is_refused: true } => {
                alert(AlertType::CredentialsUnauthenticated, None, None, app_key)
            }
            Changed::Login { app_key, was_refused: true, is_refused: false } => {
                alert(AlertType::ConnectionRecovered, None, None, app_key)
            }
            Changed::Login { .. } => None,
            Changed::Data(alert) => Some(Consequence::Alert(Alert::Data(*alert))),
            Changed::WebhookRegistered(id) => Some(Consequence::Registered(*id)),
            Changed::ReplayAsked(id) => Some(Consequence::Replay(*id)),
        }
    }

    /// What a webhook is told of it.
    pub fn notice(&self, told: Told) -> Notice {
        Notice { id: self.id.clone(), at: self.at, told }
    }
}

fn credential_alert<'a>(
    before: Option<&'a CredentialFacts>,
    after: Option<&'a CredentialFacts>,
    swept: bool,
) -> Option<(AlertType, &'a CredentialFacts)> {
    match (before, after) {
        (Some(gone), None) if !swept => Some((AlertType::ConnectionDeleted, gone)),
        (Some(before), Some(after)) if before.id == after.id && before.status == after.status => {
            None
        }
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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::super::client_environment::ClientEnvironment;
    use super::*;

    fn facts(id: u128, status: CredentialStatus) -> CredentialFacts {
        CredentialFacts { id: CredentialId(uuid::Uuid::from_u128(id)), status, app_key: app_key() }
    }

    fn app_key() -> AppKeyId {
        AppKeyId { name: "prairie".parse().expect("a name"), environment: ClientEnvironment::Stage }
    }

    fn alert(what: Changed) -> Option<ConnectionAlert> {
        let at = Timestamp::new(datetime!(2026-11-22 12:00 UTC));
        match (Change { id: "e1".parse().expect("an id"), at, what }).consequence() {
            Some(Consequence::Alert(Alert::Connection(alert))) => Some(alert),
            _ => None,
        }
    }

    fn kind(
        before: Option<CredentialFacts>,
        after: Option<CredentialFacts>,
        swept: bool,
    ) -> Option<AlertType> {
        let leaf_user_id = LeafUserId(uuid::Uuid::from_u128(9));
        alert(Changed::Credential { leaf_user_id, before, after, swept }).map(|alert| alert.kind)
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
            (
                Some((1, Active)),
                Some((1, LimitedPermission)),
                Some(A::CredentialsLimitedPermission),
            ),
            (None, Some((1, LimitedPermission)), Some(A::CredentialsLimitedPermission)),
            (Some((1, Active)), None, Some(A::ConnectionDeleted)),
            (None, None, None),
        ] {
            let of =
                |it: Option<(u128, CredentialStatus)>| it.map(|(id, status)| facts(id, status));
            assert_eq!(kind(of(before), of(after), false), expected, "{before:?} {after:?}");
        }
        assert_eq!(kind(Some(facts(1, Active)), None, true), None, "the clean-up is no news");
    }

    #[test]
    fn a_login_is_told_when_it_is_refused_and_when_it_works_again_and_not_at_each_try() {
        let told = |was_refused, is_refused| {
            alert(Changed::Login { app_key: app_key(), was_refused, is_refused })
        };
        assert_eq!((told(false, false), told(true, true)), (None, None));
        let refused = told(false, true).expect("an alert");
        assert_eq!(refused.kind, AlertType::CredentialsUnauthenticated);
        assert_eq!(
            (refused.leaf_user_id, refused.credential_id),
            (None, None),
            "it is about all of them"
        );
        assert_eq!(told(true, false).expect("an alert").kind, AlertType::ConnectionRecovered);
    }
}
