//! Confirmations that fit nobody are stored as unclaimed for a while: a farmer who was a minute
//! late, or came by the portal's own menu, has done their part.
//!
//! The callback is open to the world, so what it stores is bounded; and it is bounded where
//! strangers and farmers do not share: whoever has a proof is counted by session, a code that is
//! known here is one row whoever sends it, and everybody else is counted by client.

use std::time::Duration;

use super::ids::SessionId;
use super::organization_code::CallerHash;
use super::session::LIFETIME;
use super::timestamp::Timestamp;

/// How long a start with its code can claim one.
pub const RETENTION: Duration = Duration::from_hours(24);

/// How long a session that was started with a code is remembered beside its operation: a repeated
/// confirmation finds it for as long as an unclaimed one would be stored.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(LIFETIME.as_secs() + RETENTION.as_secs());

/// How long one budget lasts, in minutes; then there is a new one.
const WINDOW_MINUTES: u64 = 10;

/// Whose budget an unclaimed confirmation is stored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Budget {
    /// The session's whose cookie the browser showed.
    Session(SessionId),
    /// The operation is known here, and has room for one.
    Operation,
    /// The client's, at an app key.
    Caller(CallerHash),
}

impl Budget {
    /// How many may be stored from it in one window. Behind one address there may be a whole
    /// dealership, or a village's mobile network.
    pub fn most(&self) -> Option<u32> {
        match self {
            Self::Session(_) => Some(10),
            Self::Operation => None,
            Self::Caller(_) => Some(MOST_OF_A_CALLER),
        }
    }
}

/// How many confirmations of unknown codes one client may have stored in one window.
pub const MOST_OF_A_CALLER: u32 = 50;

/// The window that a moment is in, e.g. `2026-11-22T19:5`: its name sorts as time does.
pub fn window(at: Timestamp) -> String {
    const { assert!(WINDOW_MINUTES == 10, "the name is the time without the last digit") }
    at.to_string()[..15].to_owned()
}

/// How long the window of a moment still lasts.
pub fn rest_of_window(at: Timestamp) -> Duration {
    let seconds = u64::try_from(at.epoch_seconds()).unwrap_or(0) % (WINDOW_MINUTES * 60);
    Duration::from_secs(WINDOW_MINUTES * 60 - seconds)
}
