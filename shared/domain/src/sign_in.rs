//! Sign-ins of API owners that fail: who has to wait, and for how long.
//!
//! They are counted per name *and* client. Per name alone, a stranger could lock an owner out; per
//! client alone, one outdated script could lock out all owners behind its office's address.

use std::fmt;
use std::time::Duration;

use super::caller::Caller;
use super::owner::SigningKey;
use super::timestamp::Timestamp;

/// How many sign-ins may fail before the next has to wait: a person who tries the passwords that it
/// might be.
const FREE: u32 = 5;
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(15);
/// After this time without a failure, all are forgotten.
pub const REMEMBERED_FOR: Duration = Duration::from_hours(24);

/// Who tries to sign in: a keyed hash of a name and a client's address. Neither can be found out
/// from it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInKey(String);

impl SignInKey {
    /// Of a name, whether or not anybody has it, and a client.
    pub fn of(key: &SigningKey, username: &str, caller: Caller) -> Self {
        Self(key.hash(&[b"sign-in", &caller.bytes(), username.as_bytes()]))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignInKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInKey(…)")
    }
}

/// A name as a log may have it: the same for the same name, and no name. What people type there by
/// mistake is often a password.
pub fn name_for_logs(key: &SigningKey, username: &str) -> String {
    let mut hash = key.hash(&[b"name", username.as_bytes()]);
    hash.truncate(16);
    hash
}

/// What failed lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many sign-ins, since the last that did not.
    pub count: u32,
    /// When the last one did.
    pub last: Timestamp,
}

impl Failures {
    /// Whether they still count.
    pub fn count_at(&self, now: Timestamp) -> bool {
        now < self.last.plus(REMEMBERED_FOR)
    }

    /// How long the next sign-in has to wait: a second, and twice as long after each further
    /// failure.
    pub fn wait_at(&self, now: Timestamp) -> Option<Duration> {
        let beyond = self.count.checked_sub(FREE)?;
        let delay = Duration::from_secs(1_u64.checked_shl(beyond).unwrap_or(u64::MAX)).min(LONGEST);
        let until = self.last.plus(delay);
        (self.count_at(now) && now < until).then(|| {
            Duration::from_secs(until.epoch_seconds().abs_diff(now.epoch_seconds()).max(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
    }

    fn wait(count: u32, after: Duration) -> Option<u64> {
        let failures = Failures { count, last: noon() };
        failures.wait_at(noon().plus(after)).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_person_may_err_and_a_program_waits_longer_each_time() {
        let at_once = Duration::ZERO;
        assert_eq!([0, 1, 4].map(|count| wait(count, at_once)), [None; 3]);
        assert_eq!(
            [5, 6, 7, 10, 14].map(|count| wait(count, at_once)),
            [1, 2, 4, 32, 512].map(Some)
        );
        assert_eq!([15, 40, 1_000, u32::MAX].map(|count| wait(count, at_once)), [900; 4].map(Some));
        assert_eq!(wait(10, Duration::from_secs(30)), Some(2));
        assert_eq!(wait(10, Duration::from_secs(32)), None);
        assert_eq!(wait(u32::MAX, REMEMBERED_FOR), None);
    }

    #[test]
    fn names_and_clients_are_told_apart_and_not_told() {
        let key = SigningKey(vec![1; 32]);
        let caller = |address: &str| Caller::at(Some(address.parse().expect("an address")));
        let one = SignInKey::of(&key, "owner", caller("203.0.113.7"));
        assert_eq!(one, SignInKey::of(&key, "owner", caller("203.0.113.7")));
        for other in [
            SignInKey::of(&key, "Owner", caller("203.0.113.7")),
            SignInKey::of(&key, "owner", caller("203.0.113.8")),
            SignInKey::of(&key, "owner", Caller::at(None)),
            SignInKey::of(&SigningKey(vec![2; 32]), "owner", caller("203.0.113.7")),
        ] {
            assert_ne!(one, other);
        }
        assert!(!format!("{one:?}").contains(one.as_str()));
        assert_ne!(name_for_logs(&key, "owner"), name_for_logs(&key, "Owner"));
    }
}
