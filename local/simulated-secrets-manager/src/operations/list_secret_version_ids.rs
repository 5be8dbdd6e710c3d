//! [ListSecretVersionIds](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html)

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use crate::constraints::check_secret_id;
use crate::error::ServiceError;
use crate::page::{Order, Position, page};
use crate::secret::Version;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    #[serde(default)]
    include_deprecated: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
    versions: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    version_id: String,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    version_stages: BTreeSet<String>,
    #[serde(serialize_with = "Timestamp::as_seconds")]
    created_date: Timestamp,
    #[serde(
        serialize_with = "Timestamp::as_optional_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    last_accessed_date: Option<Timestamp>,
    kms_key_ids: [&'static str; 1],
}

impl From<&Version> for Entry {
    fn from(version: &Version) -> Self {
        Self {
            version_id: version.id.clone(),
            version_stages: version.labels.clone(),
            created_date: version.created,
            last_accessed_date: version.last_accessed,
            // What AWS answers for its own key.
            kms_key_ids: ["DefaultEncryptionKey"],
        }
    }
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    _now: Timestamp,
) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find(&input.secret_id)?;
    let versions = secret
        .versions
        .iter()
        .filter(|version| input.include_deprecated || !version.labels.is_empty());
    let (versions, next_token) = page(
        versions.collect(),
        |version| Position::new(version.created, &version.id),
        Order::OldestFirst,
        input.max_results,
        input.next_token.as_deref(),
    )?;
    Ok(Output {
        identity: secret.into(),
        versions: versions.into_iter().map(Into::into).collect(),
        next_token,
    })
}
