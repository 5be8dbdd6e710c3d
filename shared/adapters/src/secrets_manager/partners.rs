//! App keys' secrets: credentials, and the tokens that they were exchanged for.

use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Builder;

use super::{CACHED_FOR, CURRENT, SecretsManager, Value, failure, is, unreadable};
use application::ports::secrets::{Freshness, PartnerSecrets, SecretsError, VersionedSecret};
use domain::app_key::AppKeyId;
use domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens};
use domain::timestamp::Timestamp;

/// The label of a version that is about to become the current one. One for all: a label is on one
/// version at a time, so what a process leaves behind that dies, the next one takes along.
const CANDIDATE: &str = "CANDIDATE";

/// An app key's secret, as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartnerDocument {
    client_id: String,
    username: String,
    password: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_expires_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    refresh_token_rotates: bool,
}

impl SecretsManager {
    fn app_key_name(&self, app_key: &AppKeyId) -> String {
        format!("{}/app-key/{}/{}", self.prefix, app_key.environment, app_key.name)
    }

    fn cached(&self, app_key: &AppKeyId) -> Option<VersionedSecret> {
        let partners = self.partners.lock().expect("no thread panics while it holds the cache");
        let (secret, until) = partners.get(app_key)?;
        (self.clock.now() < *until).then(|| secret.clone())
    }

    fn remember(&self, app_key: &AppKeyId, secret: Option<VersionedSecret>) {
        let mut partners = self.partners.lock().expect("no thread panics while it holds the cache");
        match secret {
            Some(secret) => {
                partners.insert(app_key.clone(), (secret, self.clock.now().plus(CACHED_FOR)))
            }
            None => partners.remove(app_key),
        };
    }

    /// A secret as it was written just now.
    fn versioned(&self, secret: &PartnerSecret, version: String) -> VersionedSecret {
        VersionedSecret { secret: secret.clone(), version, written_at: self.clock.now() }
    }

    /// Writes a version that is nobody's yet; its id.
    async fn put_candidate(&self, name: &str, value: &str) -> Result<String, SecretsError> {
        let version = Builder::from_random_bytes(self.randomness.bytes()).into_uuid().to_string();
        let put = self.client.put_secret_value().secret_id(name).client_request_token(&version);
        let put = put.version_stages(CANDIDATE).secret_string(value);
        match put.clone().send().await {
            // Too many labels, perhaps: there were versions of this service that gave each
            // candidate one of its own.
            Err(error)
                if is(&error, "LimitExceededException") && self.remove_candidates(name).await? =>
            {
                put.send().await.map_err(|error| failure("PutSecretValue", &error))?;
            }
            Err(error) => return Err(failure("PutSecretValue", &error)),
            Ok(_) => {}
        }
        Ok(version)
    }

    /// Takes the labels of candidates off, whoever left them; whether there were any. A candidate
    /// that is just being made the current version becomes it without one, too: it is moved to by
    /// its id.
    async fn remove_candidates(&self, name: &str) -> Result<bool, SecretsError> {
        let described = self.client.describe_secret().secret_id(name).send().await;
        let labelled =
            described.map_err(|error| failure("DescribeSecret", &error))?.version_ids_to_stages;
        let mut any = false;
        for (version, labels) in labelled.unwrap_or_default() {
            for label in labels.into_iter().filter(|label| label.starts_with(CANDIDATE)) {
                let unlabel =
                    self.client.update_secret_version_stage().secret_id(name).version_stage(label);
                match unlabel.remove_from_version_id(&version).send().await {
                    Ok(_) => any = true,
                    // Somebody else has taken it off, or moved it on.
                    Err(error) if is(&error, "InvalidParameterException") => {}
                    Err(error) => return Err(failure("UpdateSecretVersionStage", &error)),
                }
            }
        }
        Ok(any)
    }
}

#[async_trait]
impl PartnerSecrets for SecretsManager {
    async fn read(
        &self,
        app_key: &AppKeyId,
        freshness: Freshness,
    ) -> Result<Option<VersionedSecret>, SecretsError> {
        if freshness == Freshness::Cached
            && let Some(secret) = self.cached(app_key)
        {
            return Ok(Some(secret));
        }
        let read = match self.value(self.app_key_name(app_key)).await? {
            None => None,
            Some(Value { text, version, written_at }) => {
                Some(VersionedSecret { secret: read_partner(&text)?, version, written_at })
            }
        };
        self.remember(app_key, read.clone());
        Ok(read)
    }

    async fn write(&self, app_key: &AppKeyId, secret: &PartnerSecret) -> Result<(), SecretsError> {
        let version =
            self.put_or_create(&self.app_key_name(app_key), &partner_document(secret)).await?;
        self.remember(app_key, version.map(|version| self.versioned(secret, version)));
        Ok(())
    }

    async fn replace(
        &self,
        app_key: &AppKeyId,
        read: &VersionedSecret,
        secret: &PartnerSecret,
    ) -> Result<Option<String>, SecretsError> {
        // Secrets Manager has no conditional put. It has a conditional move of a label, though: the
        // new version is written under another label, and becomes the current one only if the one
        // that was read still is.
        let name = self.app_key_name(app_key);
        let version = self.put_candidate(&name, &partner_document(secret)).await?;
        let moved = self
            .client
            .update_secret_version_stage()
            .secret_id(&name)
            .version_stage(CURRENT)
            .move_to_version_id(&version)
            .remove_from_version_id(&read.version)
            .send()
            .await;
        let replaced = match moved {
            Ok(_) => Ok(Some(version)),
            Err(error) if is(&error, "InvalidParameterException") => Ok(None),
            Err(error) => Err(failure("UpdateSecretVersionStage", &error)),
        };
        let now = replaced.as_ref().ok().and_then(Clone::clone);
        self.remember(app_key, now.map(|version| self.versioned(secret, version)));
        // Whatever came of it: a version without a label is what Secrets Manager throws away by
        // itself.
        if let Err(error) = self.remove_candidates(&name).await {
            tracing::warn!(app_key = %app_key, %error, "a candidate's label was left behind");
        }
        replaced
    }

    async fn delete(&self, app_key: &AppKeyId) -> Result<(), SecretsError> {
        self.remember(app_key, None);
        self.remove(self.app_key_name(app_key)).await
    }
}

fn partner_document(secret: &PartnerSecret) -> String {
    let PartnerSecret { credentials, tokens } = secret;
    let document = PartnerDocument {
        client_id: credentials.client_id.expose().to_owned(),
        username: credentials.username.expose().to_owned(),
        password: credentials.password.expose().to_owned(),
        access_token: tokens.as_ref().map(|tokens| tokens.access.expose().to_owned()),
        access_expires_at: tokens.as_ref().map(|tokens| tokens.access_expires_at.to_string()),
        refresh_token: tokens
            .as_ref()
            .and_then(|tokens| tokens.refresh.as_ref())
            .map(|token| token.expose().to_owned()),
        refresh_token_rotates: tokens.as_ref().is_some_and(|tokens| tokens.refresh_rotates),
    };
    serde_json::to_string(&document).expect("texts can be written")
}

fn read_partner(text: &str) -> Result<PartnerSecret, SecretsError> {
    // The error of serde may quote the value; it is dropped.
    let document: PartnerDocument = serde_json::from_str(text).map_err(|_| {
        unreadable(
            "GetSecretValue",
            "an app key's secret is not in the form that this version reads",
        )
    })?;
    let tokens = match (document.access_token, document.access_expires_at) {
        (Some(access), Some(expires_at)) => Some(PartnerTokens {
            access: field(&access, "accessToken")?,
            access_expires_at: Timestamp::parse(&expires_at)
                .map_err(|_| bad_field("accessExpiresAt"))?,
            refresh: document
                .refresh_token
                .map(|token| field(&token, "refreshToken"))
                .transpose()?,
            refresh_rotates: document.refresh_token_rotates,
        }),
        _ => None,
    };
    let credentials = PartnerCredentials {
        client_id: field(&document.client_id, "clientId")?,
        username: field(&document.username, "username")?,
        password: field(&document.password, "password")?,
    };
    Ok(PartnerSecret { credentials, tokens })
}

fn field<T: FromStr>(text: &str, name: &str) -> Result<T, SecretsError> {
    text.parse().map_err(|_| bad_field(name))
}

fn bad_field(name: &str) -> SecretsError {
    SecretsError {
        operation: "GetSecretValue",
        failure: format!("`{name}` of an app key's secret cannot be used"),
    }
}
