//! Secrets Manager: one secret per app key, one for the API owners, one for the index key. Their names begin with a configured prefix:
//!
//! - `{prefix}/app-key/{environment}/{appName}`: `{"clientId","username","password"}`, and once there was a login
//!   `{"accessToken","accessExpiresAt","refreshToken"?,"refreshTokenRotates"?}`
//! - `{prefix}/owners`: `{"signingKey", "owners": [{"username","passwordHash"}]}`
//! - `{prefix}/index-key`: `{"indexKey"}`
//! - `{prefix}/webhook/{id}`: `{"secret", "older": {"secret","until"}}`
//! - `{prefix}/leaf`: the account at Leaf, see [`leaf`]; only with the upstream `leaf`
//!
//! Both keys are texts of at least [`KEY_LENGTH`] random characters, whose bytes are the key: what CloudFormation generates, and 32 bytes in
//! base64 as well.
//!
//! Reads are kept in the process for [`CACHED_FOR`]: a rotation is seen after that time, or at once when a login is refused.

pub mod leaf;
mod webhooks;

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::adapters::sdk_error::kind;
use crate::domain::app_key::AppKeyId;
use crate::domain::ids::WebhookId;
use crate::domain::organization_code::IndexKey;
use crate::domain::owner::{Owner, Owners, SigningKey};
use crate::domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens};
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::secrets::{Freshness, PartnerSecrets, SecretsError, ServiceSecrets, VersionedSecret};

/// How long a read is good for.
pub const CACHED_FOR: Duration = Duration::from_mins(5);

/// The shortest key: so many letters and digits are 256 random bits, as much as an HMAC with SHA-256 has a use for.
pub const KEY_LENGTH: usize = 43;

const CURRENT: &str = "AWSCURRENT";

/// The service's secrets.
pub struct SecretsManager {
    client: Client,
    prefix: String,
    clock: Arc<dyn Clock>,
    partners: Mutex<HashMap<AppKeyId, (VersionedSecret, Timestamp)>>,
    owners: Mutex<Option<(Owners, Timestamp)>>,
    index_key: Mutex<Option<IndexKey>>,
    webhooks: Mutex<HashMap<WebhookId, webhooks::Remembered>>,
    leaf: Mutex<Option<leaf::Remembered>>,
}

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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnersDocument {
    signing_key: String,
    owners: Vec<OwnerDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerDocument {
    username: String,
    password_hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IndexKeyDocument {
    index_key: String,
}

/// The value of the owners' secret, for whoever sets a deployment up.
///
/// # Panics
/// Never: texts can be written as JSON.
pub fn owners_document(signing_key: &str, owners: &[(&str, &str)]) -> String {
    let owners = owners.iter().map(|(username, password_hash)| OwnerDocument {
        username: (*username).to_owned(),
        password_hash: (*password_hash).to_owned(),
    });
    let document = OwnersDocument { signing_key: signing_key.to_owned(), owners: owners.collect() };
    serde_json::to_string(&document).expect("texts can be written")
}

/// The value of the index key's secret, for whoever sets a deployment up.
///
/// # Panics
/// Never: texts can be written as JSON.
pub fn index_key_document(index_key: &str) -> String {
    serde_json::to_string(&IndexKeyDocument { index_key: index_key.to_owned() }).expect("texts can be written")
}

/// The name of the owners' secret.
pub fn owners_name(prefix: &str) -> String {
    format!("{prefix}/owners")
}

/// The name of the index key's secret.
pub fn index_key_name(prefix: &str) -> String {
    format!("{prefix}/index-key")
}

impl SecretsManager {
    /// The secrets whose names begin with `prefix`.
    pub fn new(client: Client, prefix: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self {
            client,
            prefix: prefix.into(),
            clock,
            partners: Mutex::default(),
            owners: Mutex::default(),
            index_key: Mutex::default(),
            webhooks: Mutex::default(),
            leaf: Mutex::default(),
        }
    }

    fn app_key_name(&self, app_key: &AppKeyId) -> String {
        format!("{}/app-key/{}/{}", self.prefix, app_key.environment, app_key.name)
    }

    /// A secret's current value and its version.
    async fn value(&self, name: String) -> Result<Option<(String, String)>, SecretsError> {
        match self.client.get_secret_value().secret_id(name).version_stage(CURRENT).send().await {
            Ok(answer) => Ok(answer.secret_string.zip(answer.version_id)),
            Err(SdkError::ServiceError(error)) if gone(error.err().code()) => Ok(None),
            Err(error) => Err(failure("GetSecretValue", &error)),
        }
    }

    /// Writes a secret over whatever was there; its new version.
    async fn put_or_create(&self, name: &str, value: &str) -> Result<Option<String>, SecretsError> {
        let put = async || self.client.put_secret_value().secret_id(name).secret_string(value).send().await;
        let create = self.client.create_secret().name(name).secret_string(value);
        match put().await {
            Ok(answer) => Ok(answer.version_id),
            Err(error) if is(&error, "ResourceNotFoundException") => match create.send().await {
                Ok(created) => Ok(created.version_id),
                // Somebody else created it in between.
                Err(error) if is(&error, "ResourceExistsException") => {
                    Ok(put().await.map_err(|error| failure("PutSecretValue", &error))?.version_id)
                }
                Err(error) => Err(failure("CreateSecret", &error)),
            },
            Err(error) => Err(failure("PutSecretValue", &error)),
        }
    }

    /// Deletes a secret without recovery: one of the same name may be created the next minute, and who deletes a password means it.
    async fn remove(&self, name: String) -> Result<(), SecretsError> {
        match self.client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if gone(error.err().code()) => Ok(()),
            Err(error) => Err(failure("DeleteSecret", &error)),
        }
    }

    async fn service_document<T: for<'a> Deserialize<'a>>(&self, name: String) -> Result<T, SecretsError> {
        let missing =
            || unreadable("GetSecretValue", "there is no such secret; the deployment guide says how to make it");
        let (text, _) = self.value(name).await?.ok_or_else(missing)?;
        serde_json::from_str(&text)
            .map_err(|_| unreadable("GetSecretValue", "the secret is not in the form that this version reads"))
    }

    fn cached(&self, app_key: &AppKeyId) -> Option<VersionedSecret> {
        let partners = self.partners.lock().expect("no thread panics while it holds the cache");
        let (secret, until) = partners.get(app_key)?;
        (self.clock.now() < *until).then(|| secret.clone())
    }

    fn remember(&self, app_key: &AppKeyId, secret: Option<VersionedSecret>) {
        let mut partners = self.partners.lock().expect("no thread panics while it holds the cache");
        match secret {
            Some(secret) => partners.insert(app_key.clone(), (secret, self.clock.now().plus(CACHED_FOR))),
            None => partners.remove(app_key),
        };
    }
}

#[async_trait]
impl PartnerSecrets for SecretsManager {
    async fn read(&self, app_key: &AppKeyId, freshness: Freshness) -> Result<Option<VersionedSecret>, SecretsError> {
        if freshness == Freshness::Cached
            && let Some(secret) = self.cached(app_key)
        {
            return Ok(Some(secret));
        }
        let read = match self.value(self.app_key_name(app_key)).await? {
            None => None,
            Some((text, version)) => Some(VersionedSecret { secret: read_partner(&text)?, version }),
        };
        self.remember(app_key, read.clone());
        Ok(read)
    }

    async fn write(&self, app_key: &AppKeyId, secret: &PartnerSecret) -> Result<(), SecretsError> {
        let version = self.put_or_create(&self.app_key_name(app_key), &partner_document(secret)).await?;
        self.remember(app_key, version.map(|version| VersionedSecret { secret: secret.clone(), version }));
        Ok(())
    }

    async fn replace(
        &self,
        app_key: &AppKeyId,
        read: &VersionedSecret,
        secret: &PartnerSecret,
    ) -> Result<bool, SecretsError> {
        // Secrets Manager has no conditional put. It has a conditional move of a label, though: the new version is written under a label of
        // its own, and becomes the current one only if the one that was read still is.
        let name = self.app_key_name(app_key);
        let version = Uuid::new_v4().to_string();
        self.client
            .put_secret_value()
            .secret_id(&name)
            .client_request_token(&version)
            .version_stages(format!("CANDIDATE-{version}"))
            .secret_string(partner_document(secret))
            .send()
            .await
            .map_err(|error| failure("PutSecretValue", &error))?;
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
            Ok(_) => true,
            Err(SdkError::ServiceError(error)) if error.err().code() == Some("InvalidParameterException") => false,
            Err(error) => return Err(failure("UpdateSecretVersionStage", &error)),
        };
        self.remember(app_key, replaced.then(|| VersionedSecret { secret: secret.clone(), version: version.clone() }));
        // A version without a label is what Secrets Manager throws away by itself.
        let unlabelled = self
            .client
            .update_secret_version_stage()
            .secret_id(&name)
            .version_stage(format!("CANDIDATE-{version}"))
            .remove_from_version_id(&version)
            .send()
            .await;
        if let Err(error) = unlabelled {
            tracing::warn!(error = %failure("UpdateSecretVersionStage", &error), "a candidate's label was left behind");
        }
        Ok(replaced)
    }

    async fn delete(&self, app_key: &AppKeyId) -> Result<(), SecretsError> {
        self.remember(app_key, None);
        self.remove(self.app_key_name(app_key)).await
    }
}

#[async_trait]
impl ServiceSecrets for SecretsManager {
    async fn owners(&self) -> Result<Owners, SecretsError> {
        let now = self.clock.now();
        let cached = self.owners.lock().expect("no thread panics while it holds the cache").clone();
        if let Some((owners, _)) = cached.filter(|(_, until)| now < *until) {
            return Ok(owners);
        }
        let document: OwnersDocument = self.service_document(owners_name(&self.prefix)).await?;
        let owners = Owners {
            signing_key: SigningKey(key_bytes(document.signing_key, "`signingKey` is shorter than 43 characters")?),
            owners: document
                .owners
                .into_iter()
                .map(|owner| Owner { username: owner.username, password_hash: owner.password_hash.into() })
                .collect(),
        };
        *self.owners.lock().expect("no thread panics while it holds the cache") =
            Some((owners.clone(), now.plus(CACHED_FOR)));
        Ok(owners)
    }

    async fn index_key(&self) -> Result<IndexKey, SecretsError> {
        // It never changes: rows are found by it.
        let cached = self.index_key.lock().expect("no thread panics while it holds the cache").clone();
        if let Some(key) = cached {
            return Ok(key);
        }
        let document: IndexKeyDocument = self.service_document(index_key_name(&self.prefix)).await?;
        let key = IndexKey::new(&key_bytes(document.index_key, "`indexKey` is shorter than 43 characters")?);
        *self.index_key.lock().expect("no thread panics while it holds the cache") = Some(key.clone());
        Ok(key)
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
    let document: PartnerDocument = serde_json::from_str(text)
        .map_err(|_| unreadable("GetSecretValue", "an app key's secret is not in the form that this version reads"))?;
    let tokens = match (document.access_token, document.access_expires_at) {
        (Some(access), Some(expires_at)) => Some(PartnerTokens {
            access: field(&access, "accessToken")?,
            access_expires_at: Timestamp::parse(&expires_at).map_err(|_| bad_field("accessExpiresAt"))?,
            refresh: document.refresh_token.map(|token| field(&token, "refreshToken")).transpose()?,
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
    SecretsError { operation: "GetSecretValue", failure: format!("`{name}` of an app key's secret cannot be used") }
}

fn key_bytes(text: String, failure: &str) -> Result<Vec<u8>, SecretsError> {
    if text.len() < KEY_LENGTH {
        return Err(unreadable("GetSecretValue", failure));
    }
    Ok(text.into_bytes())
}

fn unreadable(operation: &'static str, failure: &str) -> SecretsError {
    SecretsError { operation, failure: failure.to_owned() }
}

fn is<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> bool {
    matches!(error, SdkError::ServiceError(answer) if answer.err().code() == Some(code))
}

/// There is no secret, or it is being deleted.
fn gone(code: Option<&str>) -> bool {
    matches!(code, Some("ResourceNotFoundException" | "InvalidRequestException"))
}

fn failure<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> SecretsError {
    SecretsError { operation, failure: kind(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_is_long_enough_and_a_typed_one_is_not() {
        let generated = "aZ09".repeat(16);
        assert_eq!(key_bytes(generated.clone(), "").expect("a key"), generated.as_bytes());
        assert!(key_bytes("k".repeat(KEY_LENGTH), "").is_ok());
        let short = key_bytes("k".repeat(KEY_LENGTH - 1), "too short").expect_err("not 256 bits");
        assert_eq!(short.failure, "too short");
    }
}
