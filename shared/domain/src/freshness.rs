//! How fresh what is here of an operation is.

use std::str::FromStr;
use std::time::Duration;

use super::invalid::Invalid;
use super::timestamp::Timestamp;

/// How long after its last sync an operation is overdue: four syncs in a row have not succeeded.
const OVERDUE_AFTER: Duration = Duration::from_hours(24);

/// How fresh a connection's data is. Of a connection that somebody else follows, nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DataFreshness {
    /// When Panorama's listing was last followed as a whole.
    pub last_synced_at: Option<Timestamp>,
    /// When a file's bytes were stored last.
    pub last_data_at: Option<Timestamp>,
    /// How many files are listed whose bytes are still on their way; `None` before the first sync.
    pub files_pending: Option<u64>,
}

/// Whether a sync is overdue at an operation that is ACTIVE since a moment: neither that nor its
/// last sync is within the last day.
pub fn is_overdue(
    active_since: Timestamp,
    last_synced_at: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    last_synced_at.map_or(active_since, |at| at.max(active_since)).plus(OVERDUE_AFTER) <= now
}

/// After how many days without a file an operation that is ACTIVE is called silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SilentDays(u16);

impl SilentDays {
    /// So many days, from 1 to 3650, which are ten years.
    pub const fn new(days: u16) -> Option<Self> {
        if days == 0 || days > 3_650 { None } else { Some(Self(days)) }
    }

    /// Whoever has been silent since this moment, or longer, is silent now.
    pub fn before(self, now: Timestamp) -> Timestamp {
        now.minus(Duration::from_hours(24 * u64::from(self.0)))
    }
}

impl FromStr for SilentDays {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let days = text.parse().ok().and_then(Self::new);
        days.ok_or(Invalid::malformed("must be a whole number of days from 1 to 3650"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_is_overdue_a_day_after_the_last_one_or_after_there_was_something_to_sync() {
        let hours = |hours: u64| {
            Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
                .plus(Duration::from_hours(hours))
        };
        for (active_since, last_synced_at, now, expected) in [
            (0, None, 23, false),
            (0, None, 24, true),
            (0, Some(1), 24, false),
            (0, Some(1), 25, true),
            // It was not shared in between.
            (90, Some(1), 100, false),
            (90, Some(1), 114, true),
        ] {
            assert_eq!(
                is_overdue(hours(active_since), last_synced_at.map(hours), hours(now)),
                expected,
                "since {active_since}, synced {last_synced_at:?}, now {now}"
            );
        }
    }
}
