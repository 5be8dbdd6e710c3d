//! [RestoreSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html)

use serde::Deserialize;

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

/// A secret that is not planned for deletion stays as it is.
pub(super) fn run(
    store: &mut Store,
    input: Input,
    _now: Timestamp,
) -> Result<SecretIdentity, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let secret = store.find_mut(&input.secret_id)?;
    secret.deletion_date = None;
    Ok((&*secret).into())
}
