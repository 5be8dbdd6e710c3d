//! The secret of the partner's account at Leaf, `{prefix}/leaf`: `{"username","password"}` or
//! `{"token"}`, and once alerts were registered
//! `{"alertSecret"?,"alertSecretBefore"?,"alertSecretBegun"?}`.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{CACHED_FOR, SecretsManager, failure, unreadable};
use application::ports::secrets::{Freshness, LeafLogin, LeafSecrets, SecretsError};
use domain::timestamp::Timestamp;

/// How often the secret is read again for a signature that it does not fit: anybody can send one.
const READ_AGAIN_AFTER: Duration = Duration::from_mins(1);

/// What was read, and when.
pub(super) struct Remembered {
    document: Document,
    at: Timestamp,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert_secret_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert_secret_begun: Option<String>,
}

/// The name of the Leaf account's secret.
pub fn leaf_name(prefix: &str) -> String {
    format!("{prefix}/leaf")
}

/// The value of the Leaf account's secret, for whoever sets a deployment up.
///
/// # Panics
/// Never: texts can be written as JSON.
pub fn leaf_document(username: &str, password: &str) -> String {
    let (username, password) = (Some(username.to_owned()), Some(password.to_owned()));
    let document = Document { username, password, ..Document::default() };
    serde_json::to_string(&document).expect("texts can be written")
}

impl SecretsManager {
    async fn leaf(&self, good_for: Duration) -> Result<Document, SecretsError> {
        let now = self.clock.now();
        if let Some(known) = &*self.leaf.lock().expect("no thread panics while it holds the cache")
            && now < known.at.plus(good_for)
        {
            return Ok(known.document.clone());
        }
        let document: Document = self.service_document(leaf_name(&self.prefix)).await?;
        self.remember_leaf(&document);
        Ok(document)
    }

    async fn write_leaf(&self, document: Document) -> Result<(), SecretsError> {
        let value = serde_json::to_string(&document).expect("texts can be written");
        let put = self
            .client
            .put_secret_value()
            .secret_id(leaf_name(&self.prefix))
            .secret_string(value)
            .send()
            .await;
        put.map_err(|error| failure("PutSecretValue", &error))?;
        self.remember_leaf(&document);
        Ok(())
    }

    fn remember_leaf(&self, document: &Document) {
        let remembered = Remembered { document: document.clone(), at: self.clock.now() };
        *self.leaf.lock().expect("no thread panics while it holds the cache") = Some(remembered);
    }
}

fn good_for(freshness: Freshness, at_least: Duration) -> Duration {
    match freshness {
        Freshness::Cached => CACHED_FOR,
        Freshness::Now => at_least,
    }
}

#[async_trait]
impl LeafSecrets for SecretsManager {
    async fn leaf_login(&self, freshness: Freshness) -> Result<LeafLogin, SecretsError> {
        let document = self.leaf(good_for(freshness, Duration::ZERO)).await?;
        match document {
            Document { token: Some(token), .. } => Ok(LeafLogin::Token(token.into())),
            Document { username: Some(username), password: Some(password), .. } => {
                Ok(LeafLogin::Password { username: username.into(), password: password.into() })
            }
            _ => Err(unreadable(
                "GetSecretValue",
                "the Leaf account's secret has neither `token` nor `username` and `password`",
            )),
        }
    }

    async fn alert_secrets(&self, freshness: Freshness) -> Result<Vec<SecretString>, SecretsError> {
        let Document { alert_secret, alert_secret_before, alert_secret_begun, .. } =
            self.leaf(good_for(freshness, READ_AGAIN_AFTER)).await?;
        let secrets = [alert_secret, alert_secret_before, alert_secret_begun];
        Ok(secrets.into_iter().flatten().map(SecretString::from).collect())
    }

    async fn begin_alert_secret(&self, fresh: SecretString) -> Result<SecretString, SecretsError> {
        let document = self.leaf(Duration::ZERO).await?;
        if let Some(begun) = document.alert_secret_begun {
            return Ok(begun.into());
        }
        let alert_secret_begun = Some(fresh.expose_secret().to_owned());
        self.write_leaf(Document { alert_secret_begun, ..document }).await?;
        Ok(fresh)
    }

    async fn finish_alert_secret(&self) -> Result<(), SecretsError> {
        let mut document = self.leaf(Duration::ZERO).await?;
        let Some(begun) = document.alert_secret_begun.take() else { return Ok(()) };
        document.alert_secret_before = document.alert_secret.replace(begun);
        self.write_leaf(document).await
    }
}
