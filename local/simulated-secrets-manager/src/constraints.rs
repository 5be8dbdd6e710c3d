//! Limits on what a caller may send: those of the service model and of the
//! [quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html).

use std::collections::BTreeSet;

use crate::error::{ErrorKind, ServiceError};
use crate::secret::SecretValue;

/// Bytes of one value.
const MAXIMUM_VALUE_LENGTH: usize = 65_536;

/// A name for a new secret.
pub(crate) fn check_name(name: &str) -> Result<(), ServiceError> {
    check_length("name", name, 1, 512)?;
    check_characters(name)
}

/// The name or ARN of an existing secret.
pub(crate) fn check_secret_id(id: &str) -> Result<(), ServiceError> {
    check_length("secretId", id, 1, 2_048)?;
    // An ARN has colons, and is looked up as a whole.
    if id.starts_with("arn:") { Ok(()) } else { check_characters(id) }
}

fn check_characters(name: &str) -> Result<(), ServiceError> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c)) {
        return Ok(());
    }
    // AWS's own words; the `!` in it is for secrets that another AWS service owns, of which there
    // are none here.
    Err(ServiceError::new(
        ErrorKind::Validation,
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!",
    ))
}

/// The token of a request that stores a value. The SDKs send one by themselves.
pub(crate) fn require_client_request_token(token: Option<String>) -> Result<String, ServiceError> {
    let token = token.ok_or_else(|| {
        ServiceError::invalid_request(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
        )
    })?;
    check_length("clientRequestToken", &token, 32, 64)?;
    Ok(token)
}

pub(crate) fn check_version_id(member: &str, id: &str) -> Result<(), ServiceError> {
    check_length(member, id, 32, 64)
}

pub(crate) fn check_staging_label(label: &str) -> Result<(), ServiceError> {
    check_length("versionStage", label, 1, 256)
}

/// The labels of a new version, 1 to 20 of them.
pub(crate) fn check_staging_labels(labels: Vec<String>) -> Result<BTreeSet<String>, ServiceError> {
    if labels.is_empty() {
        return Err(ServiceError::validation(
            "versionStages",
            "have length greater than or equal to 1",
        ));
    }
    if labels.len() > crate::secret::MAXIMUM_LABELS {
        return Err(ServiceError::validation(
            "versionStages",
            "have length less than or equal to 20",
        ));
    }
    labels.iter().try_for_each(|label| check_staging_label(label))?;
    Ok(labels.into_iter().collect())
}

pub(crate) fn check_value(value: &SecretValue) -> Result<(), ServiceError> {
    let (member, length) = match value {
        SecretValue::SecretString(text) => ("secretString", text.len()),
        SecretValue::SecretBinary(bytes) => ("secretBinary", bytes.len()),
    };
    match length {
        0 => Err(ServiceError::validation(member, "have length greater than or equal to 1")),
        1..=MAXIMUM_VALUE_LENGTH => Ok(()),
        _ => Err(ServiceError::validation(
            member,
            format_args!("have length less than or equal to {MAXIMUM_VALUE_LENGTH}"),
        )),
    }
}

fn check_length(
    member: &str,
    value: &str,
    minimum: usize,
    maximum: usize,
) -> Result<(), ServiceError> {
    let length = value.chars().count();
    if length < minimum {
        return Err(ServiceError::validation(
            member,
            format_args!("have length greater than or equal to {minimum}"),
        ));
    }
    if length > maximum {
        return Err(ServiceError::validation(
            member,
            format_args!("have length less than or equal to {maximum}"),
        ));
    }
    Ok(())
}
