//! Has the machine files converted that are stored, and registers what came of it.
//!
//! When a file's row says that its bytes are here, the stream of the catalogue's table says so, and
//! a rule of the event bus puts a [`Message`] into a queue. A converter that is busy, crashes or
//! cannot be reached is asked again, for some hours; the last delivery marks the file as not
//! converted, and its message goes to the dead letters. Sent from there again, it is tried anew.

use std::time::Duration;

use application::use_cases::convert_file::{Converted, convert_file};
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::store_stream::Try;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::ids::LeafUserId;
use lambda::function::{Function, Kind, Queue, Rule, Source};
use lambda::queue;
use serde::{Deserialize, Serialize};
use shared::service::Service;

pub const FUNCTION: Function = Function {
    timeout: Duration::from_mins(15),
    // A first sync brings more files than can be converted in an hour.
    patience: Duration::from_hours(6),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Invokes the partner's converter for a file whose bytes are here, and waits: for all the \
         time that Lambda has.",
        Kind::Queue(Queue { name: QUEUE, source: Source::Rule(RULE) }),
    )
};

const QUEUE: &str = "conversions";

/// How often a message is delivered: every 16 minutes for five hours.
const DELIVERIES: u32 = 20;

const RULE: Rule = Rule {
    about: "A file whose bytes have just been stored, if there is a converter. A message that is \
            not done comes again when the converter has certainly ended.",
    pattern: "kind: [FILE]\n\
              new: {status: [processed]}",
    backlog: None,
    message: &[("leafUserId", "new.leafUserId"), ("fileId", "new.id")],
    delay: Duration::ZERO,
    again_after: Some(Duration::from_mins(16)),
    deliveries: DELIVERIES,
    only_if: Some("HasConverter"),
    work: |service, event| Box::pin(convert(service, event)),
};

/// What the queue carries: which file, and nothing that is secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub leaf_user_id: String,
    pub file_id: String,
    /// Whether it is converted although it was: whoever has a new converter sends such messages.
    #[serde(default)]
    pub again: bool,
}

impl queue::Message for Message {
    fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }
}

/// Has the files of a batch converted. The messages that it answers with are delivered again.
pub async fn convert(service: &Service, event: SqsEvent) -> SqsBatchResponse {
    let now = service.ports.clock.now();
    queue::each(event, QUEUE, now, |user, message: Message, deliveries| async move {
        let this = if deliveries < DELIVERIES { Try::OneOfMany } else { Try::Last };
        let converted = if message.again { Converted::Anew } else { Converted::Stays };
        match message.file_id.parse() {
            Ok(file) => convert_file(&service.ports, user, file, converted, this).await,
            // No file has such an id.
            Err(_) => Ok(Remaining::Nothing),
        }
    })
    .await
}
