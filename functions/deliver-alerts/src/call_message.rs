//! What the queue carries of a call: which webhook is to be told what. No URL and no secret; those
//! are looked up when the call is made.

use application::ports::work_queue::Outgoing;
use domain::alert::data::{DataAlert, DataEvent};
use domain::alert::{Alert, ConnectionAlert, Notice, Told};
use domain::app_key::AppKeyId;
use domain::timestamp::Timestamp;
use domain::webhook_call::Call;
use serde::{Deserialize, Serialize};

/// A call, as this function writes it for itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallMessage {
    webhook_id: String,
    /// The stream's id of the change.
    id: String,
    /// When it happened, in Leaf's form.
    at: String,
    /// None when the webhook is told that it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<AlertMessage>,
    /// The replay that it is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<String>,
}

/// An alert: about data if it names a thing, else about a connection or an app key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged)]
enum AlertMessage {
    #[serde(rename_all = "camelCase")]
    Data {
        r#type: String,
        leaf_user_id: String,
        thing_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    Connection {
        r#type: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        leaf_user_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        credential_id: Option<String>,
        app_name: String,
        client_environment: String,
    },
}

impl CallMessage {
    /// The message of a call.
    ///
    /// # Panics
    /// Never: texts can be written as JSON.
    pub(crate) fn outgoing(call: &Call) -> Outgoing {
        let notice = &call.notice;
        let message = Self {
            webhook_id: call.webhook_id.to_string(),
            id: notice.id.as_str().to_owned(),
            at: notice.at.to_string(),
            alert: notice.alert().map(AlertMessage::of),
            replay: call.replay.map(|id| id.to_string()),
        };
        let body = serde_json::to_string(&message).expect("texts can be written");
        Outgoing { group: call.group(), id: call.id(), body }
    }

    /// The call; none when it is not in a form that this version reads.
    pub(crate) fn into_call(self) -> Option<Call> {
        let told = match self.alert {
            None => Told::Registration,
            Some(alert) => Told::Alert(alert.into_alert()?),
        };
        let notice =
            Notice { id: self.id.parse().ok()?, at: Timestamp::parse(&self.at).ok()?, told };
        let replay = self.replay.map(|id| id.parse()).transpose().ok()?;
        Some(Call { webhook_id: self.webhook_id.parse().ok()?, notice, replay })
    }
}

impl AlertMessage {
    fn of(alert: &Alert) -> Self {
        match alert {
            Alert::Connection(alert) => Self::Connection {
                r#type: alert.kind.as_str().to_owned(),
                leaf_user_id: alert.leaf_user_id.map(|id| id.to_string()),
                credential_id: alert.credential_id.map(|id| id.to_string()),
                app_name: alert.app_key.name.to_string(),
                client_environment: alert.app_key.environment.to_string(),
            },
            Alert::Data(DataAlert { leaf_user_id, what }) => Self::Data {
                r#type: what.kind().as_str().to_owned(),
                leaf_user_id: leaf_user_id.to_string(),
                thing_id: what.thing().to_string(),
                reason: what.failure().map(|why| why.as_str().to_owned()),
            },
        }
    }

    fn into_alert(self) -> Option<Alert> {
        Some(match self {
            Self::Data { r#type, leaf_user_id, thing_id, reason } => {
                let reason = reason.map(|reason| reason.parse()).transpose().ok()?;
                let what = DataEvent::new(r#type.parse().ok()?, thing_id.parse().ok()?, reason)?;
                Alert::Data(DataAlert { leaf_user_id: leaf_user_id.parse().ok()?, what })
            }
            Self::Connection {
                r#type,
                leaf_user_id,
                credential_id,
                app_name,
                client_environment,
            } => Alert::Connection(ConnectionAlert {
                kind: r#type.parse().ok()?,
                leaf_user_id: leaf_user_id.map(|id| id.parse()).transpose().ok()?,
                credential_id: credential_id.map(|id| id.parse()).transpose().ok()?,
                app_key: AppKeyId {
                    name: app_name.parse().ok()?,
                    environment: client_environment.parse().ok()?,
                },
            }),
        })
    }
}
