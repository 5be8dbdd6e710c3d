//! What partners are told of by themselves, and in which words.

pub mod data;

use std::str::FromStr;

use serde::Serialize;

use super::app_key::AppKeyId;
use super::change_id::ChangeId;
use super::credential::CredentialStatus;
use super::ids::{CredentialId, LeafUserId};
use super::invalid::Invalid;
use super::leaf_json;
use super::partner::ClientId;
use super::timestamp::Timestamp;
use data::DataAlert;

/// What is told of connections. The first two are Leaf's, the others ours.
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
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or(Invalid::malformed("must be an alert's type"))
    }
}

/// What one call of a webhook tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The change that it tells of.
    pub id: ChangeId,
    /// When that happened, to the second.
    pub at: Timestamp,
    /// What it tells.
    pub told: Told,
}

/// What a notice tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// That something has happened.
    Alert(Alert),
    /// That the webhook is registered.
    Registration,
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// To a connection, or to all of an app key's.
    Connection(ConnectionAlert),
    /// To what is shared.
    Data(DataAlert),
}

/// Something that has happened to a connection, or to all of an app key's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionAlert {
    /// What it is.
    pub kind: AlertType,
    /// Whose connection; none when it is about an app key.
    pub leaf_user_id: Option<LeafUserId>,
    /// The credential, if there is or was one.
    pub credential_id: Option<CredentialId>,
    /// The app key.
    pub app_key: AppKeyId,
}

/// The fields of Leaf's documents in their order (docs.withleaf.io, "Alert Events"), then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    /// "The client identification".
    credential: Option<&'a str>,
    provider: &'static str,
    credential_id: Option<CredentialId>,
    message: &'static str,
    status: &'static str,
    r#type: AlertType,
    timestamp: Timestamp,
    leaf_user_id: Option<LeafUserId>,
    app_name: &'a str,
    client_environment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reconnect_link: Option<&'a str>,
}

/// Leaf's words (docs.withleaf.io, "Alerts Overview").
#[derive(Serialize)]
struct Registration {
    message: &'static str,
}

impl Notice {
    /// The alert, if it tells one.
    pub const fn alert(&self) -> Option<&Alert> {
        match &self.told {
            Told::Alert(alert) => Some(alert),
            Told::Registration => None,
        }
    }

    /// The body of the request, in Leaf's bytes. `client` is the client id of the alert's app key;
    /// none when there is no such app key any more. `reconnect_link` is for the farmer, if the
    /// alert carries one.
    ///
    /// # Panics
    /// Never: ids and texts can be written as JSON.
    pub fn body(&self, client: Option<&ClientId>, reconnect_link: Option<&str>) -> String {
        let written = match &self.told {
            Told::Registration => leaf_json::to_string(&Registration {
                message: "confirmation of webhook upon registration",
            }),
            Told::Alert(Alert::Data(alert)) => alert.body(self.at),
            Told::Alert(Alert::Connection(alert)) => leaf_json::to_string(&Payload {
                credential: client.map(ClientId::expose),
                provider: "Panorama",
                credential_id: alert.credential_id,
                message: alert.message(),
                status: alert.status(),
                r#type: alert.kind,
                timestamp: self.at,
                leaf_user_id: alert.leaf_user_id,
                app_name: alert.app_key.name.as_str(),
                client_environment: alert.app_key.environment.as_str(),
                reconnect_link,
            }),
        };
        written.expect("ids and texts can be written")
    }
}

impl ConnectionAlert {
    /// What the status of the connection, or of the app key's login, is now.
    const fn status(&self) -> &'static str {
        match self.kind {
            AlertType::CredentialsUnauthenticated => CredentialStatus::Unauthenticated.as_str(),
            AlertType::CredentialsLimitedPermission => CredentialStatus::LimitedPermission.as_str(),
            AlertType::ConnectionActivated | AlertType::ConnectionRecovered => {
                CredentialStatus::Active.as_str()
            }
            AlertType::ConnectionRevoked => CredentialStatus::Revoked.as_str(),
            AlertType::ConnectionDeleted => "DELETED",
            AlertType::ConnectionExpired => "EXPIRED",
        }
    }

    /// What happened, for people.
    const fn message(&self) -> &'static str {
        let of_app_key = self.leaf_user_id.is_none();
        match self.kind {
            AlertType::CredentialsUnauthenticated if of_app_key => {
                "Panorama refuses the app key's login, so no connection of it can be read. No \
                 farmer has to do anything."
            }
            AlertType::CredentialsUnauthenticated => "Panorama refuses the credential.",
            AlertType::CredentialsLimitedPermission => "Only part of the operation can be read.",
            AlertType::ConnectionActivated => "The farmer's operation is connected.",
            AlertType::ConnectionRevoked => "The farmer has switched sharing off.",
            AlertType::ConnectionRecovered if of_app_key => {
                "Panorama accepts the app key's login again. Each of its connections has the \
                 status that it had before."
            }
            AlertType::ConnectionRecovered => "The connection works again.",
            AlertType::ConnectionDeleted => "The connection was deleted.",
            AlertType::ConnectionExpired => {
                "The farmer did not come within 15 minutes. A credential from before is as it was."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::super::client_environment::ClientEnvironment;
    use super::*;

    fn body(told: Told) -> String {
        let at = Timestamp::new(datetime!(2026-11-22 12:00 UTC));
        let client: ClientId = "2nf4stage".parse().expect("a client id");
        Notice { id: "e1".parse().expect("an id"), at, told }.body(Some(&client), None)
    }

    /// The right sides are what Python's `json.dumps(json.loads(body))` makes of them.
    #[test]
    fn a_body_has_the_bytes_that_leafs_python_example_signs() {
        let app_key = AppKeyId {
            name: "prairie".parse().expect("a name"),
            environment: ClientEnvironment::Stage,
        };
        let alert = ConnectionAlert {
            kind: AlertType::CredentialsUnauthenticated,
            leaf_user_id: None,
            credential_id: None,
            app_key,
        };
        assert_eq!(
            body(Told::Alert(Alert::Connection(alert))),
            "{\"credential\": \"2nf4stage\", \"provider\": \"Panorama\", \"credentialId\": null, \
             \"message\": \"Panorama refuses the app key's login, so no connection of it can be \
             read. No farmer has to do anything.\", \"status\": \"UNAUTHENTICATED\", \"type\": \
             \"credentialsUnauthenticated\", \"timestamp\": \"2026-11-22T12:00:00.000000Z\", \
             \"leafUserId\": null, \"appName\": \"prairie\", \"clientEnvironment\": \"STAGE\"}"
        );
        assert_eq!(
            body(Told::Registration),
            r#"{"message": "confirmation of webhook upon registration"}"#
        );
    }

    #[test]
    fn every_type_is_read_as_it_is_written() {
        for kind in AlertType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
        }
    }
}
