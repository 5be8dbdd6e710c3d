//! Holds every function to its role, in every test: a call that AWS would deny is not sent, and
//! fails the test even if the service makes the best of the refusal.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use local::{Upstream, function_scope};

use super::access;
use super::policies::{self, Policies};
use crate::aws_calls::before_each;
use crate::template::template;

/// The template's.
pub(crate) static POLICIES: LazyLock<Policies> =
    LazyLock::new(|| policies::read(template()).expect("policies that are understood"));

/// Denies what the policies do not allow. The test that holds it fails at its end if there was any
/// such call.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    denied: Denied,
}

#[derive(Debug, Clone, Default)]
struct Denied {
    calls: Arc<Mutex<Vec<String>>>,
    in_proxy_mode: Arc<AtomicBool>,
}

impl Guard {
    pub(crate) fn interceptor(&self) -> SharedInterceptor {
        let denied = self.denied.clone();
        before_each(move |request| denied.look(request))
    }

    /// The machine is deployed in proxy mode.
    pub(crate) fn in_proxy_mode(&self) {
        self.denied.in_proxy_mode.store(true, Ordering::SeqCst);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let denied = self
            .denied
            .calls
            .lock()
            .map(|mut denied| std::mem::take(&mut *denied))
            .unwrap_or_default();
        // A second panic would hide the first.
        assert!(
            denied.is_empty() || std::thread::panicking(),
            "the roles in template.yaml do not allow: {denied:?}"
        );
    }
}

impl Denied {
    fn look(&self, request: &HttpRequest) -> Result<(), BoxError> {
        // What is done in no function's name is the test's own, or makes the machine.
        let Some(function) = function_scope::function() else { return Ok(()) };
        let upstream = if self.in_proxy_mode.load(Ordering::SeqCst) {
            Upstream::Leaf
        } else {
            Upstream::Panorama
        };
        let denied = match (access::of_call(request), POLICIES.get(function)) {
            (Ok(needed), Some(rights)) => {
                let denied = needed.iter().filter(|access| !rights.allow(access, upstream));
                denied.map(|access| format!("{function}: {access}")).collect()
            }
            (Err(error), _) => vec![format!("{function}: {error}")],
            (_, None) => vec![format!("{function}: it has no role")],
        };
        if denied.is_empty() {
            return Ok(());
        }
        let error = format!("AccessDeniedException: {denied:?}");
        self.calls.lock().expect("nobody panicked").extend(denied);
        Err(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use local::function_scope;
    use shared::service::WarmUp;

    use crate::world::World;

    #[tokio::test]
    async fn a_call_that_a_role_does_not_allow_is_denied_and_fails_the_test() {
        let world = World::start().await;
        let process = world.machine.another_process().expect("a process");
        let read =
            function_scope::as_function("users", process.ports.service_secrets.owners()).await;
        assert!(read.is_err(), "users may not read the owners");
        let ended = catch_unwind(AssertUnwindSafe(|| drop(world)));
        let message = *ended.expect_err("it fails").downcast::<String>().expect("a text");
        assert!(
            message.ends_with(r#"["users: secretsmanager:GetSecretValue owners"]"#),
            "{message}"
        );
    }

    #[tokio::test]
    async fn a_function_without_a_role_may_do_nothing() {
        let world = World::start().await;
        let process = world.machine.another_process().expect("a process");
        function_scope::as_function("nobody", process.warm_up(WarmUp::Table)).await;
        let ended = catch_unwind(AssertUnwindSafe(|| drop(world)));
        assert!(ended.is_err());
    }
}
