//! What is known of an object.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::blob::Blob;
use crate::checksum::Checksum;

/// What an object is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// An object: its bytes are those of its blobs, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Object {
    #[serde(flatten)]
    pub(crate) name: Name,
    pub(crate) blobs: Vec<KeptBlob>,
    pub(crate) checksum: Checksum,
    pub(crate) e_tag: String,
    pub(crate) content_type: Option<String>,
    /// Seconds since 1970.
    pub(crate) modified: i64,
}

/// Bytes of an object.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct KeptBlob {
    pub(crate) id: Uuid,
    pub(crate) size: u64,
}

impl Object {
    /// An object of these blobs.
    pub(crate) fn new(
        name: Name,
        blobs: &[&Blob],
        e_tag: String,
        content_type: Option<String>,
        modified: i64,
    ) -> Self {
        let checksum = checksum(blobs);
        let blobs = blobs.iter().map(|blob| KeptBlob { id: blob.id, size: blob.size }).collect();
        Self { name, blobs, checksum, e_tag, content_type, modified }
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size).sum()
    }

    pub(crate) fn has_blob(&self, id: Uuid) -> bool {
        self.blobs.iter().any(|blob| blob.id == id)
    }
}

/// The checksum of blobs, one after the other.
pub(crate) fn checksum(blobs: &[&Blob]) -> Checksum {
    blobs.iter().fold(Checksum::EMPTY, |whole, blob| whole.followed_by(blob.checksum, blob.size))
}
