//! Whether Panorama accepts a partner's login. One login serves all farmers of an app key, so this
//! is known once and not per farmer.

use std::time::Duration;

use super::ids::LeafUserId;
use super::organization_code::OrganizationHash;
use super::timestamp::Timestamp;

/// How long a login that was refused is left alone at first; it doubles with each refusal, up to
/// [`LONGEST_WAIT`]. Cognito locks an account that is tried too often.
const FIRST_WAIT: Duration = Duration::from_mins(15);

/// The longest time between two tries of a login that is refused.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What is known of an app key's login.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginState {
    /// Since when it is refused, if it is.
    pub refused: Option<RefusedLogin>,
    /// When the partner's listing was last compared with all credentials.
    pub checked_at: Option<Timestamp>,
    /// Where a comparison that ran out of time is to go on.
    pub resume_after: Option<EntryCursor>,
}

/// A place in the listing of an app key's credentials: the last one that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryCursor {
    /// Whose it was.
    pub leaf_user_id: LeafUserId,
    /// Its operation, hashed.
    pub operation: OrganizationHash,
}

/// A login that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLogin {
    /// What Panorama said, in a few words.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// How often in a row.
    pub times: u32,
    /// When it may be tried again without being asked to.
    pub retry_at: Timestamp,
}

impl LoginState {
    /// The login was refused, once more.
    #[must_use]
    pub fn refuse(self, reason: String, now: Timestamp) -> Self {
        let before = self.refused;
        let times = before.as_ref().map_or(0, |refused| refused.times).saturating_add(1);
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(times - 1)).min(LONGEST_WAIT);
        let since = before.map_or(now, |refused| refused.since);
        Self {
            refused: Some(RefusedLogin { reason, since, times, retry_at: now.plus(wait) }),
            ..self
        }
    }

    /// Whether it is to be left alone for now.
    pub fn is_left_alone(&self, now: Timestamp) -> bool {
        self.refused.as_ref().is_some_and(|refused| now < refused.retry_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_stays_refused_is_tried_less_and_less_often_but_once_a_day() {
        let mut now = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let mut state = LoginState::default();
        let mut waits = Vec::new();
        for _ in 0..10 {
            state = state.refuse("wrong username or password".to_owned(), now);
            let retry_at = state.refused.as_ref().expect("it is refused").retry_at;
            waits.push(retry_at.seconds_since(now) / 60);
            assert!(state.is_left_alone(now) && !state.is_left_alone(retry_at));
            now = retry_at;
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
    }
}
