//! [CreateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html)

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use super::new_version::NewVersion;
use crate::constraints::check_name;
use crate::error::{ErrorKind, ServiceError};
use crate::secret::{Blob, Secret};
use crate::staging_labels::only_current;
use crate::store::{Store, new_arn};
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    name: String,
    client_request_token: Option<String>,
    secret_binary: Option<Blob>,
    secret_string: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

pub(super) fn run(store: &mut Store, input: Input, now: Timestamp) -> Result<Output, ServiceError> {
    check_name(&input.name)?;
    let new_version = NewVersion::from_request(
        input.client_request_token,
        input.secret_string,
        input.secret_binary,
    )?;
    if let Some(existing) = store.by_name(&input.name) {
        return repeated(existing, new_version.as_ref());
    }
    let mut secret = Secret {
        arn: new_arn(&input.name),
        name: input.name,
        created: now,
        last_changed: now,
        last_accessed: None,
        deletion_date: None,
        versions: Vec::new(),
    };
    let version_id = new_version.as_ref().map(|version| version.token().to_owned());
    if let Some(version) = new_version {
        version.store_in(&mut secret, only_current(), now)?;
    }
    let output = Output { identity: (&secret).into(), version_id };
    store.insert(secret);
    Ok(output)
}

/// The name is taken; by an earlier try of this same request, perhaps.
fn repeated(existing: &Secret, new_version: Option<&NewVersion>) -> Result<Output, ServiceError> {
    if existing.deletion_date.is_some() {
        return Err(ServiceError::invalid_request(
            "You can't create this secret because a secret with this name is already scheduled \
             for deletion.",
        ));
    }
    if let Some(new_version) = new_version
        && let Some(version) = new_version.already_stored(existing)?
    {
        return Ok(Output { identity: existing.into(), version_id: Some(version.id.clone()) });
    }
    Err(ServiceError::new(
        ErrorKind::ResourceExists,
        format!("The operation failed because the secret {} already exists.", existing.name),
    ))
}
