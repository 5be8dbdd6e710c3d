//! [UntagResource](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html)

use serde::Deserialize;

use super::Nothing;
use crate::constraints::check_secret_id;
use crate::error::ServiceError;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    tag_keys: Vec<String>,
}

/// Keys that are not attached are no error.
pub(super) fn run(
    store: &mut Store,
    input: Input,
    now: Timestamp,
) -> Result<Nothing, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find_usable_mut(&input.secret_id)?;
    if let Some(tags) = &mut secret.tags {
        tags.retain(|tag| !input.tag_keys.contains(&tag.key));
        secret.last_changed = now;
    }
    Ok(Nothing {})
}
