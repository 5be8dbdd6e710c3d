//! Watches the calls of every function as they go out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::SharedInterceptor;
use local::function_scope;

use super::access::{self, Access};
use crate::aws_calls::before_each;

/// What each function was seen to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<BTreeMap<&'static str, BTreeSet<Access>>>>);

impl Seen {
    pub(crate) fn of(&self, function: &str) -> BTreeSet<Access> {
        self.0.lock().expect("nobody panicked").get(function).cloned().unwrap_or_default()
    }

    /// Watches.
    pub(crate) fn interceptor(&self) -> SharedInterceptor {
        let seen = self.clone();
        before_each(move |request| {
            if function_scope::function().is_some() {
                seen.note(access::of_call(request)?);
            }
            Ok(())
        })
    }

    /// What the function whose turn it is does. What is done in no function's name is the test's
    /// own, or makes the machine.
    pub(super) fn note(&self, done: impl IntoIterator<Item = Access>) {
        let Some(function) = function_scope::function() else { return };
        self.0.lock().expect("nobody panicked").entry(function).or_default().extend(done);
    }
}
