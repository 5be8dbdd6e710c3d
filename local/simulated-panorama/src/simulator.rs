//! What every handler holds: the state, the clock and the addresses.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use url::Url;

use crate::seed::{Environment, Pool};
use crate::state::{Durable, EnvironmentState, State, StateFile};

pub(crate) struct Simulator {
    state: Mutex<State>,
    state_file: Option<StateFile>,
    now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    /// Turns that clock.
    pub(crate) forward: Option<Arc<dyn Fn(Duration) -> Duration + Send + Sync>>,
    pub(crate) public_url: String,
    pub(crate) largest_file: u64,
    confirmation_base: Url,
}

impl Simulator {
    pub(crate) fn open(
        public_url: String,
        largest_file: u64,
        state_file: Option<PathBuf>,
        now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
        sharing_confirmation_base: &str,
    ) -> io::Result<Self> {
        let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidInput, problem);
        if public_url.ends_with('/') || Url::parse(&public_url).is_err() {
            return Err(invalid("public_url must be a URL without a trailing slash"));
        }
        let confirmation_base = Url::parse(sharing_confirmation_base)
            .ok()
            .filter(|url| !url.cannot_be_a_base())
            .ok_or_else(|| invalid("sharing_confirmation_base must be a URL"))?;
        let (state_file, durable) = match state_file {
            Some(path) => StateFile::open(path).map(|(file, durable)| (Some(file), durable))?,
            None => (None, Durable::default()),
        };
        let state = Mutex::new(State { durable, ..State::default() });
        Ok(Self {
            state,
            state_file,
            now,
            forward: None,
            public_url,
            largest_file,
            confirmation_base,
        })
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.now)()
    }

    /// For what need not survive a restart.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.lock())
    }

    /// For what must: the file is written before the lock is let go, so that it never runs behind
    /// an answer.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut Durable) -> T) -> T {
        let mut state = self.lock();
        let outcome = work(&mut state.durable);
        if let Some(file) = &self.state_file
            && let Err(error) = file.save(&state.durable)
        {
            tracing::error!(%error, "the simulated Panorama could not save its state");
        }
        outcome
    }

    /// A handler that panicked left the state as consistent as any other: each change is a single
    /// step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One environment of a simulator.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) environment: Environment,
}

impl Site {
    pub(crate) fn pool(&self) -> &'static Pool {
        self.environment.pool()
    }

    /// A path of this environment.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.environment.prefix())
    }

    /// An address of this environment.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.simulator.public_url, self.environment.prefix())
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.simulator.now()
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&EnvironmentState) -> T) -> T {
        self.simulator.with(|state| work(state.durable.of(self.environment)))
    }

    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut EnvironmentState) -> T) -> T {
        self.simulator.change(|durable| work(durable.of(self.environment)))
    }

    /// Where the grower's browser is sent after switching sharing on.
    pub(crate) fn confirmation_url(&self, organization_code: &str) -> String {
        self.confirmation_url_with("orgCode", organization_code)
    }

    /// Where the grower's browser is sent after declining.
    pub(crate) fn declined_url(&self) -> String {
        self.confirmation_url_with("error", "access_denied")
    }

    fn confirmation_url_with(&self, name: &str, value: &str) -> String {
        let mut url = self.simulator.confirmation_base.clone();
        url.path_segments_mut()
            .expect("open refused a base without a path")
            .pop_if_empty()
            .push(self.pool().sharing_url_id);
        url.query_pairs_mut().append_pair(name, value);
        url.into()
    }
}
