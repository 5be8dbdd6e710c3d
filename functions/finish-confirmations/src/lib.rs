//! Finishes what a farmer began.
//!
//! When a session becomes `Confirming`, the table's stream says so, and a rule of the bus puts a
//! message ([`OfLeafUser`]) into a queue. It is delivered after the callback's own lease, and again
//! every minute until there is nothing left to finish; the session itself knows when it is time for
//! another attempt (`Handshake::due_at`), so most deliveries cost one read. What is not finished
//! after the queue's last delivery goes to the dead-letter queue.

use std::time::Duration;

use application::use_cases::resume_handshake::resume_handshake;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::session::HANDSHAKE_LEASE;
use lambda::function::{Function, Kind, Queue, Rule, Source};
use lambda::queue::{self, OfLeafUser};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    timeout: Duration::from_secs(45),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Confirmations that Panorama did not answer. 45 seconds are all time-outs of one attempt \
         together, with every form of login.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "confirmations";

const RULE: Rule = Rule {
    about: "A session that became Confirming. Its message arrives after the callback's own lease \
            of 30 seconds and then every minute for most of a day. AWS advises six times the \
            function's time-out between two deliveries, so that a batch which waits for a free \
            function is not delivered twice; here a message that arrives while another is being \
            handled finds the lease, which costs one read.",
    pattern: "sk: [SESSION]\n\
              new: {state: [Confirming]}\n\
              old: {state: [{anything-but: Confirming}, {exists: false}]}",
    backlog: None,
    message: &[("leafUserId", "new.leafUserId")],
    delay: HANDSHAKE_LEASE,
    again_after: Some(Duration::from_mins(1)),
    deliveries: 1_000,
    only_if: None,
    work: |service, event| Box::pin(finish(service, event)),
};

/// Handles every session of a batch. The messages that it answers with are delivered again.
pub async fn finish(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    queue::each(event, QUEUE, service.ports.clock.now(), |user, _: OfLeafUser, _| {
        resume_handshake(&service.ports, user)
    })
    .await
}
