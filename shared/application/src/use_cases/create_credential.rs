//! Manual creation: a partner whose farmer shares already brings the credential itself.

use crate::ports::Ports;
use crate::ports::connections::CompleteError;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::store_error::StoreError;
pub use crate::ports::upstream::NewCredential;
use crate::ports::upstream::{CreateRefusal, LoginRefusal, UpstreamError};
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::finish_handshake::count_recovery;
use crate::use_cases::resolve_app_key::{AppKeyHint, ResolveError, resolve_app_key};
use domain::app_key::AppKey;
use domain::client_environment::ClientEnvironment;
use domain::credential::{Credential, CredentialStatus};
use domain::event::Event;
use domain::ids::CredentialId;
use domain::operation::Operation;

/// Why no credential was created; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The client id has an app key in these environments, and none in the one that was sent.
    #[error("the client id belongs to another environment")]
    EnvironmentMismatch(Vec<ClientEnvironment>),
    /// The credentials fit no app key.
    #[error(transparent)]
    AppKey(#[from] ResolveError),
    /// Panorama does not accept the refresh token.
    #[error("the refresh token was refused: {0}")]
    RefreshToken(LoginRefusal),
    /// The operation is not in the partner's listing.
    #[error("the operation is not shared with the partner")]
    NotShared,
    /// The operation belongs to another Leaf user.
    #[error("the operation belongs to another Leaf user")]
    OperationOwned,
    /// The operation was withdrawn, and Panorama lists it still.
    #[error("the operation is withdrawn")]
    OperationWithdrawn,
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else")]
    Conflict,
    /// What the service depends on failed.
    #[error(transparent)]
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for CreateError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// Creates a credential, after everything that can be wrong with it was tried.
///
/// # Errors
/// See [`CreateError`].
pub async fn create_credential(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    new: &NewCredential,
) -> Result<(), CreateError> {
    records.find_user(new.leaf_user_id).await?.ok_or(CreateError::NoSuchUser)?;
    let app_key = app_key_of(ports, records, app_keys, new).await?;
    let created = match ports.upstream.create(&app_key, new).await {
        Ok(created) => created,
        Err(refusal) => return Err(refused(ports, new, refusal).await?),
    };
    let now = ports.clock.now();
    let credential = Credential {
        id: created.id.unwrap_or_else(|| CredentialId::new(ports.randomness.bytes())),
        leaf_user_id: new.leaf_user_id,
        app_key: app_key.id,
        organization_code: new.organization_code.clone(),
        operation: Operation::new(
            &ports.index_key().await?,
            new.environment,
            &new.organization_code,
        ),
        status: CredentialStatus::Active,
        created_at: now,
        status_since: now,
        silent_since: now,
        checked_at: None,
        is_upstreams: created.id.is_some(),
    };
    let event = ports.event(
        Event::LIST,
        200,
        "Panorama lists the operation as shared; the credential is ACTIVE.",
        now,
    );
    match ports.connections.create_credential(&credential, &event).await {
        Ok(before) => {
            count_recovery(before.as_ref(), &credential);
            Ok(())
        }
        Err(CompleteError::OperationOwned) => Err(CreateError::OperationOwned),
        Err(CompleteError::OperationWithdrawn) => Err(CreateError::OperationWithdrawn),
        Err(CompleteError::Conflict) => Err(CreateError::Conflict),
        Err(CompleteError::Store(error)) => Err(error.into()),
    }
}

/// Writes a refusal into the history, for there is nothing else to remember it by.
async fn refused(
    ports: &Ports,
    new: &NewCredential,
    refusal: CreateRefusal,
) -> Result<CreateError, StoreError> {
    let now = ports.clock.now();
    let (event, error) = match refusal {
        CreateRefusal::RefreshToken(refusal) => {
            let reason = match &refusal {
                LoginRefusal::BadPassword => {
                    "it is expired, revoked, or of another client id".to_owned()
                }
                other => other.to_string(),
            };
            let body =
                format!("Panorama refused the refresh token: {reason}. No credential was created.");
            (ports.event(Event::REFRESH, 400, body, now), CreateError::RefreshToken(refusal))
        }
        CreateRefusal::NotShared => {
            let body = "Panorama does not list the operation: the organization code is wrong or \
                        of another environment, or the switch is off. No credential was created.";
            (ports.event(Event::LIST, 200, body, now), CreateError::NotShared)
        }
        CreateRefusal::Upstream(UpstreamError::NoSuchUser) => return Ok(CreateError::NoSuchUser),
        CreateRefusal::Upstream(UpstreamError::OperationOwned) => {
            return Ok(CreateError::OperationOwned);
        }
        CreateRefusal::Upstream(error) => return Ok(error.into()),
    };
    ports.connections.record(new.leaf_user_id, &event).await?;
    Ok(error)
}

async fn app_key_of(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    new: &NewCredential,
) -> Result<AppKey, CreateError> {
    let key = ports.index_key().await?;
    let client_id = new.credentials.client_id.expose();
    let has_app_key = async |environment: ClientEnvironment| {
        let client = key.client(environment, client_id);
        app_keys.find_by_client(environment, &client).await.map(|found| !found.is_empty())
    };
    if !has_app_key(new.environment).await? {
        let mut elsewhere = Vec::new();
        for other in new.environment.others() {
            if has_app_key(other).await? {
                elsewhere.push(other);
            }
        }
        if !elsewhere.is_empty() {
            return Err(CreateError::EnvironmentMismatch(elsewhere));
        }
    }
    let hint = AppKeyHint {
        environment: new.environment,
        app_name: None,
        sharing_url_id: None,
        default_sharing_url_id: None,
        credentials: Some(new.credentials.clone()),
        may_register: false,
    };
    Ok(resolve_app_key(ports, records, app_keys, new.leaf_user_id, &hint).await?)
}
