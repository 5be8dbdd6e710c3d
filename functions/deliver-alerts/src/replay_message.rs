//! What the queue carries of a replay that is not done yet: where it goes on.

use application::ports::work_queue::Outgoing;
use domain::change_id::ChangeId;
use domain::ids::ReplayId;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// A replay, as this function writes it for itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayMessage {
    replay_id: String,
    page: u32,
    /// The last alert of the page before.
    after: After,
}

#[derive(Debug, Serialize, Deserialize)]
struct After {
    at: String,
    id: String,
}

/// Where a replay goes on.
pub(crate) struct Place {
    pub(crate) id: ReplayId,
    /// Which page it is, from 0.
    pub(crate) page: u32,
    pub(crate) after: Option<(Timestamp, ChangeId)>,
}

impl ReplayMessage {
    /// The message of a page that is not the first.
    ///
    /// # Panics
    /// Never: texts can be written as JSON.
    pub(crate) fn outgoing(id: ReplayId, page: u32, after: &(Timestamp, ChangeId)) -> Outgoing {
        let (at, change) = after;
        let after = After { at: at.to_string(), id: change.as_str().to_owned() };
        let message = Self { replay_id: id.to_string(), page, after };
        let body = serde_json::to_string(&message).expect("texts can be written");
        Outgoing { group: format!("REPLAY#{id}"), id: format!("{id}#{page}"), body }
    }

    /// The place; none when it is not in a form that this version reads.
    pub(crate) fn into_place(self) -> Option<Place> {
        let after = (Timestamp::parse(&self.after.at).ok()?, self.after.id.parse().ok()?);
        Some(Place { id: self.replay_id.parse().ok()?, page: self.page, after: Some(after) })
    }
}
