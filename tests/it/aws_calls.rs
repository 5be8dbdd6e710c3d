//! What the service sends to DynamoDB, S3 and Secrets Manager: seen as it goes out, and kept from
//! going out where a test says so.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor of the SDK that looks at every request before it is sent, may change it, and
/// fails the call with an error.
pub(crate) fn before_each(
    look: impl Fn(&mut HttpRequest) -> Result<(), BoxError> + Send + Sync + 'static,
) -> SharedInterceptor {
    SharedInterceptor::new(BeforeEach(look))
}

/// The operation of a request, such as `GetItem` of `DynamoDB_20120810.GetItem`; of S3, such as
/// `PutObject` of `?x-id=PutObject`, or else the method.
pub(crate) fn operation(request: &HttpRequest) -> &str {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target);
    }
    let query = request.uri().split_once('?').map_or("", |(_, query)| query);
    let id = query.split('&').find_map(|field| field.strip_prefix("x-id="));
    id.unwrap_or_else(|| request.method())
}

struct BeforeEach<Look>(Look);

impl<Look> fmt::Debug for BeforeEach<Look> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeEach")
    }
}

impl<Look> Intercept for BeforeEach<Look>
where
    Look: Fn(&mut HttpRequest) -> Result<(), BoxError> + Send + Sync,
{
    fn name(&self) -> &'static str {
        "BeforeEach"
    }

    fn modify_before_transmit(
        &self,
        call: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        (self.0)(call.request_mut())
    }
}

/// The calls of a machine ([`World::calling_through`](crate::world::World::calling_through)).
#[derive(Debug, Clone, Default)]
pub(crate) struct AwsCalls(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    sent: Vec<String>,
    broken: Vec<Call>,
}

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Whatever it is.
    Any,
    /// Of this operation.
    Of(&'static str),
    /// Of this operation, with this text in its body.
    With(&'static str, &'static str),
}

impl Call {
    fn is(self, operation: &str, body: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Of(wanted) => wanted == operation,
            Self::With(wanted, part) => {
                wanted == operation && String::from_utf8_lossy(body).contains(part)
            }
        }
    }
}

impl AwsCalls {
    pub(crate) fn interceptor(&self) -> SharedInterceptor {
        let calls = self.clone();
        before_each(move |request| {
            let operation = operation(request).to_owned();
            let body = request.body().bytes().unwrap_or_default();
            let mut calls = calls.lock();
            if calls.broken.iter().any(|broken| broken.is(&operation, body)) {
                // The worst that an error can carry: the whole request.
                return Err(format!("no way out for {request:?}").into());
            }
            calls.sent.push(operation);
            Ok(())
        })
    }

    /// From now on these calls, and no others, do not get through.
    pub(crate) fn break_only(&self, calls: &[Call]) {
        self.lock().broken = calls.to_vec();
    }

    /// From now on every call gets through.
    pub(crate) fn mend(&self) {
        self.break_only(&[]);
    }

    /// The operations that got through, in their order.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.lock().sent.clone()
    }

    /// How many calls of an operation got through.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.lock().sent.iter().filter(|sent| *sent == operation).count()
    }

    /// Forgets what was sent so far.
    pub(crate) fn forget(&self) {
        self.lock().sent.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().expect("nobody panicked")
    }
}
