//! How the store of files fails.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::sdk_error::kind;
use application::ports::files::FilesError;

/// A failure of an operation.
pub(super) fn failed<E: ProvideErrorMetadata, R>(
    operation: &'static str,
) -> impl FnOnce(SdkError<E, R>) -> FilesError {
    move |error| FilesError::Store { operation, failure: kind(&error) }
}

/// An answer that cannot be worked with.
pub(super) fn strange(operation: &'static str, what: &str) -> FilesError {
    FilesError::Store { operation, failure: what.to_owned() }
}
