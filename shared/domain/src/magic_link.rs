//! A magic link: a page for one Leaf user, where its farmer connects an operation.
//!
//! It is a capability and proves nothing about who opens it. It is mailed: previews and scanners
//! fetch it, and whoever has it may pass it on. So opening it changes nothing; what it is for is a
//! tap, a tap is counted in the transaction that starts a session, and what the session comes to is
//! shown to the browser that has its cookie alone.

mod address;
pub mod visit;

use std::num::NonZeroU32;
use std::time::Duration;

pub use self::address::{LinkAddress, SecretHash};
use crate::app_key::AppKeyId;
use crate::ids::{LeafUserId, MagicLinkId, SessionId};
use crate::invalid::Invalid;
use crate::page_settings::PageSettings;
use crate::session::Session;
use crate::timestamp::Timestamp;
use url::Url;

/// For how long after its end a use that began in time may be started again: what a farmer needs
/// whose 15 minutes ran out just then.
pub const GRACE: Duration = Duration::from_hours(1);

/// How long a link that has expired is still known, so that its page can say so.
pub const RETENTION: Duration = Duration::from_hours(90 * 24);

/// How often it is noted, at most, that a link was opened.
pub const NOTED_EVERY: Duration = Duration::from_mins(1);

/// A magic link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MagicLink {
    /// Its id, the first part of its address.
    pub id: MagicLinkId,
    /// What is stored of the second.
    pub secret: SecretHash,
    /// Who is connected by it.
    pub leaf_user_id: LeafUserId,
    /// With which app key.
    pub app_key: AppKeyId,
    /// Which of Leaf's widgets it opens.
    pub widget: Widget,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this moment on nothing is started by it.
    pub expires_at: Timestamp,
    /// When its page was last opened, to the minute; by whom or what, nobody knows.
    pub last_accessed_at: Option<Timestamp>,
    /// How many uses it is good for; any number, if none is said.
    pub max_usage: Option<NonZeroU32>,
    /// How many sessions were started by a tap on its own address.
    pub usage_count: u32,
    /// How its page looks.
    pub settings: PageSettings,
    /// Where the farmer goes on to at the end.
    pub return_url: Option<Url>,
    /// The tag of the page's language; without one, the browser's.
    pub language: Option<String>,
    /// Whether it is for the operation that the Leaf user has connected, and no other.
    pub reconnect: bool,
    /// The origin of the page that may be told what comes of it, such as `https://app.example`.
    pub opener: Option<String>,
}

/// Which of Leaf's widgets a link opens. Ours is one page, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widget {
    /// One provider, which is Panorama.
    Authentication,
    /// Several providers, of which Panorama is one.
    Provider {
        /// Those that the partner named, as it named them.
        allowed: Vec<String>,
    },
}

/// The kind of a link, as its routes and Leaf's `widget` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `authentication`.
    Authentication,
    /// `provider`.
    Provider,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Authentication, Self::Provider];

    /// A segment of the routes.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Provider => "provider",
        }
    }

    /// Leaf's `widget`.
    pub const fn widget(self) -> &'static str {
        match self {
            Self::Authentication => "AUTHENTICATION",
            Self::Provider => "PROVIDER",
        }
    }
}

/// Why nothing more is started by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// Its time is over.
    Expired,
    /// It was used as often as it may be.
    UsedUp,
}

/// How a tap uses a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A use of its own, which is counted.
    New,
    /// A use that was counted before and has run out is started again.
    Again,
}

/// How long a link lives: 900 seconds to a year, as Leaf's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(Duration);

impl Lifetime {
    /// The shortest, and what a link has of which nothing is said (Leaf: "minimum 900").
    pub const SHORTEST: Self = Self(Duration::from_mins(15));

    /// The longest: 365 days.
    pub const LONGEST: Self = Self(Duration::from_hours(365 * 24));

    /// So many seconds.
    ///
    /// # Errors
    /// They are too few or too many.
    pub const fn seconds(seconds: u64) -> Result<Self, Invalid> {
        if seconds < Self::SHORTEST.0.as_secs() || seconds > Self::LONGEST.0.as_secs() {
            return Err(Invalid::malformed("must be a number of seconds, 900 to 31536000"));
        }
        Ok(Self(Duration::from_secs(seconds)))
    }

    /// When a link ends that is made now.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        now.plus(self.0)
    }
}

impl MagicLink {
    /// What kind it is.
    pub const fn kind(&self) -> Kind {
        match self.widget {
            Widget::Authentication => Kind::Authentication,
            Widget::Provider { .. } => Kind::Provider,
        }
    }

    /// Whether this is its address: the whole of it.
    pub fn is_at(&self, address: &LinkAddress) -> bool {
        self.id == address.id && self.secret == address.hash()
    }

    /// Whether a session may be started by it at a moment.
    ///
    /// # Errors
    /// It is spent.
    pub fn allows(&self, wanted: Use, now: Timestamp) -> Result<(), Spent> {
        let end = match wanted {
            Use::New => self.expires_at,
            Use::Again => self.expires_at.plus(GRACE),
        };
        if now >= end {
            Err(Spent::Expired)
        } else if wanted == Use::New
            && self.max_usage.is_some_and(|most| self.usage_count >= most.get())
        {
            Err(Spent::UsedUp)
        } else {
            Ok(())
        }
    }

    /// Whether it is to be noted that its page was opened.
    pub fn notes_access(&self, now: Timestamp) -> bool {
        self.last_accessed_at.is_none_or(|last| now >= last.plus(NOTED_EVERY))
    }

    /// Whether a session was started by it.
    pub fn has_started(&self, session: &Session) -> bool {
        session.magic_link == Some(self.id) && session.leaf_user_id == self.leaf_user_id
    }
}

/// A browser that came back from Panorama in a session of a link. Whoever shows it was told the
/// outcome by us, in an address that only we can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The link.
    pub link: MagicLinkId,
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// The session.
    pub session: SessionId,
}

#[cfg(test)]
mod tests;
