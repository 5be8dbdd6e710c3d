//! The operating system's time.

use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;

/// The one place that asks the operating system for the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::new(time::OffsetDateTime::now_utc())
    }
}
