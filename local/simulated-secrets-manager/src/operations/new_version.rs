//! What `CreateSecret` and `PutSecretValue` share: a value in a request becomes a version.

use std::collections::BTreeSet;

use crate::constraints::{check_value, require_client_request_token};
use crate::error::{ErrorKind, ServiceError};
use crate::secret::{Blob, Secret, SecretValue, Version};
use crate::timestamp::Timestamp;

/// A value to store, with the token that becomes its version id.
pub(super) struct NewVersion {
    token: String,
    value: SecretValue,
}

impl NewVersion {
    /// `None` when the request has no value.
    pub(super) fn from_request(
        token: Option<String>,
        string: Option<String>,
        binary: Option<Blob>,
    ) -> Result<Option<Self>, ServiceError> {
        let value = match (string, binary) {
            (Some(_), Some(_)) => {
                return Err(ServiceError::invalid_parameter(
                    "You can't specify both a binary secret value and a string secret value in \
                     the same secret.",
                ));
            }
            (Some(string), None) => SecretValue::SecretString(string),
            (None, Some(binary)) => SecretValue::SecretBinary(binary),
            (None, None) => return Ok(None),
        };
        check_value(&value)?;
        Ok(Some(Self { token: require_client_request_token(token)?, value }))
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The version that an earlier request with this token stored: this one is its repetition.
    ///
    /// # Errors
    /// `ResourceExistsException` when that version has another value.
    pub(super) fn already_stored<'a>(
        &self,
        secret: &'a Secret,
    ) -> Result<Option<&'a Version>, ServiceError> {
        match secret.version(&self.token) {
            Some(version) if version.value == self.value => Ok(Some(version)),
            Some(_) => Err(ServiceError::new(
                ErrorKind::ResourceExists,
                format!(
                    "You can't use ClientRequestToken {} because that value is already in use for \
                     a version of secret {}.",
                    self.token, secret.arn
                ),
            )),
            None => Ok(None),
        }
    }

    pub(super) fn store_in(
        self,
        secret: &mut Secret,
        labels: BTreeSet<String>,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        secret.last_changed = now;
        secret.add_version(Version {
            id: self.token,
            created: now,
            last_accessed: None,
            labels,
            value: self.value,
        })
    }
}
