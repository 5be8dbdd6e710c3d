//! A clock that a developer turns forward, to see what a farmer sees after 15 minutes without
//! waiting for them.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use adapters::system_clock::SystemClock;
use application::ports::clock::Clock;
use domain::timestamp::Timestamp;

/// Further ahead it is not turned: ten years, in which every link and token has ended.
const MOST_AHEAD: Duration = Duration::from_hours(10 * 365 * 24);

/// The operating system's clock, and how far ahead of it this one is. It is never turned back:
/// nothing in the service expects time to go backwards.
#[derive(Debug, Default)]
pub struct TurnedClock {
    ahead: Mutex<Duration>,
    /// What was stored at a later time must not lie in the future after a restart.
    file: OnceLock<PathBuf>,
}

impl TurnedClock {
    /// Keeps in a file, if there is one, how far ahead it is, and is as far ahead as the file says.
    /// A second machine with the same clock changes neither.
    ///
    /// # Errors
    /// The file cannot be read, or is not one of these.
    pub(crate) fn keep_in(&self, file: Option<PathBuf>) -> io::Result<()> {
        let (Some(file), None) = (file, self.file.get()) else { return Ok(()) };
        let kept = match fs::read_to_string(&file) {
            Ok(text) => text.trim().parse().map_err(|_| not_ours(&file))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        *self.ahead() = Duration::from_secs(kept);
        let _ = self.file.set(file);
        Ok(())
    }

    /// Turns it forward, ten years at most in all; the answer is how far ahead it is then.
    pub fn forward(&self, by: Duration) -> Duration {
        let mut ahead = self.ahead();
        *ahead = ahead.saturating_add(by).min(MOST_AHEAD);
        if let Some(file) = self.file.get()
            && let Err(error) = fs::write(file, ahead.as_secs().to_string())
        {
            tracing::error!(%error, "how far ahead the clock is could not be stored");
        }
        *ahead
    }

    /// A duration is changed in one step, so one that a thread has panicked over is whole.
    fn ahead(&self) -> MutexGuard<'_, Duration> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(*self.ahead())
    }

    fn elapsed(&self) -> Duration {
        SystemClock.elapsed()
    }
}

fn not_ours(file: &std::path::Path) -> io::Error {
    let problem = format!("{} does not say how far ahead the clock is", file.display());
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
