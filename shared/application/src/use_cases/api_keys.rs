//! A partner makes an API key for a Leaf user, and a page of the partner's uses it.

use std::num::NonZeroU32;

use crate::ports::Ports;
use crate::ports::api_keys::CreateKeyError;
use crate::ports::connections::Account;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::make_magic_link::{MadeLink, MakeLinkError, NewLink, make_magic_link};
use domain::api_key::{ApiKey, PageOrigin, WholeKey};
use domain::app_key::AppName;
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::ids::{ApiKeyId, LeafUserId};
use domain::leaf_user::ProfileText;
use domain::magic_link::{Lifetime, Widget};
use domain::page_settings::PageSettings;
use domain::session::Status;

/// A key that is to be made.
#[derive(Debug)]
pub struct NewKey {
    /// For whom it makes links.
    pub leaf_user_id: LeafUserId,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Whose pages may show it.
    pub origins: Vec<PageOrigin>,
    /// What the partner calls it.
    pub description: Option<ProfileText>,
    /// The name of the app key that its links start with, if it is said.
    pub app_name: Option<AppName>,
    /// Its environment, likewise.
    pub environment: Option<ClientEnvironment>,
}

/// Makes a key for a Leaf user: what is stored of it, and the whole of it, which nobody can read
/// again; nothing if there is no such Leaf user.
///
/// # Errors
/// See [`Failure`].
pub async fn make_api_key(
    ports: &Ports,
    records: &dyn Records,
    new: NewKey,
) -> Result<Option<(ApiKey, WholeKey)>, Failure> {
    let now = ports.clock.now();
    let id = ApiKeyId::new(ports.randomness.bytes());
    let whole = WholeKey::new(id, ports.randomness.bytes());
    let key = ApiKey {
        id,
        secret: whole.hash(),
        leaf_user_id: new.leaf_user_id,
        origins: new.origins,
        description: new.description,
        app_name: new.app_name,
        environment: new.environment,
        created_at: now,
        expires_at: new.lifetime.end(now),
        revoked_at: None,
    };
    match ports.api_keys.create(&key).await {
        Ok(()) => return Ok(Some((key, whole))),
        Err(CreateKeyError::NoSuchUser) => {}
        Err(CreateKeyError::Store(error)) => return Err(error.into()),
    }
    // One that only the upstream has is known from now on.
    if records.find_user(key.leaf_user_id).await?.is_none() {
        return Ok(None);
    }
    match ports.api_keys.create(&key).await {
        Ok(()) => Ok(Some((key, whole))),
        Err(CreateKeyError::NoSuchUser) => Ok(None),
        Err(CreateKeyError::Store(error)) => Err(error.into()),
    }
}

/// Why a page may not use a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    /// It is unknown, was revoked or has expired: one answer, since a page can do the same about
    /// each, and a stranger learns nothing.
    #[error("the key is not accepted")]
    Invalid,
    /// It is not for pages of this origin.
    #[error("the key is not for this page")]
    OtherOrigin,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key that a page shows, if it may.
///
/// # Errors
/// See [`KeyRefused`].
pub async fn accept_api_key(
    ports: &Ports,
    shown: &WholeKey,
    origin: Option<&str>,
) -> Result<ApiKey, KeyRefused> {
    let found = ports.api_keys.find(shown.id).await?;
    let now = ports.clock.now();
    let key = found.filter(|key| key.is(shown) && key.is_valid(now)).ok_or(KeyRefused::Invalid)?;
    if origin.is_some_and(|origin| key.is_for(origin)) {
        Ok(key)
    } else {
        Err(KeyRefused::OtherOrigin)
    }
}

/// Makes a link for the farmer that is signed in at the page that shows a key: for one use, in a
/// quarter of an hour.
///
/// # Errors
/// See [`MakeLinkError`].
pub async fn link_for_page(
    ports: &Ports,
    records: &dyn Records,
    key: ApiKey,
    origin: &str,
) -> Result<MadeLink, MakeLinkError> {
    let new = NewLink {
        widget: Widget::Authentication,
        lifetime: Lifetime::SHORTEST,
        max_usage: Some(NonZeroU32::MIN),
        settings: PageSettings::default(),
        return_url: None,
        language: None,
        reconnect: false,
        opener: Some(origin.to_owned()),
        app_name: key.app_name,
        environment: key.environment,
    };
    make_magic_link(ports, records, key.leaf_user_id, new).await
}

/// How a Leaf user is connected, as far as a page is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// There is a credential, with this status.
    Credential(CredentialStatus),
    /// The farmer, or Panorama, is awaited.
    Pending,
    /// Neither.
    None,
}

/// How a Leaf user is connected, from what is stored; nothing if there is no such Leaf user.
///
/// # Errors
/// See [`Failure`].
pub async fn connection_of(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    user: LeafUserId,
) -> Result<Option<Connection>, Failure> {
    let Some(Account { session, credential, .. }) = records.account(user).await? else {
        return Ok(None);
    };
    if let Some(credential) = credential {
        let login = app_keys.login_state(&credential.app_key).await?;
        let is_refused = !credential.is_upstreams && login.refused.is_some();
        return Ok(Some(Connection::Credential(match credential.status {
            // Known once, at the app key.
            CredentialStatus::Active if is_refused => CredentialStatus::Unauthenticated,
            status => status,
        })));
    }
    let status = session.map(|session| session.status(ports.clock.now()));
    Ok(Some(match status {
        Some(Status::Pending | Status::Confirming) => Connection::Pending,
        _ => Connection::None,
    }))
}
