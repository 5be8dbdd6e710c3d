//! What a test makes the converter do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use serde_json::Value;

/// What happens at an invocation that is not converted as it should be.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Lambda refuses it: the function has as much to do as it may have.
    Throttled,
    /// The function throws, and says this.
    Crashes(String),
    /// It writes nothing and answers this.
    Answers(Value),
    /// It answers that it is done, and has written these, as far as there are any.
    Writes {
        /// Into `standard.geojson`.
        standard_geojson: Option<Bytes>,
        /// Into `summary.json`.
        summary: Option<Bytes>,
    },
}

/// What the next invocations are, and what those before were given. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: VecDeque<Behaviour>,
    events: Vec<Value>,
}

impl Script {
    /// The next invocation for which nothing is said yet will be this.
    pub fn then(&self, behaviour: Behaviour) {
        self.state().next.push_back(behaviour);
    }

    /// What it was given so far, in order; of throttled invocations, too.
    pub fn events(&self) -> Vec<Value> {
        self.state().events.clone()
    }

    pub(crate) fn begin(&self, event: Value) -> Option<Behaviour> {
        let mut state = self.state();
        state.events.push(event);
        state.next.pop_front()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
