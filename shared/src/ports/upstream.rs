//! The upstream: who does the handshake with Panorama.

use async_trait::async_trait;
use url::Url;

use super::secrets::SecretsError;
use crate::domain::app_key::AppKeyId;
use crate::domain::client_environment::ClientEnvironment;
use crate::domain::ids::SharingUrlId;
use crate::domain::organization_code::OrganizationCode;
use crate::domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};

/// Panorama itself, or Leaf in front of it.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// The page in Panorama's portal on which the farmer switches sharing on.
    fn share_initiation_url(&self, environment: ClientEnvironment, sharing_url_id: SharingUrlId) -> Url;

    /// Logs in with credentials that are not stored yet.
    async fn log_in(
        &self,
        environment: ClientEnvironment,
        credentials: &PartnerCredentials,
    ) -> Result<PartnerTokens, LoginError>;

    /// Tries a refresh token that is not stored yet.
    async fn try_refresh_token(
        &self,
        environment: ClientEnvironment,
        client_id: &ClientId,
        refresh_token: &Token,
    ) -> Result<PartnerTokens, LoginError>;

    /// Every operation that shares with the partner. All of them or an error: a part would look like a revocation of the rest.
    async fn list_sharing(&self, app_key: &AppKeyId) -> Result<Vec<OrganizationCode>, UpstreamError>;

    /// Completes the sharing handshake. Doing it again is harmless. The answer is the HTTP status.
    async fn confirm(&self, app_key: &AppKeyId, code: &OrganizationCode) -> Result<u16, UpstreamError>;

    /// What the operation shares.
    async fn shared_fields(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
    ) -> Result<Vec<SharedField>, UpstreamError>;
}

/// One field of an operation, of one machine; the same field may come from several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedField {
    /// Panorama's `client`: Leaf's grower.
    pub grower: String,
    /// The farm.
    pub farm: String,
    /// The field's id in Panorama.
    pub field: String,
}

/// Panorama refused a login, or could not be asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoginError {
    /// The answer was no.
    #[error("the login was refused: {0}")]
    Refused(LoginRefusal),
    /// There was no answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why a login was refused. Each has its own remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// `NotAuthorizedException`.
    #[error("wrong username or password")]
    BadPassword,
    /// `UserNotFoundException`.
    #[error("no such username")]
    UnknownUser,
    /// `ResourceNotFoundException`: typically the wrong environment.
    #[error("no such client id in this environment")]
    UnknownClient,
    /// `ChallengeName`: somebody would have to answer it.
    #[error("a challenge that needs a person: {0}")]
    Challenge(String),
    /// `InvalidParameterException`: the client may not log in with a password.
    #[error("the password flow is not enabled for this client id")]
    FlowNotEnabled,
    /// `PasswordResetRequiredException`.
    #[error("the password must be reset first")]
    PasswordResetRequired,
    /// Any other refusal, by the name that Cognito gives it.
    #[error("{0}")]
    Other(String),
}

/// The upstream did not answer, or answered that it cannot answer now. Says nothing about the connection.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what} did not answer usefully: {failure}")]
pub struct Unavailable {
    /// Who did not answer, e.g. `Panorama's login`.
    pub what: &'static str,
    /// How: a status, a time-out, a broken connection, an answer of an unknown form.
    pub failure: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Seconds after which it said that one may ask again.
    pub retry_after: Option<u64>,
}

/// A call of the partner API failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UpstreamError {
    /// Panorama says no to this operation: its farmer does not share it, or there is none.
    #[error("Panorama refused the operation with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// There was no useful answer: to be tried again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The partner's own login is refused: says nothing about the farmer.
    #[error("the partner's login was refused: {0}")]
    PartnerLogin(LoginRefusal),
    /// The app key has no secret.
    #[error("the app key has no secret")]
    NoSecret,
    /// The secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}
