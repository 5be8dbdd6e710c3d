//! Watches the calls of every function as they go out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use local::function_scope;

use super::access::{self, Access};

/// What each function was seen to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<BTreeMap<&'static str, BTreeSet<Access>>>>);

impl Seen {
    pub(crate) fn of(&self, function: &str) -> BTreeSet<Access> {
        self.0.lock().expect("nobody panicked").get(function).cloned().unwrap_or_default()
    }
}

impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "Seen"
    }

    fn read_before_transmit(
        &self,
        call: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What is done in no function's name is the test's own, or makes the machine.
        let Some(function) = function_scope::function() else { return Ok(()) };
        let needed = access::of_call(call)?;
        self.0.lock().expect("nobody panicked").entry(function).or_default().extend(needed);
        Ok(())
    }
}
