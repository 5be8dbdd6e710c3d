//! [GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html)

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use crate::constraints::{check_secret_id, check_staging_label, check_version_id};
use crate::error::ServiceError;
use crate::secret::{Secret, SecretValue, Version};
use crate::staging_labels::{CURRENT, version_not_found};
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
    version_id: String,
    #[serde(flatten)]
    value: SecretValue,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    version_stages: BTreeSet<String>,
    #[serde(serialize_with = "Timestamp::as_seconds")]
    created_date: Timestamp,
}

pub(super) fn run(store: &mut Store, input: Input, now: Timestamp) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    if let Some(id) = &input.version_id {
        check_version_id("versionId", id)?;
    }
    if let Some(label) = &input.version_stage {
        check_staging_label(label)?;
    }
    let secret = store.find_usable(&input.secret_id)?;
    let version = chosen(secret, input.version_id.as_deref(), input.version_stage.as_deref())?;
    let output = Output {
        identity: secret.into(),
        version_id: version.id.clone(),
        value: version.value.clone(),
        version_stages: version.labels.clone(),
        created_date: version.created,
    };
    // Only the first read of a day is a change, and worth a write.
    let today = Some(now.day());
    if secret.last_accessed != today || version.last_accessed != today {
        let secret = store.find_mut(&input.secret_id)?;
        secret.last_accessed = today;
        for version in secret.versions.iter_mut().filter(|version| version.id == output.version_id)
        {
            version.last_accessed = today;
        }
    }
    Ok(output)
}

fn chosen<'a>(
    secret: &'a Secret,
    id: Option<&str>,
    label: Option<&str>,
) -> Result<&'a Version, ServiceError> {
    let Some(id) = id else {
        let label = label.unwrap_or(CURRENT);
        return secret.labelled(label).ok_or_else(|| {
            ServiceError::not_found(format!(
                "Secrets Manager can't find the specified secret value for staging label: {label}"
            ))
        });
    };
    let version = secret.version(id).ok_or_else(|| version_not_found(id))?;
    if label.is_some_and(|label| !version.labels.contains(label)) {
        return Err(ServiceError::invalid_request(
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ));
    }
    Ok(version)
}
