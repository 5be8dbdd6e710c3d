//! Raw files: where their bytes are stored, and the links by which they are read.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

use domain::object_key::{ObjectKey, ObjectPrefix};

/// The store of raw files. An object is written once and never changed; there is a whole one or
/// none.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// Begins to store an object whose size is known when its last byte has come.
    async fn begin(&self, key: &ObjectKey) -> Result<Box<dyn Upload>, FilesError>;

    /// The size of an object in bytes; `None` when there is none. It reads nothing of the object:
    /// whoever stores files has no right to read them.
    async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, FilesError>;

    /// Deletes one object, if there is one.
    async fn delete(&self, key: &ObjectKey) -> Result<(), FilesError>;

    /// Deletes a portion of the objects whose keys begin so, and tells whether there are more. It
    /// may be repeated at will: what is gone is gone.
    async fn delete_below(&self, prefix: &ObjectPrefix) -> Result<Deletion, FilesError>;
}

/// An object on its way into the store. The memory that it holds does not grow with the object.
///
/// Nobody sees anything of it before [`Upload::finish`]. One that is dropped, as by a process that
/// dies, leaves at most parts that nobody can read, which the bucket forgets after a day.
#[async_trait]
pub trait Upload: Send {
    /// Takes the next bytes. It waits while enough of the earlier ones are on their way.
    ///
    /// After an error there is nothing left to do but [`Upload::abandon`].
    async fn write(&mut self, bytes: Bytes) -> Result<(), FilesError>;

    /// Makes the object of all that was written, unless there is one with its key: that one stays.
    ///
    /// An object that is stored has what was written: the store was given its size and a checksum
    /// of the whole, and refuses others. After an error the upload is abandoned, and may be
    /// repeated from the beginning.
    async fn finish(self: Box<Self>) -> Result<Finished, FilesError>;

    /// Forgets what was written, as well as it can.
    async fn abandon(self: Box<Self>);
}

/// How an upload ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The object is stored.
    Stored(StoredObject),
    /// An object of this key and this size was there, and still is: somebody was faster, or was
    /// interrupted afterwards. A key stands for one version of one file, so the bytes are the
    /// same.
    AlreadyThere(StoredObject),
}

impl Finished {
    /// What is in the store now, whoever put it there.
    pub fn into_object(self) -> StoredObject {
        match self {
            Self::Stored(object) | Self::AlreadyThere(object) => object,
        }
    }
}

/// What is known of the bytes that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// How many they are.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// What a portion of a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// So many objects were deleted, a thousand at most.
    pub deleted: usize,
    /// There are more.
    pub are_left: bool,
}

/// Why the store did not do what it was asked to. It names no object: keys are for rows.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FilesError {
    /// An object with this key and another size is there. Trying again changes nothing.
    #[error("another object with this key is there: it has {size} bytes")]
    Taken {
        /// The size of the one that is there, in bytes.
        size: u64,
    },
    /// It has more bytes than may be read at once.
    #[error("an object has more than {most} bytes")]
    TooLarge {
        /// How many may be read.
        most: usize,
    },
    /// The store failed: the network, a limit, a right. What the caller can do is try again later.
    #[error("the file store failed at `{operation}`: {failure}")]
    Store {
        /// What was asked of the store.
        operation: &'static str,
        /// What went wrong, e.g. an error code of S3.
        failure: String,
    },
}

/// Links to raw files.
#[async_trait]
pub trait FileLinks: Send + Sync {
    /// A link that whoever has it can read the object by, until the time is over (or the process'
    /// own credentials, if that is earlier: Lambda's last for hours). It says nothing of whether
    /// there is one.
    ///
    /// A browser saves what it reads under `file_name`, of which whatever could mislead it is left
    /// out.
    async fn presigned_get(
        &self,
        key: &ObjectKey,
        file_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, FilesError>;
}

/// Small objects, read whole.
#[async_trait]
pub trait FileReader: Send + Sync {
    /// The bytes of an object; `None` when there is none.
    ///
    /// # Errors
    /// It has more bytes than `most`, or the store failed.
    async fn read(&self, key: &ObjectKey, most: usize) -> Result<Option<Vec<u8>>, FilesError>;
}

/// A link that opens a file: a secret for as long as it lives.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl(Url);

impl PresignedUrl {
    /// A link.
    pub const fn new(url: Url) -> Self {
        Self(url)
    }

    /// The link itself, for the one who asked for it.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl std::fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PresignedUrl(…)")
    }
}
