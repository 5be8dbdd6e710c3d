//! One run of one-click.
//!
//! ```text
//! Pending ──receive──▶ Confirming ──complete──▶ Completed
//!  │ ▲                     │ ├─postpone──▶ Confirming (Panorama did not answer: tried again later)
//!  │ └──────turn_back──────┤ ├─reject────▶ Rejected (owned by another account)
//!  │                       │ └─turn_back─▶ Completed (that it was before, see `reopen`)
//!  └─────────lapse─────────┴─▶ Expired
//! ```
//! A `Pending` session is expired from its `expires_at` on, whether or not somebody has noticed and
//! stored it. That it is stored once is what lets it be counted once.

pub mod finishing;
pub mod hop_link;

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::app_key::{AppKey, AppKeyId};
use super::browser::{BindingCookie, BrowserHash};
use super::handshake::{Handshake, Pace};
use super::ids::{LeafUserId, MagicLinkId, SessionId, SharingUrlId};
use super::operation::Operation;
use super::organization_code::{OrganizationCode, OrganizationHash};
use super::timestamp::Timestamp;

/// How long the farmer has (Leaf's tutorial: "within 15 minutes of this call").
pub const LIFETIME: Duration = Duration::from_mins(15);

/// How long one request may be at the handshake before another may try: longer than all time-outs
/// of one attempt together.
pub const HANDSHAKE_LEASE: Duration = Duration::from_secs(30);

/// How many different organization codes one session tries.
pub const MAX_CODES: usize = 5;

/// One run of one-click: from the partner's start to the farmer's operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who will have the credential.
    pub leaf_user_id: LeafUserId,
    /// The app key that it was started with; a callback of another one never binds.
    pub app_key: AppKeyId,
    /// That app key's sharing URL id, at the start.
    pub sharing_url_id: SharingUrlId,
    /// Where the upstream has the farmer sent, if that is not the app key's Share Initiation URL.
    pub sign_in_url: Option<Url>,
    /// The code that it was started with, if any.
    pub organization_code: Option<OrganizationCode>,
    /// When it was started.
    pub started_at: Timestamp,
    /// From this moment on a farmer comes too late.
    pub expires_at: Timestamp,
    /// The one browser that the hop link bound, if it was opened.
    pub browser: Option<BrowserHash>,
    /// Whether the farmer is shown whose account it is before a browser is bound. The partner may
    /// say that its application has just done so.
    pub confirm_account: bool,
    /// The magic link by which its farmer has started it, if one has.
    pub magic_link: Option<MagicLinkId>,
    /// How often Panorama was asked for its callbacks.
    pub pace: Pace,
    /// The codes that were tried.
    pub tried: BTreeSet<OrganizationHash>,
    /// How far it is.
    pub state: State,
    /// Grows with each change; a write is made on the condition that nobody else wrote since.
    pub version: u64,
}

/// How far a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waiting for the farmer.
    Pending,
    /// The farmer has confirmed; Panorama's side of the handshake is to be done. Never expires: the
    /// farmer came in time.
    Confirming(Handshake),
    /// There is a credential.
    Completed {
        /// The operation's code.
        code: OrganizationCode,
    },
    /// The farmer did not come in time, and it was noticed.
    Expired,
    /// It cannot succeed any more.
    Rejected(Rejection),
}

/// Why a session was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The operation belongs to another Leaf user.
    OperationOwned,
    /// More than [`MAX_CODES`] codes were tried.
    TooManyOperations,
}

/// A session as an outcome is told of: which it is, whose, and by which link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldSession {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// The magic link by which it was started, if it was.
    pub magic_link: Option<MagicLinkId>,
}

/// What a session is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the farmer.
    Pending,
    /// Waiting for Panorama.
    Confirming,
    /// Done.
    Completed,
    /// The farmer did not come in time.
    Expired,
    /// It cannot succeed.
    Rejected(Rejection),
}

/// How a session stands to the code that a callback brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It was started with this code, or is at or done with this very operation.
    Same,
    /// It waits, for any operation.
    Open,
    /// It waits for, or is at, another operation.
    Other,
    /// It is over: expired, rejected, or completed with another operation.
    Over,
}

/// What a bound confirmation does to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Save this, then do the handshake.
    Begin(Session),
    /// Another request is at it, or one will be: Panorama has just been asked often enough.
    UnderWay,
    /// Panorama has just been asked often enough: save this, and the finisher asks later.
    Later(Session),
    /// It was done before: a repeat.
    Done,
    /// One code too many: save this rejection.
    TooMany(Session),
    /// It does not take this confirmation; see [`Session::relation`].
    NotTaken,
}

/// What the end of the 15 minutes makes of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lapsed {
    /// The farmer has not come: save this.
    Expired(Box<Session>),
    /// There is time left.
    NotYet,
    /// It does not wait for its farmer any more.
    NothingToDo,
}

impl Session {
    /// A new session.
    pub fn start(
        id: SessionId,
        leaf_user_id: LeafUserId,
        app_key: &AppKey,
        organization_code: Option<OrganizationCode>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            leaf_user_id,
            app_key: app_key.id.clone(),
            sharing_url_id: app_key.sharing_url_id,
            sign_in_url: None,
            organization_code,
            started_at: now,
            expires_at: now.plus(LIFETIME),
            browser: None,
            confirm_account: true,
            magic_link: None,
            pace: Pace::default(),
            tried: BTreeSet::new(),
            state: State::Pending,
            version: 1,
        }
    }

    /// The same new session, when a confirmation for it is already there (unclaimed, or left
    /// over from the session that it replaces): it begins in `Confirming`.
    #[must_use]
    pub fn already_confirmed(
        self,
        code: OrganizationCode,
        operation: &Operation,
        now: Timestamp,
    ) -> Self {
        let tried = BTreeSet::from([operation.hash.clone()]);
        let lease_until = now.plus(HANDSHAKE_LEASE);
        let state = State::Confirming(Handshake {
            code,
            lease_until,
            attempts: 0,
            reopened: None,
            handed_on: false,
        });
        // It is not the first version: that is the start which a callback may remember, and it was
        // `Pending`.
        Self { tried, state, ..self.next() }
    }

    /// The same new session, when its farmer starts it: in a browser that is bound at once, for its
    /// page has just said whose account it is.
    #[must_use]
    pub fn started_by(self, link: MagicLinkId, browser: &BindingCookie) -> Self {
        // Not the first version: a callback must not take it for the start that is remembered
        // beside its operation, which knows neither link nor browser.
        Self { magic_link: Some(link), browser: Some(browser.hash()), ..self.next() }
    }

    /// Which session it is, for whoever is told what became of it.
    pub const fn told(&self) -> ToldSession {
        ToldSession { id: self.id, leaf_user_id: self.leaf_user_id, magic_link: self.magic_link }
    }

    /// What it is at a moment.
    pub fn status(&self, now: Timestamp) -> Status {
        match &self.state {
            State::Pending if now >= self.expires_at => Status::Expired,
            State::Pending => Status::Pending,
            State::Confirming(_) => Status::Confirming,
            State::Expired => Status::Expired,
            State::Completed { .. } => Status::Completed,
            State::Rejected(rejection) => Status::Rejected(*rejection),
        }
    }

    /// How it stands to a code.
    pub fn relation(&self, code: &OrganizationCode, now: Timestamp) -> Relation {
        match (&self.state, self.status(now)) {
            (_, Status::Expired | Status::Rejected(_)) => Relation::Over,
            (State::Confirming(handshake), _) if handshake.code == *code => Relation::Same,
            (State::Confirming(handshake), _) if !handshake.handed_on || now >= self.expires_at => {
                Relation::Other
            }
            (State::Completed { code: done }, _) if done == code => Relation::Same,
            (State::Completed { .. }, _) => Relation::Over,
            _ => match &self.organization_code {
                None => Relation::Open,
                Some(started) if started == code => Relation::Same,
                Some(_) => Relation::Other,
            },
        }
    }

    /// Takes a confirmation that was bound to this session.
    pub fn receive(
        self,
        code: &OrganizationCode,
        operation: &Operation,
        now: Timestamp,
    ) -> Received {
        match self.relation(code, now) {
            Relation::Other | Relation::Over => return Received::NotTaken,
            Relation::Same | Relation::Open => {}
        }
        match &self.state {
            State::Completed { .. } => return Received::Done,
            State::Confirming(handshake)
                if now < handshake.lease_until && handshake.code == *code =>
            {
                return Received::UnderWay;
            }
            _ => {}
        }
        let asked = self.pace.ask(now);
        if asked.is_err() && self.handshake().is_some_and(|handshake| handshake.code == *code) {
            return Received::UnderWay;
        }
        let mut tried = self.tried.clone();
        tried.insert(operation.hash.clone());
        if tried.len() > MAX_CODES {
            return Received::TooMany(self.rejected(Rejection::TooManyOperations));
        }
        let before = self.handshake();
        let attempts = before.map_or(0, |handshake| handshake.attempts);
        let reopened = before.and_then(|handshake| handshake.reopened.clone());
        let code = code.clone();
        let confirming = |lease_until| {
            State::Confirming(Handshake { code, lease_until, attempts, reopened, handed_on: false })
        };
        match asked {
            Ok(pace) => {
                let state = confirming(now.plus(HANDSHAKE_LEASE));
                Received::Begin(Self { pace, tried, state, ..self.next() })
            }
            Err(from) => Received::Later(Self { tried, state: confirming(from), ..self.next() }),
        }
    }

    /// Its 15 minutes may be over.
    pub fn lapse(self, now: Timestamp) -> Lapsed {
        match self.state {
            State::Pending if now < self.expires_at => Lapsed::NotYet,
            State::Pending => {
                Lapsed::Expired(Box::new(Self { state: State::Expired, ..self.next() }))
            }
            // One that is at the handshake came in time; should Panorama refuse it, `turn_back`
            // looks at the clock.
            _ => Lapsed::NothingToDo,
        }
    }

    /// It cannot succeed any more.
    #[must_use]
    pub fn rejected(self, rejection: Rejection) -> Self {
        Self { state: State::Rejected(rejection), ..self.next() }
    }

    /// The handshake that it is at, if it is at one.
    pub fn handshake(&self) -> Option<&Handshake> {
        match &self.state {
            State::Confirming(handshake) => Some(handshake),
            _ => None,
        }
    }

    fn next(self) -> Self {
        Self { version: self.version + 1, ..self }
    }
}
