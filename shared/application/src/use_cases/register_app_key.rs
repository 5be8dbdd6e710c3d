//! Step 1: a partner registers its Panorama account. It logs in once, so that a wrong password is
//! refused here and not in front of a farmer.

use crate::ports::Ports;
use crate::ports::app_keys::SaveAppKeyError;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::store_error::StoreError;
use crate::ports::upstream::LoginError;
use crate::use_cases::log_in::{Asked, log_in};
use domain::app_key::{AppKey, AppKeyId};
use domain::ids::SharingUrlId;
use domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens};

/// Why an app key was not registered or updated.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is one of this name, with other content.
    #[error("the app key exists already")]
    Exists,
    /// There is none of this name.
    #[error("there is no such app key")]
    NotFound,
    /// Another app key has the sharing URL id.
    #[error("the sharing URL id belongs to another app key")]
    SharingUrlInUse,
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else")]
    Conflict,
    /// Part of it is done, and the rest could not be: the same request again finishes it.
    #[error("only a part was done")]
    Unfinished,
    /// Panorama refused the login, or could not be asked.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The secret store failed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a create made something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// It is new.
    Created,
    /// It was there, with the very same content: a repeat.
    AlreadyThere,
}

/// Creates an app key.
///
/// # Errors
/// See [`RegisterError`].
pub async fn register_app_key(
    ports: &Ports,
    id: &AppKeyId,
    credentials: &PartnerCredentials,
    sharing_url_id: SharingUrlId,
    asked: Asked,
) -> Result<(AppKey, Registration), RegisterError> {
    let client = ports.index_key().await?.client(id.environment, credentials.client_id.expose());
    let app_key = AppKey {
        id: id.clone(),
        sharing_url_id,
        client,
        created_at: ports.clock.now(),
        version: 1,
    };
    if let Some(known) = ports.app_keys.find(id).await? {
        return repeated(ports, known, &app_key, credentials, Login::Ask(asked)).await;
    }
    free_for(ports, sharing_url_id, id).await?;
    let tokens = log_in(ports, id.environment, credentials, asked).await?;
    // The row first: its transaction decides between two that come at once, and only the winner
    // writes the secret. Should the process stop before it does, the next try of the same request
    // mends it; should the secret not be written, the row goes again.
    let lost = match ports.app_keys.create(&app_key).await {
        Ok(()) => {
            let secret = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens) };
            let Err(error) = ports.partner_secrets.write(id, &secret).await else {
                return Ok((app_key, Registration::Created));
            };
            return Err(undone(&error, ports.app_keys.delete(&app_key).await));
        }
        Err(SaveAppKeyError::SharingUrlInUse) => RegisterError::SharingUrlInUse,
        Err(SaveAppKeyError::Conflict) => RegisterError::Conflict,
        Err(SaveAppKeyError::Store(error)) => return Err(error.into()),
    };
    match ports.app_keys.find(id).await? {
        Some(known) => repeated(ports, known, &app_key, credentials, Login::Done(tokens)).await,
        None => Err(lost),
    }
}

/// A login that is needed.
enum Login {
    Ask(Asked),
    Done(PartnerTokens),
}

/// Why nothing was done, or only a part, after the secret could not be written and what was done
/// before it was taken back.
fn undone<E: std::fmt::Display>(error: &SecretsError, back: Result<(), E>) -> RegisterError {
    match back {
        Ok(()) => error.clone().into(),
        Err(not_back) => {
            tracing::error!(%error, %not_back, "an app key was changed without its secret");
            RegisterError::Unfinished
        }
    }
}

/// A create of what is there already: harmless when it has the very same content.
async fn repeated(
    ports: &Ports,
    known: AppKey,
    wanted: &AppKey,
    credentials: &PartnerCredentials,
    login: Login,
) -> Result<(AppKey, Registration), RegisterError> {
    if known.sharing_url_id != wanted.sharing_url_id || known.client != wanted.client {
        return Err(RegisterError::Exists);
    }
    match ports.partner_secrets.read(&known.id, Freshness::Now).await? {
        Some(read) if read.secret.credentials == *credentials => {}
        Some(_) => return Err(RegisterError::Exists),
        None => {
            let tokens = match login {
                Login::Done(tokens) => tokens,
                Login::Ask(asked) => {
                    log_in(ports, known.id.environment, credentials, asked).await?
                }
            };
            let secret = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens) };
            ports.partner_secrets.write(&known.id, &secret).await?;
        }
    }
    Ok((known, Registration::AlreadyThere))
}

/// Replaces an app key's credentials and sharing URL id. Connections made with it go on.
///
/// # Errors
/// See [`RegisterError`].
pub async fn update_app_key(
    ports: &Ports,
    id: &AppKeyId,
    credentials: &PartnerCredentials,
    sharing_url_id: SharingUrlId,
) -> Result<AppKey, RegisterError> {
    let before = ports.app_keys.find(id).await?.ok_or(RegisterError::NotFound)?;
    free_for(ports, sharing_url_id, id).await?;
    let tokens = log_in(ports, id.environment, credentials, Asked::OnPurpose).await?;
    let after = AppKey {
        sharing_url_id,
        client: ports.index_key().await?.client(id.environment, credentials.client_id.expose()),
        version: before.version + 1,
        ..before.clone()
    };
    // The row first: it is what may be refused, and then nothing has changed.
    match ports.app_keys.replace(&before, &after).await {
        Ok(()) => {}
        Err(SaveAppKeyError::SharingUrlInUse) if before.sharing_url_id != sharing_url_id => {
            return Err(RegisterError::SharingUrlInUse);
        }
        Err(SaveAppKeyError::SharingUrlInUse | SaveAppKeyError::Conflict) => {
            return Err(RegisterError::Conflict);
        }
        Err(SaveAppKeyError::Store(error)) => return Err(error.into()),
    }
    let secret = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens) };
    match ports.partner_secrets.write(id, &secret).await {
        Ok(()) => Ok(after),
        Err(error) => {
            let back = AppKey { version: after.version + 1, ..before };
            Err(undone(&error, ports.app_keys.replace(&after, &back).await))
        }
    }
}

/// Removes an app key and its secret. Connections made with it can no longer be read, but are not
/// deleted.
///
/// # Errors
/// See [`RegisterError`].
pub async fn remove_app_key(ports: &Ports, id: &AppKeyId) -> Result<(), RegisterError> {
    // The row first: from then on nothing new starts with it. A second call finishes what a first
    // one left.
    if let Some(app_key) = ports.app_keys.find(id).await? {
        ports.app_keys.delete(&app_key).await?;
    }
    ports.partner_secrets.delete(id).await.map_err(|error| {
        tracing::error!(%error, "an app key's secret was left behind");
        RegisterError::Unfinished
    })
}

/// The sharing URL id is nobody else's: known before Panorama is asked.
async fn free_for(
    ports: &Ports,
    sharing_url_id: SharingUrlId,
    id: &AppKeyId,
) -> Result<(), RegisterError> {
    match ports.app_keys.find_by_sharing_url(sharing_url_id).await? {
        Some(holder) if holder.id != *id => Err(RegisterError::SharingUrlInUse),
        _ => Ok(()),
    }
}
