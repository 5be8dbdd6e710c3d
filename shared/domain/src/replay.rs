//! Replays: a webhook is told once more what happened.

use super::change_id::ChangeId;
use super::ids::{ReplayId, WebhookId};
use super::timestamp::Timestamp;

/// A replay that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Its id.
    pub id: ReplayId,
    /// Who is told.
    pub webhook_id: WebhookId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// What is told.
    pub what: Replayed,
}

/// What a replay tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// One alert.
    One(ChangeId),
    /// The alerts of a time that the webhook is registered for, in the order in which they
    /// happened.
    Range {
        /// The first moment.
        from: Timestamp,
        /// The first moment that does not belong to it.
        to: Timestamp,
        /// Only what is among the failed calls.
        only_failed: bool,
    },
}
