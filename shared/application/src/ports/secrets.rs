//! Secrets: the partner's, per app key, and the service's own.

use async_trait::async_trait;
use secrecy::SecretString;

use domain::app_key::AppKeyId;
use domain::organization_code::IndexKey;
use domain::owner::Owners;
use domain::partner::PartnerSecret;
use domain::timestamp::Timestamp;

/// A partner's secret and the version it was read at.
#[derive(Debug, Clone)]
pub struct VersionedSecret {
    /// The secret.
    pub secret: PartnerSecret,
    /// Its version; a write names the version that it replaces.
    pub version: String,
    /// When that was written.
    pub written_at: Timestamp,
}

/// How fresh a read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// At most a few minutes old will do.
    Cached,
    /// As it is now: after a refusal, because the secret may have been rotated.
    Now,
}

/// App keys' secrets, one secret per app key.
#[async_trait]
pub trait PartnerSecrets: Send + Sync {
    /// Reads one; `None` when there is none.
    async fn read(
        &self,
        app_key: &AppKeyId,
        freshness: Freshness,
    ) -> Result<Option<VersionedSecret>, SecretsError>;

    /// Writes one, over whatever was there.
    async fn write(&self, app_key: &AppKeyId, secret: &PartnerSecret) -> Result<(), SecretsError>;

    /// Writes one if it is still at the version that was read; its new version. `None`: it was not,
    /// and nothing has changed.
    async fn replace(
        &self,
        app_key: &AppKeyId,
        read: &VersionedSecret,
        secret: &PartnerSecret,
    ) -> Result<Option<String>, SecretsError>;

    /// Deletes one. Nothing happens when there is none.
    async fn delete(&self, app_key: &AppKeyId) -> Result<(), SecretsError>;
}

/// The service's own secrets: made at deployment, read-only here.
#[async_trait]
pub trait ServiceSecrets: Send + Sync {
    /// Who may call the API.
    async fn owners(&self) -> Result<Owners, SecretsError>;

    /// The key of the hashes in keys and indexes.
    async fn index_key(&self) -> Result<IndexKey, SecretsError>;
}

/// The secret of the partner's account at Leaf.
#[async_trait]
pub trait LeafSecrets: Send + Sync {
    /// How to log in at Leaf.
    async fn leaf_login(&self, freshness: Freshness) -> Result<LeafLogin, SecretsError>;

    /// The secrets that Leaf's alerts may be signed with: the one of now, the one before, and that
    /// of a registration which is not finished.
    async fn alert_secrets(&self, freshness: Freshness) -> Result<Vec<SecretString>, SecretsError>;

    /// Stores a secret for a registration of Leaf's alerts; those in use stay good. If a
    /// registration was begun and not finished, the answer is that one's secret and nothing
    /// changes: Leaf may have taken it.
    async fn begin_alert_secret(&self, fresh: SecretString) -> Result<SecretString, SecretsError>;

    /// The registration is finished: its secret is the one of now, and that the one before. Nothing
    /// happens when none was begun.
    async fn finish_alert_secret(&self) -> Result<(), SecretsError>;
}

/// How to log in at Leaf.
#[derive(Debug, Clone)]
pub enum LeafLogin {
    /// As an API owner.
    Password {
        /// The API owner.
        username: SecretString,
        /// Its password.
        password: SecretString,
    },
    /// With a token that somebody has fetched, and will have to fetch again.
    Token(SecretString),
}

/// A secret could not be read or written. It carries no value.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the secret store failed at `{operation}`: {failure}")]
pub struct SecretsError {
    /// What was asked.
    pub operation: &'static str,
    /// What went wrong.
    pub failure: String,
}
