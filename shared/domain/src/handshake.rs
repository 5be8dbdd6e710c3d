//! Panorama's side of a session: what is to be asked, and how often.

use std::time::Duration;

use super::organization_code::OrganizationCode;
use super::timestamp::Timestamp;

/// How long the finisher waits before its second attempt; it doubles with each, up to
/// [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// The longest time between two attempts of the finisher.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// How many callbacks of a session may have Panorama asked in a row. Whoever knows a code can send
/// as many as they like.
const ASKED_IN_A_ROW: u32 = 10;

/// After that, one more after each of these.
const ASKED_EVERY: Duration = Duration::from_secs(30);

/// A handshake that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The operation's code: a claim of the callback until Panorama has confirmed it.
    pub code: OrganizationCode,
    /// Until then one request is at it, and others leave it alone.
    pub lease_until: Timestamp,
    /// How often the finisher has tried. A farmer in front of the page does not count: their tries
    /// are seconds apart.
    pub attempts: u32,
    /// Whether the farmer was sent on to the upstream with the code. Nobody here has asked about
    /// it, so a wrong code must not keep the right one out.
    pub handed_on: bool,
    /// The operation that the session had been completed with before; see
    /// [`super::session::Session::reopen`].
    pub reopened: Option<OrganizationCode>,
}

impl Handshake {
    /// From when on the finisher may try: when nobody is at it, and a while after its last attempt.
    pub fn due_at(&self) -> Timestamp {
        let wait = match self.attempts {
            0 => Duration::ZERO,
            attempts => {
                FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempts - 1)).min(LONGEST_WAIT)
            }
        };
        self.lease_until.plus(wait)
    }
}

/// How often Panorama was asked for a session's callbacks: the moment up to which its share is
/// used. (The generic cell rate algorithm: one moment is all that must be remembered.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace(Option<Timestamp>);

impl Pace {
    /// One that was stored.
    pub fn stored(used_up_to: Option<Timestamp>) -> Self {
        Self(used_up_to)
    }

    /// What is stored of it.
    pub fn used_up_to(self) -> Option<Timestamp> {
        self.0
    }

    /// Panorama is asked at this moment.
    ///
    /// # Errors
    /// It has been asked too often; the moment from which on it may be asked again.
    pub fn ask(self, now: Timestamp) -> Result<Self, Timestamp> {
        let used = self.0.map_or(now, |used| used.max(now)).plus(ASKED_EVERY);
        let from = used.minus(ASKED_EVERY * ASKED_IN_A_ROW);
        if from <= now { Ok(Self(Some(used))) } else { Err(from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_row_and_then_one_every_half_minute() {
        let now = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let mut pace = Pace::default();
        for _ in 0..ASKED_IN_A_ROW {
            pace = pace.ask(now).expect("there is room");
        }
        assert_eq!(pace.ask(now), Err(now.plus(ASKED_EVERY)));
        let later = now.plus(ASKED_EVERY);
        let pace = pace.ask(later).expect("one more");
        assert_eq!(pace.ask(later), Err(later.plus(ASKED_EVERY)));
        assert!(pace.ask(now.plus(Duration::from_hours(1))).is_ok());
    }
}
