//! [UpdateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html)

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use super::new_version::NewVersion;
use crate::constraints::{check_description, check_kms_key_id, check_secret_id};
use crate::error::ServiceError;
use crate::secret::Blob;
use crate::staging_labels::only_current;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
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
    check_secret_id(&input.secret_id)?;
    check_description(input.description.as_deref())?;
    check_kms_key_id(input.kms_key_id.as_deref())?;
    let new_version = NewVersion::from_request(
        input.client_request_token,
        input.secret_string,
        input.secret_binary,
    )?;
    let secret = store.find_usable_mut(&input.secret_id)?;
    secret.last_changed = now;
    if let Some(description) = input.description {
        secret.description = Some(description);
    }
    if let Some(kms_key_id) = input.kms_key_id {
        // An empty one goes back to the account's own key, which answers do not name.
        secret.kms_key_id = Some(kms_key_id).filter(|id| !id.is_empty());
    }
    let version_id = new_version.as_ref().map(|version| version.token().to_owned());
    if let Some(new_version) = new_version {
        // Unlike PutSecretValue, the reference has even an equal value refused.
        if secret.version(new_version.token()).is_some() {
            return Err(new_version.token_in_use(secret));
        }
        new_version.store_in(secret, only_current(), now)?;
    }
    Ok(Output { identity: (&*secret).into(), version_id })
}
