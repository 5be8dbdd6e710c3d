//! What a browser that visits a magic link is shown.

use super::{MagicLink, Spent, Use};
use crate::credential::{Credential, CredentialStatus};
use crate::ids::SessionId;
use crate::session::{Rejection, Session, State, Status};
use crate::timestamp::Timestamp;

/// A browser that visits a link.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The link.
    pub link: &'a MagicLink,
    /// The session that the Leaf user has now, whoever started it.
    pub session: Option<&'a Session>,
    /// The credential that it has now.
    pub credential: Option<&'a Credential>,
    /// Whether the browser proves that it is the one in that session: by its cookie, or because it
    /// came back from Panorama in it.
    pub here: bool,
    /// Whether it came back from Panorama in a session of this link, be it this one or another.
    pub came_back: bool,
    /// When.
    pub now: Timestamp,
}

/// What it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Nothing is started by the link any more.
    Gone(Spent),
    /// Whose account it is, and the one button.
    Ask,
    /// A session of the link waits for its farmer.
    UnderWay {
        /// In this browser; else in another one.
        here: bool,
        /// Until then.
        until: Timestamp,
    },
    /// A farmer has confirmed, and Panorama has not answered yet.
    Waiting(SessionId),
    /// The operation is connected; to the browser that has connected it, more is told. Whoever else
    /// has a link that was made for a page is told this much, for the page's API key tells it, too.
    Connected(Option<Connection>),
    /// The browser's session ran out; one tap starts it again.
    TimedOut,
    /// The browser's session cannot succeed.
    Rejected(Rejection),
}

/// What the browser that has connected an operation is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// How it stands.
    pub status: CredentialStatus,
    /// Since when.
    pub since: Timestamp,
    /// When the Leaf user connected this operation first.
    pub connected_at: Timestamp,
}

impl Visit<'_> {
    /// What the browser is shown. `None` when the link has lost its purpose: it is to reconnect
    /// what is not connected to anybody any more.
    pub fn state(&self) -> Option<LinkState> {
        let Self { link, now, here, .. } = *self;
        let of_link = self.session.filter(|session| link.has_started(session));
        let seen = match (self.session, of_link) {
            (Some(session), _) if session.status(now) == Status::Confirming => {
                let may_see = here || self.is_pages(session) || link.allows(Use::New, now).is_ok();
                may_see.then_some(LinkState::Waiting(session.id))
            }
            (_, Some(session)) => self.of_session(session),
            _ => None,
        };
        if seen.is_some() {
            return seen;
        }
        let is_active = self.credential.is_some_and(|it| it.status == CredentialStatus::Active);
        if is_active && self.came_back {
            return Some(LinkState::Connected(None));
        }
        if link.reconnect && self.credential.is_none() {
            return None;
        }
        Some(match link.allows(Use::New, now) {
            Err(Spent::Expired) => LinkState::Gone(Spent::Expired),
            // The farmer has mended it already.
            _ if link.reconnect && is_active => LinkState::Connected(None),
            Err(spent) => LinkState::Gone(spent),
            Ok(()) => LinkState::Ask,
        })
    }

    /// What is shown of a session of the link's own, if anything is.
    fn of_session(&self, session: &Session) -> Option<LinkState> {
        let Self { link, now, here, .. } = *self;
        match (session.status(now), &session.state) {
            (Status::Pending, _) if here || now < link.expires_at => {
                Some(LinkState::UnderWay { here, until: session.expires_at })
            }
            (Status::Rejected(rejection), _) if here || self.is_pages(session) => {
                Some(LinkState::Rejected(rejection))
            }
            (_, State::Completed { code }) if here || self.is_pages(session) => {
                let credential = self.credential.filter(|credential| {
                    credential.organization_code == *code
                        && credential.status != CredentialStatus::Revoked
                })?;
                Some(LinkState::Connected(here.then_some(Connection {
                    status: credential.status,
                    since: credential.status_since,
                    connected_at: credential.created_at,
                })))
            }
            _ if !here => None,
            (Status::Expired, _) => Some(
                link.allows(Use::Again, now).map_or_else(LinkState::Gone, |()| LinkState::TimedOut),
            ),
            _ => None,
        }
    }

    /// Whether the session is one of a link that was made for a page, and young enough. The page's
    /// frame is not the browser that is in the session, but the page's key tells how it stands.
    fn is_pages(&self, session: &Session) -> bool {
        let Self { link, now, .. } = *self;
        let is_recent = link.allows(Use::Again, now).is_ok();
        link.opener.is_some() && link.has_started(session) && is_recent
    }
}
