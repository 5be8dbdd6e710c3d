//! Fetches the files of a stream and stores their bytes.
//!
//! When a file's row says that its bytes are wanted, the stream of the catalogue's table says so,
//! and a rule of the event bus puts a [`Message`] into a queue. What cannot be fetched now is
//! delivered again, for a day; the last delivery marks the file as failed, and its message goes to
//! the dead letters. Sent from there again, it is tried anew.

use std::time::Duration;

use application::use_cases::give_out_file::copy_file;
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::store_stream::{Try, store_stream};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::catalogue::file_copy::LEASE;
use domain::file_output::FileOutput;
use domain::ids::LeafUserId;
use lambda::function::{Function, Kind, Memory, Queue, Rule, Source};
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    memory: Memory::Heavy,
    timeout: LEASE,
    // The first syncs of a thousand operations bring more files than can be fetched in an hour.
    patience: Duration::from_hours(6),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Copies the files of a stream into the bucket. A file of several GiB takes minutes, so it \
         gets all the time that Lambda has.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "files";

/// How often a message is delivered: every 16 minutes for a day.
const DELIVERIES: u32 = 90;

const RULE: Rule = Rule {
    about: "A file whose bytes are wanted: one that is new, or has changed at Panorama. A stream's \
            others are fetched with the first. A message that is not done comes again when its \
            attempt has certainly ended.",
    pattern: r#"$or:
  - kind: [FILE]
    new: {status: [processing], position: ["0"], turn: [{anything-but: later}, {exists: false}]}
    old: {status: [{anything-but: processing}]}
  - kind: [GIVEN]
    new: {status: [requested]}"#,
    backlog: Some(
        r#"kind: [FILE]
new: {status: [processing], position: ["0"], turn: [later]}
old: {status: [{anything-but: processing}]}"#,
    ),
    message: &[
        ("leafUserId", "new.leafUserId"),
        ("fileId", "new.id"),
        ("givenFileId", "new.fileId"),
        ("output", "new.output"),
    ],
    delay: Duration::ZERO,
    again_after: Some(Duration::from_mins(16)),
    deliveries: DELIVERIES,
    only_if: None,
    work: |service, event| Box::pin(store(service, event)),
};

/// What the queue carries: which file, and nothing that is secret. Fields that a row does not have
/// are empty.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub leaf_user_id: String,
    /// The first file of the stream.
    #[serde(default)]
    pub file_id: String,
    /// In proxy mode: a file of Leaf's, and which of its outputs is wanted.
    #[serde(default)]
    pub given_file_id: String,
    /// See above; empty otherwise.
    #[serde(default)]
    pub output: String,
}

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Stores the streams of a batch. The messages that it answers with are delivered again.
pub async fn store(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let now = service.ports.clock.now();
    queue::each(event, QUEUE, now, |user, message: Message, deliveries| async move {
        let Service { ports, data, .. } = service;
        let this = if deliveries < DELIVERIES { Try::OneOfMany } else { Try::Last };
        if let Some(output) = FileOutput::parse(&message.output) {
            return match message.given_file_id.parse() {
                Ok(file) => Ok(copy_file(ports, &**data, file, &output).await?),
                Err(_) => Ok(Remaining::Nothing),
            };
        }
        match message.file_id.parse() {
            Ok(file) => store_stream(ports, user, file, this).await,
            // No file has such an id.
            Err(_) => Ok(Remaining::Nothing),
        }
    })
    .await
}
