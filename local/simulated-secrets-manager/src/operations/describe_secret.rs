//! [DescribeSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use crate::constraints::check_secret_id;
use crate::error::ServiceError;
use crate::secret::{Secret, Tag};
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    metadata: Metadata,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    version_ids_to_stages: LabelsByVersion,
}

pub(super) type LabelsByVersion = BTreeMap<String, BTreeSet<String>>;

/// What `DescribeSecret` and `ListSecrets` both tell. Like AWS, it leaves out what has no value.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    #[serde(flatten)]
    identity: SecretIdentity,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag>>,
    #[serde(serialize_with = "Timestamp::as_seconds")]
    created_date: Timestamp,
    #[serde(serialize_with = "Timestamp::as_seconds")]
    last_changed_date: Timestamp,
    #[serde(
        serialize_with = "Timestamp::as_optional_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    last_accessed_date: Option<Timestamp>,
    #[serde(
        serialize_with = "Timestamp::as_optional_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    deleted_date: Option<Timestamp>,
}

impl From<&Secret> for Metadata {
    fn from(secret: &Secret) -> Self {
        Self {
            identity: secret.into(),
            description: secret.description.clone().filter(|description| !description.is_empty()),
            kms_key_id: secret.kms_key_id.clone().filter(|id| !id.is_empty()),
            tags: secret.tags.clone(),
            created_date: secret.created,
            last_changed_date: secret.last_changed,
            last_accessed_date: secret.last_accessed,
            deleted_date: secret.deletion_date,
        }
    }
}

/// Versions without a label are left out: they may vanish at any time.
pub(super) fn labels_by_version(secret: &Secret) -> LabelsByVersion {
    let labelled = secret.versions.iter().filter(|version| !version.labels.is_empty());
    labelled.map(|version| (version.id.clone(), version.labels.clone())).collect()
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    _now: Timestamp,
) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find(&input.secret_id)?;
    Ok(Output { metadata: secret.into(), version_ids_to_stages: labels_by_version(secret) })
}
