//! A service that is cut off from its storage.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Cuts the service off from DynamoDB and Secrets Manager.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outage(pub(crate) Arc<AtomicBool>);

impl Intercept for Outage {
    fn name(&self) -> &'static str {
        "Outage"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.load(Ordering::Relaxed) {
            // The worst that an error can carry: the whole request.
            return Err(format!("no way out for {:?}", context.request()).into());
        }
        Ok(())
    }
}
