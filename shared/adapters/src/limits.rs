//! The limits that those who are asked set us: 429, and for how long.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;

use domain::timestamp::Timestamp;

/// How long a limit holds that does not say how long it is, in seconds.
pub(crate) const UNSAID: u64 = 30;

/// Until when this process asks nothing, in the name of each `K`.
pub(crate) struct Limits<K>(Mutex<HashMap<K, Timestamp>>);

impl<K> Default for Limits<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Limits<K> {
    /// Nothing, or for how many seconds more nothing is asked: one at least.
    pub(crate) fn allow(&self, key: &K, now: Timestamp) -> Result<(), u64> {
        let mut limits = self.0.lock().expect("no thread panics while it holds the limits");
        limits.retain(|_, until| now < *until);
        limits.get(key).map_or(Ok(()), |until| Err(until.seconds_since(now).max(1)))
    }

    /// Nothing is asked for so many seconds; an earlier limit that is longer stays.
    pub(crate) fn set(&self, key: K, seconds: u64, now: Timestamp) {
        let until = now.plus(Duration::from_secs(seconds));
        let mut limits = self.0.lock().expect("no thread panics while it holds the limits");
        let known = limits.entry(key).or_insert(until);
        *known = until.max(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_one_keys_and_ends_and_the_longer_one_holds() {
        let limits = Limits::default();
        let start = Timestamp::new(time::OffsetDateTime::UNIX_EPOCH);
        let after = |seconds| start.plus(Duration::from_secs(seconds));
        limits.set("a", 60, start);
        limits.set("a", 5, start);
        assert_eq!(limits.allow(&"a", start), Err(60));
        assert_eq!(limits.allow(&"b", start), Ok(()));
        assert_eq!(limits.allow(&"a", after(59)), Err(1));
        assert_eq!(limits.allow(&"a", after(60)), Ok(()));
    }
}
