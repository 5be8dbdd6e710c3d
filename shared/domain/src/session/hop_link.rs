//! A session's hop link: which browser it binds.

use super::{Session, Status};
use crate::browser::{BindingCookie, BrowserHash};
use crate::timestamp::Timestamp;

/// What opening the hop link does to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Save this and give the browser the cookie.
    Bound(Box<Session>),
    /// The bound browser again: send it on.
    Again,
    /// No browser is bound yet, and the farmer is to see first whose account it is.
    Unconfirmed,
    /// Another browser is bound.
    Elsewhere,
    /// There is nothing to open any more.
    Over(Status),
}

impl Session {
    /// The hop link is opened by a browser that showed `shown` and would be given `fresh`.
    pub fn open(
        self,
        shown: Option<&BrowserHash>,
        fresh: &BindingCookie,
        now: Timestamp,
    ) -> Opened {
        match (self.status(now), &self.browser) {
            (Status::Pending, None) if self.confirm_account => Opened::Unconfirmed,
            (Status::Pending, None) => Opened::Bound(Box::new(self.bound_to(fresh))),
            (Status::Pending, Some(bound)) if shown == Some(bound) => Opened::Again,
            (Status::Pending, Some(_)) => Opened::Elsewhere,
            (over, _) => Opened::Over(over),
        }
    }

    /// The farmer has seen whose account it is and goes on in this browser; one that was bound
    /// before is bound no more.
    pub fn continue_in(
        self,
        shown: Option<&BrowserHash>,
        fresh: &BindingCookie,
        now: Timestamp,
    ) -> Opened {
        match (self.status(now), &self.browser) {
            (Status::Pending, Some(bound)) if shown == Some(bound) => Opened::Again,
            (Status::Pending, _) => Opened::Bound(Box::new(self.bound_to(fresh))),
            (over, _) => Opened::Over(over),
        }
    }

    /// Whether a cookie is this session's.
    pub fn is_bound_to(&self, cookie: &BindingCookie) -> bool {
        self.id == cookie.session_id && self.browser.as_ref() == Some(&cookie.hash())
    }

    fn bound_to(self, cookie: &BindingCookie) -> Self {
        Self { browser: Some(cookie.hash()), ..self.next() }
    }
}
