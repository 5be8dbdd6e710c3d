//! [TagResource](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html)

use serde::Deserialize;

use super::Nothing;
use crate::constraints::{check_secret_id, check_tags};
use crate::error::ServiceError;
use crate::secret::Tag;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    tags: Vec<Tag>,
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    now: Timestamp,
) -> Result<Nothing, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find_usable_mut(&input.secret_id)?;
    secret.tag(input.tags);
    check_tags(secret.tags.as_deref().unwrap_or_default())?;
    secret.last_changed = now;
    Ok(Nothing {})
}
