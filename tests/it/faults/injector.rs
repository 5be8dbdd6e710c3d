//! Sees every call of a process on its way out, and makes one of them go wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::fault::Fault;

/// The calls of a process, and the fault that one of them meets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Injector(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_armed: bool,
    fault: Option<(usize, Fault)>,
    calls: Vec<Call>,
    /// The places of the SDK's calls: it repeats one under its id.
    places: BTreeMap<String, usize>,
    impossible: Option<&'static str>,
}

/// A call of the process's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The function that makes it; none for what is not AWS's.
    pub(crate) function: &'static str,
    pub(crate) label: String,
    /// How it cannot go wrong, and why.
    pub(crate) cannot: Vec<(Fault, &'static str)>,
}

impl Call {
    /// What it is about, part by part.
    pub(crate) fn accesses(&self) -> impl Iterator<Item = &str> {
        self.label.trim_start_matches("transaction of ").split(" + ")
    }
}

impl Injector {
    /// From now on calls are counted, and the one at this place meets the fault.
    pub(crate) fn arm(&self, fault: Option<(usize, Fault)>) {
        *self.lock() = State { is_armed: true, fault, ..State::default() };
    }

    /// What a call meets, if anything. The id is that of the SDK's call of which this is an
    /// attempt.
    pub(crate) fn meet(&self, call: impl FnOnce() -> Call, id: Option<&str>) -> Option<Fault> {
        let mut state = self.lock();
        if !state.is_armed {
            return None;
        }
        let known = id.and_then(|id| state.places.get(id).copied());
        let place = known.unwrap_or_else(|| {
            state.calls.push(call());
            state.calls.len() - 1
        });
        if let Some(id) = id {
            state.places.insert(id.to_owned(), place);
        }
        state.fault.filter(|(at, _)| *at == place).map(|(_, fault)| fault)
    }

    /// The fault cannot be, for this reason.
    pub(crate) fn cannot_be(&self, why: &'static str) {
        self.lock().impossible = Some(why);
    }

    /// Why the fault that was met cannot be.
    pub(crate) fn impossible(&self) -> Option<&'static str> {
        self.lock().impossible
    }

    /// The calls, in their order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked")
    }
}
