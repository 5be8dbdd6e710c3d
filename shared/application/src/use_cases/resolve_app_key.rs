//! Which app key a one-click request is for. The contract has three bodies: the tutorial's with
//! inline credentials, the reference's with inline credentials and `sharingUrlId`, and ours with
//! `appName`. Inline credentials must match an app key, or become one.

use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::secrets::{Freshness, VersionedSecret};
use crate::ports::upstream::LoginError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::log_in::{Asked, log_in};
use crate::use_cases::register_app_key::{RegisterError, register_app_key};
use domain::app_key::{AppKey, AppKeyId, AppName};
use domain::client_environment::ClientEnvironment;
use domain::ids::{LeafUserId, SharingUrlId};
use domain::partner::{PartnerCredentials, PartnerSecret};

/// What a request says of its app key.
#[derive(Debug)]
pub struct AppKeyHint {
    /// Always there.
    pub environment: ClientEnvironment,
    /// Its name.
    pub app_name: Option<AppName>,
    /// Its sharing URL id.
    pub sharing_url_id: Option<SharingUrlId>,
    /// The deployment's own, for an app key that is made and of which the request says none.
    pub default_sharing_url_id: Option<SharingUrlId>,
    /// Its secrets.
    pub credentials: Option<PartnerCredentials>,
    /// Whether these may become a secret where there is none: making secrets is not every
    /// function's right.
    pub may_register: bool,
}

/// Why no app key was found or made.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// There is none of this name.
    #[error("there is no such app key")]
    Unknown(AppName),
    /// Nothing in the request names one.
    #[error("the request names no app key")]
    NotNamed,
    /// More than one has this client id.
    #[error("more than one app key fits")]
    Ambiguous,
    /// It has another sharing URL id.
    #[error("the sharing URL id is another")]
    SharingUrlIdMismatch,
    /// It has another client id.
    #[error("the client id is another")]
    ClientIdMismatch,
    /// These credentials are new, and without a sharing URL id they cannot become an app key.
    #[error("a sharing URL id is needed")]
    SharingUrlIdNeeded,
    /// These credentials are no app key's, and may not become one's here.
    #[error("the credentials are not registered")]
    NotRegistered,
    /// There is no such Leaf user, so nothing was registered.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// What the service depends on failed.
    #[error(transparent)]
    Failure(Failure),
    /// Panorama refused the inline credentials, or they could not be registered.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl<E: Into<Failure>> From<E> for ResolveError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl From<LoginError> for ResolveError {
    fn from(error: LoginError) -> Self {
        Self::Register(error.into())
    }
}

/// Finds, or makes, the app key of a request for this Leaf user.
///
/// # Errors
/// See [`ResolveError`].
pub async fn resolve_app_key(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    user: LeafUserId,
    hint: &AppKeyHint,
) -> Result<AppKey, ResolveError> {
    let found = match &hint.app_name {
        Some(name) => {
            app_keys.find(&AppKeyId { name: name.clone(), environment: hint.environment }).await?
        }
        None => find_by_client(ports, app_keys, hint).await?,
    };
    match (found, &hint.credentials) {
        (None, None) => {
            Err(hint.app_name.clone().map_or(ResolveError::NotNamed, ResolveError::Unknown))
        }
        (None, Some(_)) if !hint.may_register => Err(ResolveError::NotRegistered),
        (None, Some(credentials)) => {
            become_app_key(ports, records, app_keys, user, hint, credentials).await
        }
        (Some(found), _) if hint.sharing_url_id.is_some_and(|id| id != found.sharing_url_id) => {
            Err(ResolveError::SharingUrlIdMismatch)
        }
        (Some(found), None) => Ok(found),
        (Some(found), Some(credentials)) => {
            match_or_update(ports, records, user, &found.id, hint.may_register, credentials)
                .await?;
            Ok(found)
        }
    }
}

async fn find_by_client(
    ports: &Ports,
    app_keys: &AppKeyCache,
    hint: &AppKeyHint,
) -> Result<Option<AppKey>, ResolveError> {
    let Some(credentials) = &hint.credentials else { return Err(ResolveError::NotNamed) };
    let client = ports.index_key().await?.client(hint.environment, credentials.client_id.expose());
    let mut of_client = app_keys.find_by_client(hint.environment, &client).await?;
    if let Some(wanted) = hint.sharing_url_id
        && of_client.iter().any(|app_key| app_key.sharing_url_id == wanted)
    {
        of_client.retain(|app_key| app_key.sharing_url_id == wanted);
    }
    if of_client.len() > 1 { Err(ResolveError::Ambiguous) } else { Ok(of_client.pop()) }
}

/// The inline credentials are the app key's. If they differ, the partner may have a new password:
/// Panorama is asked, and if it agrees the app key has it from now on.
async fn match_or_update(
    ports: &Ports,
    records: &dyn Records,
    user: LeafUserId,
    id: &AppKeyId,
    may_register: bool,
    credentials: &PartnerCredentials,
) -> Result<(), ResolveError> {
    for freshness in [Freshness::Cached, Freshness::Now] {
        match ports.partner_secrets.read(id, freshness).await? {
            Some(read) if read.secret.credentials == *credentials => return Ok(()),
            Some(read) if freshness == Freshness::Now => {
                return update(ports, records, user, id, credentials, &read).await;
            }
            _ => {}
        }
    }
    // The row is there and its secret is not: somebody removed it by hand. The inline credentials
    // mend it.
    if !may_register {
        return Err(ResolveError::NotRegistered);
    }
    not_for_nobody(records, user).await?;
    let tokens = log_in(ports, id.environment, credentials, Asked::InPassing).await?;
    let secret = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens) };
    Ok(ports.partner_secrets.write(id, &secret).await?)
}

async fn update(
    ports: &Ports,
    records: &dyn Records,
    user: LeafUserId,
    id: &AppKeyId,
    credentials: &PartnerCredentials,
    read: &VersionedSecret,
) -> Result<(), ResolveError> {
    if read.secret.credentials.client_id != credentials.client_id {
        return Err(ResolveError::ClientIdMismatch);
    }
    not_for_nobody(records, user).await?;
    let tokens = log_in(ports, id.environment, credentials, Asked::InPassing).await?;
    let secret = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens) };
    if ports.partner_secrets.replace(id, read, &secret).await?.is_none() {
        tracing::info!(app_key = %id, "another function has written the secret meanwhile");
    }
    Ok(())
}

async fn become_app_key(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    user: LeafUserId,
    hint: &AppKeyHint,
    credentials: &PartnerCredentials,
) -> Result<AppKey, ResolveError> {
    let sharing_url_id = match (hint.sharing_url_id, hint.default_sharing_url_id) {
        (Some(said), _) => said,
        // An account that comes second is another one of the partner's; the deployment does not
        // know its id.
        (None, Some(id)) if app_keys.find_by_sharing_url(id).await?.is_none() => id,
        _ => return Err(ResolveError::SharingUrlIdNeeded),
    };
    not_for_nobody(records, user).await?;
    // The sharing URL id is the partner's own, is unique, and is not a secret.
    let name = hint.app_name.clone().unwrap_or_else(|| sharing_url_id.into());
    let id = AppKeyId { name, environment: hint.environment };
    let (app_key, _) =
        register_app_key(ports, &id, credentials, sharing_url_id, Asked::InPassing).await?;
    app_keys.forget();
    Ok(app_key)
}

/// A request for a Leaf user that does not exist must neither ask Panorama nor change an app key.
/// Where nothing of that is about to happen, the start's own transaction finds out.
async fn not_for_nobody(records: &dyn Records, user: LeafUserId) -> Result<(), ResolveError> {
    match records.find_user(user).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(ResolveError::NoSuchUser),
        Err(failure) => Err(failure.into()),
    }
}
