//! The time.

use std::sync::Mutex;
use std::time::Duration;

use domain::timestamp::Timestamp;

/// Tells the time. Nothing in the service asks the operating system but its adapter.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// The time since some moment that stays the same in a process; it never goes back. For how
    /// long something took.
    fn elapsed(&self) -> Duration;
}

/// A clock that stands until it is moved: for tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it on.
    ///
    /// # Panics
    /// When another thread panicked while it moved the clock.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().expect("no thread panics while it holds the clock");
        *now = now.plus(by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no thread panics while it holds the clock")
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(
            self.now().seconds_since(Timestamp::new(time::OffsetDateTime::UNIX_EPOCH)),
        )
    }
}
