//! In the place of a store, where there is none.

use std::time::Duration;

use async_trait::async_trait;

use super::failure::strange;
use application::ports::files::{Deletion, FileLinks, FileStore, FilesError, PresignedUrl, Upload};
use domain::object_key::{ObjectKey, ObjectPrefix};

/// For a function that stores no files, which then does not carry the SDK for it, or for one
/// without a bucket. Whoever uses it all the same is told so.
pub struct NoFiles;

fn none<T>(operation: &'static str) -> Result<T, FilesError> {
    Err(strange(operation, "this function was not given a store of files"))
}

#[async_trait]
impl FileStore for NoFiles {
    async fn begin(&self, _: &ObjectKey) -> Result<Box<dyn Upload>, FilesError> {
        none("PutObject")
    }

    async fn size(&self, _: &ObjectKey) -> Result<Option<u64>, FilesError> {
        none("ListObjectsV2")
    }

    async fn delete(&self, _: &ObjectKey) -> Result<(), FilesError> {
        none("DeleteObject")
    }

    async fn delete_below(&self, _: &ObjectPrefix) -> Result<Deletion, FilesError> {
        none("DeleteObjects")
    }
}

#[async_trait]
impl FileLinks for NoFiles {
    async fn presigned_get(
        &self,
        _: &ObjectKey,
        _: &str,
        _: Duration,
    ) -> Result<PresignedUrl, FilesError> {
        none("a presigned link")
    }
}
