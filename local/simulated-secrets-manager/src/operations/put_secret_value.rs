//! [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use super::new_version::NewVersion;
use crate::constraints::{check_secret_id, check_staging_labels};
use crate::error::ServiceError;
use crate::secret::Blob;
use crate::staging_labels::{only_current, version_not_found};
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    client_request_token: Option<String>,
    secret_binary: Option<Blob>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
    version_id: String,
    version_stages: BTreeSet<String>,
}

pub(super) fn run(store: &mut Store, input: Input, now: Timestamp) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let labels = input.version_stages.map_or_else(|| Ok(only_current()), check_staging_labels)?;
    let new_version = NewVersion::from_request(
        input.client_request_token,
        input.secret_string,
        input.secret_binary,
    )?
    .ok_or_else(|| {
        ServiceError::invalid_request("You must provide either SecretString or SecretBinary.")
    })?;
    let secret = store.find_usable_mut(&input.secret_id)?;
    let version_id = new_version.token().to_owned();
    // A repetition changes nothing, not even labels that moved on since.
    if new_version.already_stored(secret)?.is_none() {
        new_version.store_in(secret, labels, now)?;
    }
    let stored = secret.version(&version_id).ok_or_else(|| version_not_found(&version_id))?;
    Ok(Output { identity: (&*secret).into(), version_id, version_stages: stored.labels.clone() })
}
