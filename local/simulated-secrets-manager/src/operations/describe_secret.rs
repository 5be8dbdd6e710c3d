//! [DescribeSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use crate::constraints::check_secret_id;
use crate::error::ServiceError;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
}

/// Like AWS's, it leaves out what has no value.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    version_ids_to_stages: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    _now: Timestamp,
) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find(&input.secret_id)?;
    // Versions without a label are left out: they may vanish at any time.
    let labelled = secret.versions.iter().filter(|version| !version.labels.is_empty());
    Ok(Output {
        identity: secret.into(),
        created_date: secret.created,
        last_changed_date: secret.last_changed,
        last_accessed_date: secret.last_accessed,
        deleted_date: secret.deletion_date,
        version_ids_to_stages: labelled
            .map(|version| (version.id.clone(), version.labels.clone()))
            .collect(),
    })
}
