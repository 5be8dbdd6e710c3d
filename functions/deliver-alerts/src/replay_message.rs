//! What the queue carries of a replay that is not done yet: where it goes on.

use application::ports::work_queue::Outgoing;
use application::use_cases::replay_alerts::Place;
use domain::ids::ReplayId;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// A replay, as this function writes it for itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayMessage {
    replay_id: String,
    page: u32,
    /// Whether the page is one of alerts about data.
    #[serde(default, skip_serializing_if = "is_false")]
    is_data: bool,
    /// The last alert of the page before; none at the first page of a kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<After>,
}

#[derive(Debug, Serialize, Deserialize)]
struct After {
    at: String,
    id: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
const fn is_false(it: &bool) -> bool {
    !*it
}

/// A page of a replay.
pub(crate) struct Page {
    pub(crate) id: ReplayId,
    /// Which it is, from 0.
    pub(crate) number: u32,
    /// Where it begins.
    pub(crate) place: Place,
}

impl ReplayMessage {
    /// The message of a page that is not the first.
    ///
    /// # Panics
    /// Never: texts can be written as JSON.
    pub(crate) fn outgoing(page: Page) -> Outgoing {
        let Page { id, number, place: Place { is_data, after } } = page;
        let after = after.map(|(at, id)| After { at: at.to_string(), id: id.as_str().to_owned() });
        let message = Self { replay_id: id.to_string(), page: number, is_data, after };
        let body = serde_json::to_string(&message).expect("texts can be written");
        Outgoing { group: format!("REPLAY#{id}"), id: format!("{id}#{number}"), body }
    }

    /// The page; none when it is not in a form that this version reads.
    pub(crate) fn into_page(self) -> Option<Page> {
        let read = |after: After| Some((Timestamp::parse(&after.at).ok()?, after.id.parse().ok()?));
        let after = match self.after {
            None => None,
            Some(after) => Some(read(after)?),
        };
        let place = Place { is_data: self.is_data, after };
        Some(Page { id: self.replay_id.parse().ok()?, number: self.page, place })
    }
}
