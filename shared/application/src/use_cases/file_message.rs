//! What the files' queue carries: which stream is to be fetched, and nothing that is secret.

use serde::{Deserialize, Serialize};

use crate::ports::work_queue::Outgoing;
use domain::ids::{FileId, LeafUserId};

/// A stream whose files are wanted, by the id of its first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMessage {
    /// The Leaf user's id.
    pub leaf_user_id: String,
    /// The file's.
    pub file_id: String,
}

impl FileMessage {
    /// That of a stream whose first file this is.
    pub fn new(user: LeafUserId, file: FileId) -> Self {
        Self { leaf_user_id: user.to_string(), file_id: file.to_string() }
    }

    /// The message as it is sent. The files of a Leaf user are fetched one after the other, and
    /// those of different ones in turns: a first sync of thousands does not keep the next farmer
    /// waiting.
    ///
    /// # Panics
    /// Never: the fields are texts.
    pub fn outgoing(&self, version: u32) -> Outgoing {
        let Self { leaf_user_id, file_id } = self;
        Outgoing {
            group: leaf_user_id.clone(),
            id: format!("{file_id}.{version}"),
            body: serde_json::to_string(self).expect("its fields are texts"),
        }
    }
}
