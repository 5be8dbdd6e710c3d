//! [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html)

use serde::Deserialize;

use super::SecretIdentity;
use crate::constraints::{check_secret_id, check_staging_label, check_version_id};
use crate::error::ServiceError;
use crate::store::Store;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

pub(super) fn run(
    store: &mut Store,
    input: Input,
    now: Timestamp,
) -> Result<SecretIdentity, ServiceError> {
    check_secret_id(&input.secret_id)?;
    check_staging_label(&input.version_stage)?;
    if let Some(id) = &input.remove_from_version_id {
        check_version_id("removeFromVersionId", id)?;
    }
    if let Some(id) = &input.move_to_version_id {
        check_version_id("moveToVersionId", id)?;
    }
    let secret = store.find_usable_mut(&input.secret_id)?;
    secret.move_label(
        &input.version_stage,
        input.remove_from_version_id.as_deref(),
        input.move_to_version_id.as_deref(),
    )?;
    secret.last_changed = now;
    Ok((&*secret).into())
}
