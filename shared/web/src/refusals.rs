//! Failures of what the service depends on, as problem documents: the same wherever they happen.

use super::USER_MANAGEMENT;
use super::error_key::ErrorKey;
use super::parameters::Query;
use super::problem::{FieldError, Problem};
use application::ports::failure::Failure;
use application::ports::records::ChangeError;
use application::ports::secrets::SecretsError;
use application::ports::store_error::StoreError;
use application::ports::upstream::{LoginError, LoginRefusal, Party, Unavailable, UpstreamError};
use application::use_cases::disconnect::{Again, DisconnectError, Scope};
use application::use_cases::register_app_key::RegisterError;
use application::use_cases::resolve_app_key::ResolveError;
use domain::client_environment::ClientEnvironment;
use domain::ids::LeafUserId;
use http::Uri;

/// Seconds to wait when Panorama did not say how long.
const RETRY_AFTER: u64 = 30;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the table failed");
        Self::storage_unavailable()
    }
}

impl From<SecretsError> for Problem {
    fn from(error: SecretsError) -> Self {
        tracing::error!(%error, "the secret store failed");
        Self::storage_unavailable()
    }
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        tracing::warn!(%error, "the upstream failed");
        // No answer, or "not now": 503. An answer that makes no sense: 502.
        let is_down = matches!(error.status, None | Some(408 | 425 | 429 | 500 | 502..=504 | 400));
        let key = match (error.party, is_down) {
            (Party::Leaf, true) => ErrorKey::LeafUnavailable,
            (Party::Leaf, false) => ErrorKey::LeafBadAnswer,
            (Party::PanoramaLogin | Party::PartnerApi, true) => ErrorKey::PanoramaUnavailable,
            (Party::PanoramaLogin | Party::PartnerApi, false) => ErrorKey::PanoramaBadAnswer,
        };
        let detail = format!("{error}. Nothing was changed; try again later.");
        Self::new(key, detail).retry_after(error.retry_after.unwrap_or(RETRY_AFTER))
    }
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Unavailable(unavailable) => unavailable.into(),
            UpstreamError::Secrets(error) => error.into(),
            UpstreamError::Refused { status } => Self::new(
                ErrorKey::OperationNotShared,
                format!(
                    "Panorama answered {status} for this operation: its sharing is switched off. \
                     Ask the farmer to switch it on again, and start the one-click integration \
                     again."
                ),
            ),
            UpstreamError::PartnerLogin(refusal) => Self::new(
                ErrorKey::PartnerLoginRefused,
                format!(
                    "Panorama refuses the app key's stored login ({refusal}). Update the app key \
                     with PUT; the farmers need not do anything."
                ),
            )
            .retry_after(RETRY_AFTER),
            UpstreamError::LeafLogin => {
                tracing::error!("Leaf refuses the partner's account");
                Self::new(
                    ErrorKey::LeafLoginRefused,
                    "Leaf refuses the account in this deployment's secret. Store the right \
                     username and password, or a new token, in the secret; the farmers need not \
                     do anything.",
                )
                .retry_after(RETRY_AFTER)
            }
            UpstreamError::Declined { status, error_key } => {
                tracing::warn!(status, %error_key, "Leaf declined a request");
                Self::new(
                    ErrorKey::LeafDeclined,
                    format!(
                        "Leaf declined the request with {status} ({error_key}). Nothing was \
                         changed; see Leaf's documentation for the cause."
                    ),
                )
                .retry_after(RETRY_AFTER)
            }
            UpstreamError::SentRefused { status, error_key, fields } => {
                let key = ErrorKey::LeafRefused;
                let of_field = |field| FieldError {
                    field,
                    error_key: key.as_str(),
                    message: "is refused by Leaf".to_owned(),
                };
                let fields = fields.into_iter().map(of_field).collect();
                let detail = format!(
                    "Leaf refuses what was sent, with {status} ({error_key}). Nothing was \
                     changed; see Leaf's documentation for what it accepts."
                );
                Self { fields, ..Self::new(key, detail) }
            }
            UpstreamError::NoSuchUser => {
                Self::new(ErrorKey::LeafUserNotFound, "Leaf has no Leaf user with this id.")
            }
            UpstreamError::OperationOwned => Self::new(
                ErrorKey::OperationOwned,
                "At Leaf the operation is connected to another Leaf user.",
            ),
            UpstreamError::NoSecret => Self::new(
                ErrorKey::PartnerLoginRefused,
                "The app key or its stored credentials are gone. Register it again with POST, or \
                 with PUT if it still exists; the farmers need not do anything.",
            )
            .retry_after(RETRY_AFTER),
        }
    }
}

/// The operation is nobody's until Panorama is seen not to list it.
pub fn operation_withdrawn() -> Problem {
    Problem::of_field(
        ErrorKey::OperationWithdrawn,
        "organizationCode",
        "belongs to an operation that was disconnected until its farmer switches sharing off; ask \
         the farmer to switch it off, to leave it off for half an hour, and then to switch it on \
         again",
    )
}

/// Whether a deletion is to be a strict one.
///
/// # Errors
/// The parameter is neither true nor false.
pub fn until_switched_off(uri: &Uri) -> Result<Again, Problem> {
    let strictly = Query::of(uri).flag("untilSwitchedOff")?;
    Ok(if strictly { Again::OnceSwitchedOff } else { Again::ByCode })
}

/// There is no deletion of a Leaf user's data to tell of.
pub fn no_deletion(id: LeafUserId) -> Problem {
    Problem::new(
        ErrorKey::DataDeletionNotFound,
        format!(
            "No deletion of the data of the Leaf user {id} was asked for, or it was done more than \
             30 days ago. Ask for one with DELETE /users/{{leafUserId}}, or with DELETE \
             /users/{{leafUserId}}/panorama-credentials?deleteData=true."
        ),
    )
}

/// What is to go with a credential.
pub fn with_its_data(uri: &Uri) -> Result<Scope, Problem> {
    let with_data = Query::of(uri).flag("deleteData")?;
    Ok(if with_data { Scope::ConnectionAndData } else { Scope::Connection })
}

/// Why a connection was not ended.
pub fn not_disconnected(error: DisconnectError, id: LeafUserId) -> Problem {
    match error {
        DisconnectError::NoSuchUser => no_such_user(id),
        DisconnectError::UpstreamsOwn => Problem::of_field(
            ErrorKey::MalformedField,
            "untilSwitchedOff",
            "must be false in proxy mode: there, Leaf decides who connects an operation again",
        ),
        DisconnectError::UpstreamsData => Problem::of_field(
            ErrorKey::MalformedField,
            "deleteData",
            "must be false in proxy mode: there, Leaf keeps the data; delete the Leaf user",
        ),
        DisconnectError::Conflict => concurrent_change(),
        DisconnectError::Failure(error) => error.into(),
    }
}

/// A login with credentials that the caller sent was refused: which field, and what to do.
pub fn login_refused(refusal: &LoginRefusal, environment: ClientEnvironment) -> Problem {
    match refusal {
        LoginRefusal::BadPassword => Problem::of_field(
            ErrorKey::PanoramaBadPassword,
            "password",
            "is not the password of this `username` at Panorama; check both and send them again",
        ),
        LoginRefusal::UnknownUser => Problem::of_field(
            ErrorKey::PanoramaUnknownUser,
            "username",
            "is unknown to Panorama; it is the partner's e-mail address",
        ),
        LoginRefusal::UnknownClient => Problem::of_field(
            ErrorKey::PanoramaUnknownClient,
            "clientId",
            &format!(
                "is unknown in Panorama's {environment} environment; check it, and whether it \
                 belongs to {}, which `clientEnvironment` must then name",
                ClientEnvironment::listed(environment.others(), "or")
            ),
        ),
        LoginRefusal::Challenge(name) => Problem::of_field(
            ErrorKey::PanoramaChallenge,
            "username",
            &format!(
                "has to answer another step at Panorama's login ({name}), which a service cannot \
                 do; sign in to the Partner Portal once and complete it, or ask Precision Planting \
                 for an account without it"
            ),
        ),
        LoginRefusal::FlowNotEnabled => Problem::of_field(
            ErrorKey::PanoramaFlowNotEnabled,
            "clientId",
            "may not log in with a password (USER_PASSWORD_AUTH is not enabled); ask Precision \
             Planting to enable it",
        ),
        LoginRefusal::PasswordResetRequired => Problem::of_field(
            ErrorKey::PanoramaPasswordResetRequired,
            "password",
            "must be reset first; reset it in the Partner Portal and send the new one",
        ),
    }
}

impl From<Failure> for Problem {
    fn from(error: Failure) -> Self {
        match error {
            Failure::Store(error) => error.into(),
            Failure::Secrets(error) => error.into(),
            Failure::Upstream(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusals) => refusals.into(),
            ChangeError::NoSuchUser(id) => no_such_user(id),
            ChangeError::Failure(error) => error.into(),
        }
    }
}

/// There is no such Leaf user.
pub fn no_such_user(id: LeafUserId) -> Problem {
    let detail = format!(
        "No Leaf user has the id {id}. Create one with POST /users, or list them with GET /users."
    );
    Problem::new(ErrorKey::LeafUserNotFound, detail)
}

/// Somebody else changed the same thing at the same time.
pub fn concurrent_change() -> Problem {
    let detail = "Somebody else made a change at the same time. This request changed nothing; try \
                  again.";
    Problem::new(ErrorKey::ConcurrentChange, detail)
}

/// An app key was not registered or updated.
pub fn not_registered(error: RegisterError, environment: ClientEnvironment) -> Problem {
    match error {
        RegisterError::Login(LoginError::Refused(refusal)) => login_refused(&refusal, environment),
        RegisterError::Login(LoginError::Unavailable(unavailable)) => unavailable.into(),
        RegisterError::Secrets(error) => error.into(),
        RegisterError::Store(error) => error.into(),
        RegisterError::Conflict => concurrent_change(),
        RegisterError::Unfinished => Problem::new(
            ErrorKey::ChangeUnfinished,
            "The service could not reach all of its own storage, and only part of the change was \
             made. Send the same request again: that finishes it.",
        )
        .retry_after(5),
        RegisterError::NotFound => Problem::new(
            ErrorKey::AppKeyNotFound,
            format!(
                "There is no app key with this name in this environment. Create it with POST, or \
                 list all with GET {USER_MANAGEMENT}/app-keys/Panorama."
            ),
        ),
        RegisterError::Exists => Problem::new(
            ErrorKey::AppKeyExists,
            "An app key with this name exists in this environment, with other content. Change it \
             with PUT.",
        ),
        RegisterError::SharingUrlInUse => Problem::of_field(
            ErrorKey::SharingUrlIdInUse,
            "sharingUrlId",
            "belongs to another app key; a farmer's confirmation could not tell the two apart",
        ),
    }
}

/// A request names no app key that could be used.
pub fn unresolved(error: ResolveError, environment: ClientEnvironment) -> Problem {
    match error {
        ResolveError::Register(error) => not_registered(error, environment),
        ResolveError::Failure(failure) => failure.into(),
        ResolveError::Unknown(name) => Problem::of_field(
            ErrorKey::UnknownAppKey,
            "appName",
            &format!(
                "names no app key in {environment}; check `clientEnvironment`, or {}",
                registration(name.as_str(), environment)
            ),
        ),
        ResolveError::NotNamed | ResolveError::NoSuchUser => Problem::of_field(
            ErrorKey::UnknownAppKey,
            "appName",
            &format!("names no app key in {environment}"),
        ),
        ResolveError::Ambiguous => Problem::of_field(
            ErrorKey::AppKeyAmbiguous,
            "clientId",
            "belongs to more than one app key; name one with `appName` or `sharingUrlId`",
        ),
        ResolveError::SharingUrlIdMismatch => Problem::of_field(
            ErrorKey::SharingUrlIdMismatch,
            "sharingUrlId",
            "is not the app key's; set the same one in the request and in the app key (Partner \
             Portal, Account Details)",
        ),
        ResolveError::ClientIdMismatch => Problem::of_field(
            ErrorKey::ClientIdMismatch,
            "clientId",
            "is not the app key's; leave the credentials out, or change the app key with PUT",
        ),
        ResolveError::NotRegistered => Problem::of_field(
            ErrorKey::UnknownAppKey,
            "clientId",
            &format!(
                "has no app key in {environment}, or one that has lost its secret; {}; then send \
                 this request again",
                registration(ANY_NAME, environment)
            ),
        ),
        ResolveError::SharingUrlIdNeeded => Problem::of_field(
            ErrorKey::MissingField,
            "sharingUrlId",
            &format!(
                "is required, since no app key is registered for this `clientId` in \
                 {environment}; {}; then this request needs none. The id is the UUID in your \
                 Share Initiation URL (Partner Portal, Account Details)",
                registration(ANY_NAME, environment)
            ),
        ),
    }
}

/// A name to use as an example if the request has none.
const ANY_NAME: &str = "my-account";

/// The one call that registers an app key, to be copied.
fn registration(name: &str, environment: ClientEnvironment) -> String {
    format!(
        "register your Panorama account once with POST \
         {USER_MANAGEMENT}/app-keys/Panorama/{name}/{environment} \
         {{\"clientId\":\"…\",\"username\":\"…\",\"password\":\"…\",\"sharingUrlId\":\"…\"}}"
    )
}
