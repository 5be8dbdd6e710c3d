//! [ListSecrets](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html)

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::describe_secret::{LabelsByVersion, Metadata, labels_by_version};
use crate::error::ServiceError;
use crate::page::{Order, Position, page};
use crate::secret::Secret;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    include_planned_deletion: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
}

/// Met by any of its values; a secret must meet every filter.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    key: FilterKey,
    values: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum FilterKey {
    Description,
    Name,
    TagKey,
    TagValue,
    /// `all`, `primary-region`, `owning-service`: known to AWS, not here.
    #[serde(other)]
    NotSimulated,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    secret_list: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(flatten)]
    metadata: Metadata,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    secret_versions_to_stages: LabelsByVersion,
}

impl Filter {
    fn matches(&self, secret: &Secret) -> bool {
        self.values.iter().any(|value| match value.strip_prefix('!') {
            Some(unwanted) => !self.key.starts_with(secret, unwanted),
            None => self.key.starts_with(secret, value),
        })
    }
}

impl FilterKey {
    /// All are prefixes; only descriptions are compared without regard to case.
    fn starts_with(self, secret: &Secret, prefix: &str) -> bool {
        let mut tags = secret.tags.iter().flatten();
        match self {
            Self::Description => secret.description.as_ref().is_some_and(|description| {
                description.to_lowercase().starts_with(&prefix.to_lowercase())
            }),
            Self::Name => secret.name.starts_with(prefix),
            Self::TagKey => tags.any(|tag| tag.key.starts_with(prefix)),
            Self::TagValue => tags.any(|tag| tag.value.starts_with(prefix)),
            Self::NotSimulated => false,
        }
    }
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    _now: Timestamp,
) -> Result<Output, ServiceError> {
    // Better refused than answered with a listing that AWS would not give.
    if input.filters.iter().any(|filter| matches!(filter.key, FilterKey::NotSimulated)) {
        return Err(ServiceError::invalid_parameter("This filter is not simulated."));
    }
    if input.sort_by.is_some_and(|key| key != "created-date") {
        return Err(ServiceError::invalid_parameter("This SortBy is not simulated."));
    }
    let order = match input.sort_order.as_deref() {
        None | Some("asc") => Order::OldestFirst,
        Some("desc") => Order::NewestFirst,
        Some(_) => {
            return Err(ServiceError::validation(
                "sortOrder",
                "satisfy enum value set: [asc, desc]",
            ));
        }
    };
    let wanted = store.secrets().filter(|secret| {
        (input.include_planned_deletion || secret.deletion_date.is_none())
            && input.filters.iter().all(|filter| filter.matches(secret))
    });
    let (secrets, next_token) = page(
        wanted.collect(),
        |secret| Position::new(secret.created, &secret.name),
        order,
        input.max_results,
        input.next_token.as_deref(),
    )?;
    let secret_list = secrets
        .into_iter()
        .map(|secret| Entry {
            metadata: secret.into(),
            secret_versions_to_stages: labels_by_version(secret),
        })
        .collect();
    Ok(Output { secret_list, next_token })
}
