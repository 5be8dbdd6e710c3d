//! What an SDK error may say of itself. Its `Debug` holds requests and answers, and those hold rows
//! and secrets.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// The kind of a failure: the service's error code, or how it could not be asked.
pub(super) fn kind<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(answer) => answer.err().code().unwrap_or("an error without a code"),
        SdkError::TimeoutError(_) => "it timed out",
        SdkError::DispatchFailure(_) => "it could not be reached",
        SdkError::ResponseError(_) => "its answer could not be read",
        _ => "the request could not be made",
    }
    .to_owned()
}
