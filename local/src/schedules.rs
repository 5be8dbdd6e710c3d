//! What runs by itself on a machine whose clock runs: the queues, and the functions that the clock
//! calls. They go by the service's clock, so that what is due follows when somebody turns it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use all_functions::FUNCTIONS;
use application::ports::clock::Clock;
use lambda::function::Kind;
use shared::service::Service;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::function_scope;
use crate::listening::wait;
use crate::outbox::Outbox;

/// How often the stream is looked at.
const DELIVER_EVERY: Duration = Duration::from_secs(1);

/// How often is looked whether a schedule is due.
const LOOK_FOR_DUE_EVERY: Duration = Duration::from_secs(1);

/// Delivers what is in the queues.
pub(crate) async fn keep_delivering(
    outbox: Arc<Outbox>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut stop = std::pin::pin!(stop);
    let mut timer = tokio::time::interval(DELIVER_EVERY);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            _ = timer.tick() => outbox.deliver().await?,
        };
    }
}

/// Runs the functions that the clock calls.
pub(crate) fn keep_to_schedules(
    servers: &mut JoinSet<io::Result<()>>,
    service: &Service,
    stopped: &watch::Receiver<bool>,
) {
    let service_clock = &service.ports.clock;
    for function in FUNCTIONS {
        let Kind::Schedule { every, run } = function.kind else { continue };
        let (service, name) = (service.clone(), function.name);
        let run = move || {
            let service = service.clone();
            async move {
                let deadline = service.ports.clock.now().plus(every);
                function_scope::as_function(name, run(&service, deadline)).await;
            }
        };
        let clock = service_clock.clone();
        servers.spawn(keep_running(every, clock, run, wait(stopped.clone())));
    }
}

async fn keep_running<F: Future<Output = ()>>(
    every: Duration,
    clock: Arc<dyn Clock>,
    run: impl Fn() -> F,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut stop = std::pin::pin!(stop);
    let mut timer = tokio::time::interval(LOOK_FOR_DUE_EVERY);
    // There is nothing to do yet.
    let mut due = clock.now().plus(every);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            _ = timer.tick() => {}
        }
        if due <= clock.now() {
            run().await;
            due = clock.now().plus(every);
        }
    }
}
