//! A partner makes a magic link for one of its Leaf users.

use std::num::NonZeroU32;

use url::Url;

use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::magic_links::CreateLinkError;
use crate::ports::records::Records;
use domain::app_key::{AppKey, AppKeyId, AppName};
use domain::client_environment::ClientEnvironment;
use domain::credential::Credential;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::magic_link::{Lifetime, LinkAddress, MagicLink, Widget};
use domain::page_settings::PageSettings;

/// A link that is to be made.
#[derive(Debug)]
pub struct NewLink {
    /// Which of Leaf's widgets it opens.
    pub widget: Widget,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// How many uses it is good for.
    pub max_usage: Option<NonZeroU32>,
    /// How its page looks.
    pub settings: PageSettings,
    /// Where the farmer goes on to at the end; the caller has found it to be allowed.
    pub return_url: Option<Url>,
    /// The tag of the page's language.
    pub language: Option<String>,
    /// Whether it is for the operation that the Leaf user has connected, and no other.
    pub reconnect: bool,
    /// The origin of the page that may be told what comes of it.
    pub opener: Option<String>,
    /// The name of the app key that it starts with, if it is said.
    pub app_name: Option<AppName>,
    /// Its environment, likewise.
    pub environment: Option<ClientEnvironment>,
}

/// A link that was made.
#[derive(Debug)]
pub struct MadeLink {
    /// The link.
    pub link: MagicLink,
    /// Its address, which nobody can read again.
    pub address: LinkAddress,
}

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeLinkError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// It is to reconnect a Leaf user that has no credential.
    #[error("the Leaf user has no credential")]
    NothingToReconnect,
    /// No app key has this name and environment.
    #[error("no app key has this name and environment")]
    UnknownAppKey,
    /// Several app keys fit; these.
    #[error("several app keys fit")]
    AppKeyNotNamed(Vec<AppKeyId>),
    /// What the service depends on failed.
    #[error(transparent)]
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for MakeLinkError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// Makes a link for a Leaf user.
///
/// # Errors
/// See [`MakeLinkError`].
pub async fn make_magic_link(
    ports: &Ports,
    records: &dyn Records,
    user: LeafUserId,
    new: NewLink,
) -> Result<MadeLink, MakeLinkError> {
    let app_key = app_key(ports, records, user, &new).await?;
    let now = ports.clock.now();
    let id = MagicLinkId::new(ports.randomness.bytes());
    let address = LinkAddress::new(id, ports.randomness.bytes());
    let link = MagicLink {
        id,
        secret: address.hash(),
        leaf_user_id: user,
        app_key,
        widget: new.widget,
        created_at: now,
        expires_at: new.lifetime.end(now),
        last_accessed_at: None,
        max_usage: new.max_usage,
        usage_count: 0,
        settings: new.settings,
        return_url: new.return_url,
        language: new.language,
        reconnect: new.reconnect,
        opener: new.opener,
    };
    match ports.magic_links.create(&link).await {
        Ok(()) => return Ok(MadeLink { link, address }),
        Err(CreateLinkError::NoSuchUser) => {}
        Err(CreateLinkError::Store(error)) => return Err(error.into()),
    }
    // One that only the upstream has is known from now on.
    records.find_user(link.leaf_user_id).await?.ok_or(MakeLinkError::NoSuchUser)?;
    match ports.magic_links.create(&link).await {
        Ok(()) => Ok(MadeLink { link, address }),
        Err(CreateLinkError::NoSuchUser) => Err(MakeLinkError::NoSuchUser),
        Err(CreateLinkError::Store(error)) => Err(error.into()),
    }
}

/// The app key that the link starts with: the one that is named, or the only one that there is.
async fn app_key(
    ports: &Ports,
    records: &dyn Records,
    user: LeafUserId,
    new: &NewLink,
) -> Result<AppKeyId, MakeLinkError> {
    let is_named = |id: &AppKeyId| {
        new.app_name.as_ref().is_none_or(|name| *name == id.name)
            && new.environment.is_none_or(|environment| environment == id.environment)
    };
    if new.reconnect {
        let credential = credential(records, user).await?;
        return if is_named(&credential.app_key) {
            Ok(credential.app_key)
        } else {
            // It can only be the connection's own.
            Err(MakeLinkError::AppKeyNotNamed(vec![credential.app_key]))
        };
    }
    let all = ports.app_keys.list().await?;
    let fitting: Vec<AppKeyId> =
        all.into_iter().map(|AppKey { id, .. }| id).filter(is_named).collect();
    match <[AppKeyId; 1]>::try_from(fitting) {
        Ok([one]) => Ok(one),
        Err(none) if none.is_empty() => Err(MakeLinkError::UnknownAppKey),
        Err(several) => Err(MakeLinkError::AppKeyNotNamed(several)),
    }
}

async fn credential(records: &dyn Records, user: LeafUserId) -> Result<Credential, MakeLinkError> {
    let account = records.account(user).await?.ok_or(MakeLinkError::NoSuchUser)?;
    account.credential.ok_or(MakeLinkError::NothingToReconnect)
}
