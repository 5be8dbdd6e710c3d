//! What an SDK error may say of itself.

use application::ports::store_error::StoreError;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::sdk_error::kind;

/// An SDK error without what it carries.
pub(super) fn failure<E: ProvideErrorMetadata, R>(
    operation: &'static str,
    error: &SdkError<E, R>,
) -> StoreError {
    StoreError { operation, failure: kind(error) }
}
