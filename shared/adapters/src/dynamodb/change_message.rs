//! What the alerts' queue carries of a change: harmless fields of the row, and never the row.

use domain::app_key::AppKeyId;
use domain::change::{Change, Changed, CredentialFacts};
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;

use super::rows::{
    CREDENTIAL, LOGIN_PREFIX, LOGIN_STATE, REPLAY_PREFIX, SESSION, USER_PREFIX, WEBHOOKS,
};

/// A change, as the pipe's template writes it. What a row does not have is left out, or an empty
/// text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChangeMessage {
    /// The stream's id of the change.
    #[serde(deserialize_with = "text")]
    pub id: Option<String>,
    /// When it happened, in seconds since 1970.
    #[serde(deserialize_with = "text")]
    pub at: Option<String>,
    #[serde(deserialize_with = "text")]
    pub pk: Option<String>,
    #[serde(deserialize_with = "text")]
    pub sk: Option<String>,
    /// `Service` when DynamoDB removed the row by itself.
    #[serde(deserialize_with = "text")]
    pub removed_by: Option<String>,
    /// The row before.
    pub old: Image,
    /// The row after.
    pub new: Image,
}

/// What leaves the table of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// The id of a credential, a session or a webhook.
    #[serde(deserialize_with = "text")]
    pub id: Option<String>,
    /// Whose credential or session it is.
    #[serde(deserialize_with = "text")]
    pub leaf_user_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub status: Option<String>,
    #[serde(deserialize_with = "text")]
    pub state: Option<String>,
    #[serde(deserialize_with = "text")]
    pub version: Option<String>,
    #[serde(deserialize_with = "text")]
    pub app_name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub client_environment: Option<String>,
    /// Since when an app key's login is refused.
    #[serde(deserialize_with = "text")]
    pub refused_since: Option<String>,
}

/// An image is not in a form that this version reads.
struct Unreadable;

/// A text or a number, as a text; an empty one is none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(match value {
        Some(serde_json::Value::String(text)) if !text.is_empty() => Some(text),
        Some(serde_json::Value::Number(number)) => Some(number.to_string()),
        _ => None,
    })
}

/// When a change happened, as a stream says it: in seconds since 1970.
pub(super) fn moment(at: &str) -> Option<Timestamp> {
    let at = at.parse::<f64>().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 have 31 bits")]
    let at = OffsetDateTime::from_unix_timestamp(at as i64).ok()?;
    Some(Timestamp::new(at))
}

impl ChangeMessage {
    /// The change that it tells of; none when it is not in a form that this version reads.
    pub fn into_change(self) -> Option<Change> {
        let id = self.id.as_deref()?.parse().ok()?;
        Some(Change { id, at: moment(self.at.as_deref()?)?, what: self.what()? })
    }

    fn what(&self) -> Option<Changed> {
        let Self { old, new, .. } = self;
        match (self.pk.as_deref()?, self.sk.as_deref()?) {
            (pk, CREDENTIAL) => Some(Changed::Credential {
                leaf_user_id: pk.strip_prefix(USER_PREFIX)?.parse().ok()?,
                before: old.credential().ok()?,
                after: new.credential().ok()?,
                swept: self.removed_by.as_deref() == Some("Service"),
            }),
            (pk, SESSION) if new.state.as_deref() == Some("Expired") => {
                Some(Changed::SessionExpired {
                    leaf_user_id: pk.strip_prefix(USER_PREFIX)?.parse().ok()?,
                    app_key: new.app_key()?,
                })
            }
            (pk, LOGIN_STATE) => {
                let (environment, name) = pk.strip_prefix(LOGIN_PREFIX)?.split_once('#')?;
                Some(Changed::Login {
                    app_key: app_key(name, environment)?,
                    was_refused: old.refused_since.is_some(),
                    is_refused: new.refused_since.is_some(),
                })
            }
            (WEBHOOKS, sk) if sk.starts_with(REPLAY_PREFIX) => {
                Some(Changed::ReplayAsked(new.id.as_deref()?.parse().ok()?))
            }
            (WEBHOOKS, _) => Some(Changed::WebhookRegistered(new.id.as_deref()?.parse().ok()?)),
            _ => None,
        }
    }
}

impl Image {
    /// The credential that is in it, if there is one.
    fn credential(&self) -> Result<Option<CredentialFacts>, Unreadable> {
        let Some(id) = &self.id else { return Ok(None) };
        let status = self.status.as_deref();
        Ok(Some(CredentialFacts {
            id: id.parse().map_err(|_| Unreadable)?,
            status: CredentialStatus::ALL
                .into_iter()
                .find(|known| Some(known.as_str()) == status)
                .ok_or(Unreadable)?,
            app_key: self.app_key().ok_or(Unreadable)?,
        }))
    }

    fn app_key(&self) -> Option<AppKeyId> {
        app_key(self.app_name.as_deref()?, self.client_environment.as_deref()?)
    }
}

fn app_key(name: &str, environment: &str) -> Option<AppKeyId> {
    Some(AppKeyId {
        name: name.parse().ok()?,
        environment: environment.parse::<ClientEnvironment>().ok()?,
    })
}
