//! The upstream: who does the handshake with Panorama, Panorama itself being asked by us, or Leaf
//! in front of it.
//!
//! Two ports. [`PartnerAccount`] is the partner's own account at Panorama, whatever the upstream.
//! [`Upstream`] is what every upstream does. [`super::record_keeper::RecordKeeper`] is what an
//! upstream does that keeps records of its own, which ours then follow: Leaf does, Panorama does
//! not.

use async_trait::async_trait;
use url::Url;

use super::secrets::SecretsError;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::download_url::DownloadUrl;
use domain::ids::{CredentialId, LeafUserId, SharingUrlId};
use domain::organization_code::OrganizationCode;
use domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};
use domain::shared_data::{SharedData, StreamId};

/// The partner's account at Panorama.
#[async_trait]
pub trait PartnerAccount: Send + Sync {
    /// The page in Panorama's portal on which the farmer switches sharing on.
    fn share_initiation_url(
        &self,
        environment: ClientEnvironment,
        sharing_url_id: SharingUrlId,
    ) -> Url;

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

    /// Every operation that shares with the partner. All of them or an error: a part would look
    /// like a revocation of the rest.
    async fn list_sharing(
        &self,
        app_key: &AppKeyId,
    ) -> Result<Vec<OrganizationCode>, UpstreamError>;

    /// Whether this one operation shares with the partner: what it says of itself, whatever the
    /// listing says.
    async fn shares(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
    ) -> Result<bool, UpstreamError>;

    /// What an operation shares. All of it or an error: a part would look as if the rest were gone.
    async fn shared_data(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
    ) -> Result<SharedData, UpstreamError>;

    /// From where the files of a stream can be read now. All of them or an error. There may be
    /// none.
    async fn download_urls(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
        stream: &StreamId,
    ) -> Result<Vec<DownloadUrl>, UpstreamError>;
}

/// Who does the handshake.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Begins a run of one-click. The answer is where the farmer is to be sent, unless that is the
    /// app key's Share Initiation URL.
    async fn begin(&self, run: &Run<'_>) -> Result<Option<Url>, UpstreamError>;

    /// Where a farmer's browser goes on to with its confirmation, so that the upstream can do its
    /// part. `None`: nowhere, [`Self::confirm`] does it.
    fn onward(&self, sharing_url_id: SharingUrlId) -> Option<Url>;

    /// Does the upstream's part of the handshake, or asks whether it is done. Doing it again is
    /// harmless.
    async fn confirm(
        &self,
        app_key: &AppKeyId,
        user: LeafUserId,
        code: &OrganizationCode,
    ) -> Result<Confirmed, UpstreamError>;

    /// Tries a credential that the partner brings itself.
    async fn create(&self, app_key: &AppKey, new: &NewCredential)
    -> Result<Created, CreateRefusal>;

    /// Ends a connection at the upstream, or with `user_too` the Leaf user. What is not there is
    /// ended.
    async fn disconnect(&self, user: LeafUserId, user_too: bool) -> Result<(), UpstreamError>;
}

/// A run of one-click that is about to begin.
#[derive(Debug)]
pub struct Run<'a> {
    /// For whom.
    pub leaf_user_id: LeafUserId,
    /// With which app key.
    pub app_key: &'a AppKey,
    /// The operation, if the farmer has told the partner its code.
    pub organization_code: Option<&'a OrganizationCode>,
}

/// How far the upstream's part of a handshake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// Done.
    Yes {
        /// The HTTP status of the answer.
        status: u16,
        /// The upstream's own id of the credential, if it keeps one.
        id: Option<CredentialId>,
    },
    /// The upstream is at it.
    NotYet,
}

/// A credential as a partner brings it.
#[derive(Debug)]
pub struct NewCredential {
    /// For whom.
    pub leaf_user_id: LeafUserId,
    /// In which environment.
    pub environment: ClientEnvironment,
    /// The partner's login: it must match an app key.
    pub credentials: PartnerCredentials,
    /// A refresh token of that login.
    pub refresh_token: Token,
    /// The operation, which must be shared with the partner already.
    pub organization_code: OrganizationCode,
}

/// A credential that the upstream accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    /// The upstream's own id of it, if it keeps one.
    pub id: Option<CredentialId>,
}

/// The upstream does not accept a credential.
#[derive(Debug, thiserror::Error)]
pub enum CreateRefusal {
    /// The refresh token is not accepted.
    #[error("the refresh token was refused: {0}")]
    RefreshToken(LoginRefusal),
    /// The operation is not in the partner's listing.
    #[error("the operation is not shared with the partner")]
    NotShared,
    /// Anything else.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// What an operation shares, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncSummary {
    /// Different growers (Panorama's clients).
    pub growers: u64,
    /// Different farms; two growers' farms of one name are two.
    pub farms: u64,
    /// Different fields; one field worked by two machines is one.
    pub fields: u64,
}

impl From<&SharedData> for SyncSummary {
    fn from(data: &SharedData) -> Self {
        let counts = [data.growers(), data.farms(), data.fields().len()];
        let [growers, farms, fields] = counts.map(|count| count as u64);
        Self { growers, farms, fields }
    }
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
}

impl LoginRefusal {
    /// A text to remember it by.
    pub fn to_code(&self) -> String {
        match self {
            Self::BadPassword => "badPassword".to_owned(),
            Self::UnknownUser => "unknownUser".to_owned(),
            Self::UnknownClient => "unknownClient".to_owned(),
            Self::Challenge(name) => format!("challenge {name}"),
            Self::FlowNotEnabled => "flowNotEnabled".to_owned(),
            Self::PasswordResetRequired => "passwordResetRequired".to_owned(),
        }
    }

    /// What was remembered.
    pub fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "badPassword" => Self::BadPassword,
            "unknownUser" => Self::UnknownUser,
            "unknownClient" => Self::UnknownClient,
            "flowNotEnabled" => Self::FlowNotEnabled,
            "passwordResetRequired" => Self::PasswordResetRequired,
            _ => Self::Challenge(code.strip_prefix("challenge ")?.to_owned()),
        })
    }
}

/// Whom we ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Party {
    /// Cognito.
    #[error("Panorama's login")]
    PanoramaLogin,
    /// Panorama.
    #[error("Panorama's partner API")]
    PartnerApi,
    /// Leaf.
    #[error("Leaf")]
    Leaf,
}

/// The upstream did not answer, or answered that it cannot answer now. Says nothing about the
/// connection.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{party} gave no usable answer: {failure}")]
pub struct Unavailable {
    /// Who did not answer.
    pub party: Party,
    /// How: a status, a time-out, a broken connection, an answer of an unknown form.
    pub failure: String,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Seconds after which it said that one may ask again.
    pub retry_after: Option<u64>,
}

/// A call of the upstream failed.
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
    /// Leaf refuses the partner's account there: says nothing about the farmer.
    #[error("Leaf refused the partner's account")]
    LeafLogin,
    /// Leaf refused what was asked of it.
    #[error("Leaf declined the request with status {status} ({error_key})")]
    Declined {
        /// The HTTP status.
        status: u16,
        /// Leaf's `errorKey`, or nothing.
        error_key: String,
    },
    /// Leaf refused what the client has sent for it.
    #[error("Leaf refused what was sent with status {status} ({error_key})")]
    SentRefused {
        /// The HTTP status.
        status: u16,
        /// Leaf's `errorKey`, or nothing.
        error_key: String,
        /// The fields that it names, of those that were sent or that a Leaf user has.
        fields: Vec<String>,
    },
    /// The upstream has no such Leaf user.
    #[error("the upstream has no such Leaf user")]
    NoSuchUser,
    /// The upstream has the operation connected to another Leaf user.
    #[error("the operation belongs to another Leaf user at the upstream")]
    OperationOwned,
    /// The app key has no secret.
    #[error("the app key has no secret")]
    NoSecret,
    /// The secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}
