//! The operating system's time.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use application::ports::clock::Clock;
use domain::timestamp::Timestamp;

/// The one place that asks the operating system for the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::new(time::OffsetDateTime::now_utc())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn elapsed(&self) -> Duration {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGINNING.elapsed()
    }
}
