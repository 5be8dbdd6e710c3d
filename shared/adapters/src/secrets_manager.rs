//! Secrets Manager: one secret per app key, one for the API owners, one for the index key. Their
//! names begin with a configured prefix:
//!
//! - `{prefix}/app-key/{environment}/{appName}`: `{"clientId","username","password"}`, and once
//!   there was a login `{"accessToken","accessExpiresAt","refreshToken"?,"refreshTokenRotates"?}`
//! - `{prefix}/owners`: `{"signingKey", "owners": [{"username","passwordHash"}]}`
//! - `{prefix}/index-key`: `{"indexKey"}`
//! - `{prefix}/webhook/{id}`: `{"secret", "older": {"secret","until"}}`
//! - `{prefix}/leaf`: the account at Leaf, see [`leaf`]; only with the upstream `leaf`
//!
//! Both keys are texts of at least [`KEY_LENGTH`] random characters, whose bytes are the key: what
//! CloudFormation generates, and 32 bytes in base64 as well.
//!
//! Reads are cached in the process for [`CACHED_FOR`]: a rotation is seen after that time, or at
//! once when a login is refused.

pub mod leaf;
mod partners;
mod webhooks;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::AsyncSleep as _;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::sdk_error::kind;
use application::ports::clock::Clock;
use application::ports::randomness::Randomness;
use application::ports::secrets::{SecretsError, ServiceSecrets, VersionedSecret};
use domain::app_key::AppKeyId;
use domain::ids::WebhookId;
use domain::organization_code::IndexKey;
use domain::owner::{Owner, Owners, SigningKey};
use domain::timestamp::Timestamp;

/// How long a read is good for.
pub const CACHED_FOR: Duration = Duration::from_mins(5);

/// The shortest key: so many letters and digits are 256 random bits, as much as an HMAC with
/// SHA-256 has a use for.
pub const KEY_LENGTH: usize = 43;

const CURRENT: &str = "AWSCURRENT";

/// What Secrets Manager answers when asked for anything of a secret that it is going to delete (API
/// Reference, `GetSecretValue`).
const SCHEDULED_FOR_DELETION: &str = "InvalidRequestException";

/// How long, in all, the name of a deleted secret is waited for: less than a caller waits for an
/// answer.
const NAME_IS_FREE_AFTER: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
];

/// A version of a secret.
struct Value {
    text: String,
    version: String,
    written_at: Timestamp,
}

pub struct SecretsManager {
    client: Client,
    prefix: String,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    partners: Mutex<HashMap<AppKeyId, (VersionedSecret, Timestamp)>>,
    owners: Mutex<Option<(Owners, Timestamp)>>,
    index_key: Mutex<Option<IndexKey>>,
    webhooks: Mutex<HashMap<WebhookId, webhooks::Remembered>>,
    leaf: Mutex<Option<leaf::Remembered>>,
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
    serde_json::to_string(&IndexKeyDocument { index_key: index_key.to_owned() })
        .expect("texts can be written")
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
    pub fn new(
        client: Client,
        prefix: impl Into<String>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Self {
        Self {
            client,
            prefix: prefix.into(),
            clock,
            randomness,
            partners: Mutex::default(),
            owners: Mutex::default(),
            index_key: Mutex::default(),
            webhooks: Mutex::default(),
            leaf: Mutex::default(),
        }
    }

    async fn value(&self, name: String) -> Result<Option<Value>, SecretsError> {
        match self.client.get_secret_value().secret_id(name).version_stage(CURRENT).send().await {
            Ok(answer) => Ok(answer.secret_string.zip(answer.version_id).map(|(text, version)| {
                let written = answer
                    .created_date
                    .and_then(|at| OffsetDateTime::from_unix_timestamp(at.secs()).ok());
                Value {
                    text,
                    version,
                    written_at: written.map_or_else(|| self.clock.now(), Timestamp::new),
                }
            })),
            Err(SdkError::ServiceError(error)) if gone(error.err().code()) => Ok(None),
            Err(error) => Err(failure("GetSecretValue", &error)),
        }
    }

    /// Writes a secret over whatever was there; its new version.
    ///
    /// One that is scheduled for deletion is restored first: who stores a value wants it kept. One
    /// that was deleted without recovery has its name for a moment longer (API Reference,
    /// `DeleteSecret`: "an asynchronous background process"), so that is waited for.
    async fn put_or_create(&self, name: &str, value: &str) -> Result<Option<String>, SecretsError> {
        let mut being_deleted =
            unreadable("PutSecretValue", "others keep creating and deleting the secret");
        for wait in NAME_IS_FREE_AFTER {
            match self.client.put_secret_value().secret_id(name).secret_string(value).send().await {
                Ok(answer) => return Ok(answer.version_id),
                Err(error) if is(&error, "ResourceNotFoundException") => {
                    match self.client.create_secret().name(name).secret_string(value).send().await {
                        Ok(created) => return Ok(created.version_id),
                        // Somebody else created it in between.
                        Err(error) if is(&error, "ResourceExistsException") => continue,
                        Err(error) if is(&error, SCHEDULED_FOR_DELETION) => {
                            being_deleted = failure("CreateSecret", &error);
                        }
                        Err(error) => return Err(failure("CreateSecret", &error)),
                    }
                }
                Err(error) if is(&error, SCHEDULED_FOR_DELETION) => {
                    match self.client.restore_secret().secret_id(name).send().await {
                        Ok(_) => continue,
                        Err(error) => being_deleted = failure("RestoreSecret", &error),
                    }
                }
                Err(error) => return Err(failure("PutSecretValue", &error)),
            }
            if let Some(sleep) = self.client.config().sleep_impl() {
                sleep.sleep(wait).await;
            }
        }
        Err(being_deleted)
    }

    /// Deletes a secret without recovery: one of the same name may be created the next minute, and
    /// who deletes a password means it.
    async fn remove(&self, name: String) -> Result<(), SecretsError> {
        match self
            .client
            .delete_secret()
            .secret_id(name)
            .force_delete_without_recovery(true)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if gone(error.err().code()) => Ok(()),
            Err(error) => Err(failure("DeleteSecret", &error)),
        }
    }

    async fn service_document<T: for<'a> Deserialize<'a>>(
        &self,
        name: String,
    ) -> Result<T, SecretsError> {
        let missing = || {
            let failure = "there is no such secret, or it is scheduled for deletion: the \
                           deployment guide says how to make one, and `aws secretsmanager \
                           restore-secret` keeps one";
            unreadable("GetSecretValue", failure)
        };
        let value = self.value(name).await?.ok_or_else(missing)?;
        serde_json::from_str(&value.text).map_err(|_| {
            unreadable("GetSecretValue", "the secret is not in the form that this version reads")
        })
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
            signing_key: SigningKey(key_bytes(
                document.signing_key,
                "`signingKey` is shorter than 43 characters",
            )?),
            owners: document
                .owners
                .into_iter()
                .map(|owner| Owner {
                    username: owner.username,
                    password_hash: owner.password_hash.into(),
                })
                .collect(),
        };
        *self.owners.lock().expect("no thread panics while it holds the cache") =
            Some((owners.clone(), now.plus(CACHED_FOR)));
        Ok(owners)
    }

    async fn index_key(&self) -> Result<IndexKey, SecretsError> {
        // It never changes: rows are found by it.
        let cached =
            self.index_key.lock().expect("no thread panics while it holds the cache").clone();
        if let Some(key) = cached {
            return Ok(key);
        }
        let document: IndexKeyDocument =
            self.service_document(index_key_name(&self.prefix)).await?;
        let key = IndexKey::new(&key_bytes(
            document.index_key,
            "`indexKey` is shorter than 43 characters",
        )?);
        *self.index_key.lock().expect("no thread panics while it holds the cache") =
            Some(key.clone());
        Ok(key)
    }
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
    matches!(code, Some("ResourceNotFoundException" | SCHEDULED_FOR_DELETION))
}

fn failure<E: ProvideErrorMetadata, R>(
    operation: &'static str,
    error: &SdkError<E, R>,
) -> SecretsError {
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
