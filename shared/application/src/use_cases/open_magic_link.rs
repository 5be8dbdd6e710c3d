//! A browser opens a magic link: what its page shows. Nothing is started, bound or used up by it.

use crate::logging;
use crate::ports::Ports;
use crate::ports::connections::Account;
use crate::ports::data::{Data, DataError};
use crate::ports::store_error::StoreError;
use domain::browser::ShownCookies;
use domain::credential::Credential;
use domain::ids::{LeafUserId, SessionReference};
use domain::leaf_user::LeafUser;
use domain::magic_link::visit::{LinkState, Visit};
use domain::magic_link::{LinkAddress, MagicLink, Pass};
use domain::sent::{Page, SentQuery};
use domain::session::Session;
use domain::timestamp::Timestamp;

/// What a browser opens it with.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// The link's own address, which was mailed.
    Address(&'a LinkAddress),
    /// The address that it was sent to when it came back from Panorama.
    Pass(&'a Pass),
}

/// What was opened.
#[derive(Debug)]
pub enum OpenedLink {
    /// There is no such link: it never was, was deleted, was forgotten, or is somebody's who is not
    /// there any more. Nobody learns which.
    Unknown,
    /// A link, and what its page shows.
    Known(Box<KnownLink>),
}

/// A link that was opened.
#[derive(Debug)]
pub struct KnownLink {
    /// The link.
    pub link: MagicLink,
    /// Whose account it is.
    pub user: LeafUser,
    /// What is shown.
    pub state: LinkState,
    /// The Leaf user's session, whoever started it.
    pub(super) session: Option<Session>,
    /// What is needed to reconnect: the credential's app key and code are the session's.
    pub(super) credential: Option<Credential>,
}

impl KnownLink {
    /// What may be shown of the session: the partner finds it by this.
    pub fn reference(&self) -> Option<SessionReference> {
        self.session.as_ref().map(|session| session.id.reference())
    }
}

/// Opens a link in a browser that showed `cookies`, and notes that it was.
///
/// # Errors
/// The store failed.
pub async fn open_magic_link(
    ports: &Ports,
    key: Key<'_>,
    cookies: &ShownCookies,
) -> Result<OpenedLink, StoreError> {
    let now = ports.clock.now();
    let opened = look_at(ports, key, cookies, now).await?;
    if let OpenedLink::Known(known) = &opened
        && known.link.notes_access(now)
        && let Err(error) = ports.magic_links.note_access(known.link.id, now).await
    {
        // Nothing of the farmer's depends on it.
        tracing::warn!(%error, "it could not be noted that a magic link was opened");
    }
    Ok(opened)
}

/// The same without a note.
pub(super) async fn look_at(
    ports: &Ports,
    key: Key<'_>,
    cookies: &ShownCookies,
    now: Timestamp,
) -> Result<OpenedLink, StoreError> {
    let (id, pass) = match key {
        Key::Address(address) => (address.id, None),
        Key::Pass(pass) => (pass.link, Some(pass)),
    };
    let is_it = |link: &MagicLink| match key {
        Key::Address(address) => link.is_at(address),
        Key::Pass(pass) => link.leaf_user_id == pass.leaf_user_id,
    };
    let Some(link) = ports.magic_links.find(id).await?.filter(is_it) else {
        return Ok(OpenedLink::Unknown);
    };
    logging::about(link.leaf_user_id);
    let Some(account) = ports.connections.account(link.leaf_user_id).await? else {
        return Ok(OpenedLink::Unknown);
    };
    let Account { user, session, credential } = account;
    let here = session.as_ref().is_some_and(|session| {
        pass.is_some_and(|pass| pass.session == session.id)
            || cookies.of(session.id).is_some_and(|cookie| session.is_bound_to(cookie))
    });
    let visit = Visit {
        link: &link,
        session: session.as_ref(),
        credential: credential.as_ref(),
        here,
        came_back: pass.is_some(),
        now,
    };
    let Some(state) = visit.state() else { return Ok(OpenedLink::Unknown) };
    Ok(OpenedLink::Known(Box::new(KnownLink { link, user, state, session, credential })))
}

/// How much of what a Leaf user shares has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Fields that are known.
    pub fields: u64,
    /// Machine files that are known, their bytes may be on their way.
    pub files: u64,
}

/// Counts what has arrived of a Leaf user's data; `None` when whoever keeps it does not tell.
///
/// # Errors
/// See [`DataError`].
pub async fn count_arrived(
    data: &dyn Data,
    user: LeafUserId,
) -> Result<Option<Arrived>, DataError> {
    const ONE: Page = Page { number: 0, size: 1 };
    let fields = data.fields(Some(user), &SentQuery(Vec::new()), ONE).await?.portion.total;
    let of_user = SentQuery(vec![("leafUserId".to_owned(), user.to_string())]);
    let files = data.files(&of_user, ONE).await?.portion.total;
    Ok(fields.zip(files).map(|(fields, files)| Arrived { fields, files }))
}
