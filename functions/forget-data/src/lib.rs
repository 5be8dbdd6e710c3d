//! Deletes all that is stored of what a Leaf user shared.
//!
//! When a Leaf user is deleted, or a credential with its data, the same transaction writes a row
//! into the catalogue's table. That table's stream says so, and a rule of the event bus puts a
//! message ([`OfLeafUser`]) into a queue. What is there is deleted at once; the message comes again
//! for the last look, when no copy can be under way any more. Then the row says that it is done.

use std::time::Duration;

use application::use_cases::forget_data::forget_data;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::catalogue::file_copy::LEASE;
use lambda::function::{Function, Kind, Queue, Rule, Source};
use lambda::queue::{self, OfLeafUser};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    timeout: LEASE,
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Deletes what a Leaf user shared, rows and files. A thousand files take a few seconds; \
         what is not done in 14 minutes goes on with the next delivery.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "leavings";

const RULE: Rule = Rule {
    about: "A Leaf user whose data is to be deleted. Each message comes twice at least: once for \
            what is there, and once when every copy that was under way has certainly ended.",
    pattern: "kind: [LEAVING]\nnew: {status: [requested]}",
    backlog: None,
    message: &[("leafUserId", "new.leafUserId")],
    delay: Duration::ZERO,
    again_after: Some(Duration::from_mins(16)),
    // For a day.
    deliveries: 90,
    only_if: None,
    work: |service, event| Box::pin(forget(service, event)),
};

/// Deletes the data of every Leaf user of a batch. The messages that it answers with are delivered
/// again.
pub async fn forget(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let now = service.ports.clock.now();
    queue::each(event, QUEUE, now, |user, _: OfLeafUser, _| forget_data(&service.ports, user)).await
}
