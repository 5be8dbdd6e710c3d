//! Follows what an operation shares.
//!
//! A sync is asked for by a row of the catalogue: the transaction that makes a credential ACTIVE
//! writes it, and so do a partner and `request-syncs`. That table's stream says so, and a rule of
//! the event bus puts a message ([`OfLeafUser`]) into a queue. What Panorama does not tell is asked
//! again every few minutes for a day.

use std::time::Duration;

use application::use_cases::resume_handshake::Remaining;
use application::use_cases::sync_operation::{SyncError, Synced, sync_operation};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda::function::{Function, Kind, Memory, Queue, Rule, Source};
use lambda::queue::{self, OfLeafUser};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    memory: Memory::Heavy,
    timeout: Duration::from_mins(3),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Writes what an operation shares into the catalogue. Three minutes are a login, a listing \
         of 32 MiB and some thousand rows.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "syncs";

const RULE: Rule = Rule {
    about: "A sync that was asked for. Fields that a row does not have are empty on the bus.",
    pattern: r#"sk: [SYNC]
new: {requestedAt: [{anything-but: ""}], turn: [{anything-but: later}, {exists: false}]}"#,
    // Every operation's, several times a day.
    backlog: Some(
        r#"sk: [SYNC]
new: {requestedAt: [{anything-but: ""}], turn: [later]}"#,
    ),
    message: &[("leafUserId", "new.leafUserId")],
    delay: Duration::ZERO,
    again_after: None,
    // Every 18 minutes for a day.
    deliveries: 80,
    only_if: None,
    work: |service, event| Box::pin(sync(service, event)),
};

/// Syncs every operation of a batch. The messages that it answers with are delivered again.
pub async fn sync(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let now = service.ports.clock.now();
    queue::each(event, QUEUE, now, |user, _: OfLeafUser, _| async move {
        Ok::<_, SyncError>(match sync_operation(&service.ports, user).await? {
            // It comes again when that is done.
            Synced::Leaving => Remaining::Something,
            Synced::NoConsent | Synced::Same | Synced::Followed => Remaining::Nothing,
        })
    })
    .await
}
