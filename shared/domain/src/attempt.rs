//! What came of trying a login, remembered for a day: so that a bad day of an upstream, or a stale
//! password that many requests carry, does not become as many logins, or as many versions of a
//! secret.
//!
//! A memory is about one thing that was tried (one password, one version of a secret), so what is
//! new is never held back by what was not.

use std::time::Duration;

use super::app_key::AppKeyId;
use super::organization_code::LoginHash;
use super::timestamp::Timestamp;

/// How often something may come to nothing before it has to wait: twice, so that what has just been
/// mended works at once.
const FREE_TIMES: u32 = 2;

/// How long a memory lasts. Within a day, waits only grow.
pub const REMEMBERED_FOR: Duration = Duration::from_hours(24);

/// What was tried.
#[derive(Debug, Clone, Copy)]
pub enum Tried<'a> {
    /// To log in with credentials that somebody sent, or to see whether stored ones work.
    Credentials(&'a LoginHash),
    /// To exchange what a version of an app key's secret holds for new tokens.
    Renewal {
        /// Whose secret.
        app_key: &'a AppKeyId,
        /// Which version of it.
        version: &'a str,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The login was accepted.
    Accepted,
    /// The login was refused; why, in the words of whoever keeps this.
    Refused(String),
    /// There was no useful answer.
    Unavailable,
    /// The login was accepted because an access token was not; the next token may be no better.
    TokenRefused,
}

impl Outcome {
    /// The wait after the first time that has one, and the longest.
    fn waits(&self) -> (Duration, Duration) {
        match self {
            Self::Accepted => (Duration::from_mins(1), Duration::from_mins(1)),
            Self::Unavailable => (Duration::from_secs(5), Duration::from_mins(5)),
            // Half an hour at most: a farmer waits no longer for something that somebody has mended
            // elsewhere.
            Self::Refused(_) | Self::TokenRefused => {
                (Duration::from_mins(1), Duration::from_mins(30))
            }
        }
    }
}

/// The last try of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub outcome: Outcome,
    /// How often in a row.
    pub times: u32,
    /// When.
    pub at: Timestamp,
    /// When it may be tried again.
    pub retry_at: Timestamp,
}

impl Attempt {
    /// It was tried, after `before`.
    pub fn after(before: Option<&Self>, outcome: Outcome, now: Timestamp) -> Self {
        let times = match before.filter(|before| before.is_remembered(now)) {
            None => 1,
            Some(before)
                if std::mem::discriminant(&before.outcome) == std::mem::discriminant(&outcome) =>
            {
                before.times.saturating_add(1)
            }
            // A change of fortune, but not a clean slate: fortunes may alternate.
            Some(before) => before.times.min(FREE_TIMES).saturating_add(1),
        };
        let (first, longest) = outcome.waits();
        let wait = match times.checked_sub(FREE_TIMES + 1) {
            None => Duration::ZERO,
            Some(doublings) => first.saturating_mul(2_u32.saturating_pow(doublings)).min(longest),
        };
        Self { outcome, times, at: now, retry_at: now.plus(wait) }
    }

    /// Whether it still says something.
    pub fn is_remembered(&self, now: Timestamp) -> bool {
        now < self.at.plus(REMEMBERED_FOR)
    }

    /// Whether it is too early to try again.
    pub fn is_too_early(&self, now: Timestamp) -> bool {
        now < self.retry_at
    }

    /// The same for a request that nobody sent on purpose for this: it waits after the first
    /// refusal already.
    pub fn is_too_early_in_passing(&self, now: Timestamp) -> bool {
        let refused = matches!(self.outcome, Outcome::Refused(_));
        self.is_too_early(now) || (refused && now < self.at.plus(self.outcome.waits().0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: fn() -> Timestamp = || Timestamp::new(datetime!(2026-11-22 12:00 UTC));

    /// How often something is tried in a day by somebody who asks every second.
    fn tries_in_a_day(outcomes: &[Outcome]) -> usize {
        let (mut now, end) = (NOON(), NOON().plus(REMEMBERED_FOR));
        let mut last = None;
        let mut tries = 0;
        while now < end {
            let attempt =
                Attempt::after(last.as_ref(), outcomes[tries % outcomes.len()].clone(), now);
            tries += 1;
            now = attempt.retry_at.max(now.plus(Duration::from_secs(1)));
            last = Some(attempt);
        }
        tries
    }

    #[test]
    fn whoever_asks_however_often_a_day_has_few_tries() {
        let refused = Outcome::Refused("no".to_owned());
        assert_eq!(tries_in_a_day(&[Outcome::TokenRefused]), 54);
        assert_eq!(tries_in_a_day(std::slice::from_ref(&refused)), 54);
        assert_eq!(tries_in_a_day(&[Outcome::Unavailable]), 295);
        assert!(
            tries_in_a_day(&[refused, Outcome::Unavailable]) < 3_000,
            "also when they alternate"
        );
    }

    #[test]
    fn two_in_a_row_wait_for_nothing_and_a_refusal_in_passing_does_at_once() {
        let first = Attempt::after(None, Outcome::Refused("no".to_owned()), NOON());
        assert!(!first.is_too_early(NOON()) && first.is_too_early_in_passing(NOON()));
        assert!(!first.is_too_early_in_passing(NOON().plus(Duration::from_mins(1))));
        let second = Attempt::after(Some(&first), first.outcome.clone(), NOON());
        assert!(!second.is_too_early(NOON()));
        let third = Attempt::after(Some(&second), first.outcome.clone(), NOON());
        assert!(third.is_too_early(NOON()));
    }

    #[test]
    fn a_day_later_nothing_is_remembered() {
        let mut attempt = Attempt::after(None, Outcome::TokenRefused, NOON());
        for _ in 0..9 {
            attempt = Attempt::after(Some(&attempt), Outcome::TokenRefused, NOON());
        }
        assert_eq!(
            Attempt::after(Some(&attempt), Outcome::TokenRefused, NOON().plus(REMEMBERED_FOR))
                .times,
            1
        );
    }
}
