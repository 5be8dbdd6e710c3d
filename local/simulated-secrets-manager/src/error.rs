//! The errors of the service, by the names that AWS gives them.

use std::borrow::Cow;
use std::fmt;

/// Why an operation was refused. The message goes to the caller, so it never holds a secret value.
#[derive(Debug)]
pub(crate) struct ServiceError {
    pub(crate) kind: ErrorKind,
    pub(crate) message: Cow<'static, str>,
}

/// The `__type` of an error answer.
///
/// The modelled ones are those of the [API
/// Reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html).
/// `Validation` is not modelled (the SDKs report it as an unhandled error with the code
/// `ValidationException`), yet it is what AWS answers to a value outside the model's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    InternalService,
    InvalidParameter,
    InvalidRequest,
    LimitExceeded,
    ResourceExists,
    ResourceNotFound,
    Serialization,
    UnknownOperation,
    Validation,
}

impl ErrorKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InternalService => "InternalServiceError",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidRequest => "InvalidRequestException",
            Self::LimitExceeded => "LimitExceededException",
            Self::ResourceExists => "ResourceExistsException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Validation => "ValidationException",
        }
    }
}

impl ServiceError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn invalid_parameter(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidParameter, message)
    }

    pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::ResourceNotFound, message)
    }

    /// A value outside the model's limits. AWS would quote some values here; this never does.
    pub(crate) fn validation(member: &str, constraint: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Validation,
            format!(
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
                 Member must {constraint}"
            ),
        )
    }

    pub(crate) fn secret_not_found() -> Self {
        Self::not_found("Secrets Manager can't find the specified secret.")
    }

    pub(crate) fn marked_for_deletion() -> Self {
        Self::invalid_request(
            "You can't perform this operation on the secret because it was marked for deletion.",
        )
    }
}
