//! Copies of an upstream's files, which are given out for a while.

use async_trait::async_trait;

use super::store_error::StoreError;
use domain::file_output::FileOutput;
use domain::given_file::GivenFile;
use domain::ids::FileId;

/// What is known of such copies.
#[async_trait]
pub trait GivenFiles: Send + Sync {
    /// The last copy that was asked for, if it was within a day or so. Strongly consistent.
    async fn find(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenFile>, StoreError>;

    /// Writes how a copy stands, if what is known of it still is `before`; whether that was so. One
    /// that is [requested](domain::given_file::GivenCopy::Requested) is thereby asked for.
    async fn write(
        &self,
        before: Option<&GivenFile>,
        after: &GivenFile,
    ) -> Result<bool, StoreError>;
}
