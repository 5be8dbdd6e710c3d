//! [DeleteSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)

use serde::{Deserialize, Serialize};

use super::SecretIdentity;
use crate::constraints::check_secret_id;
use crate::error::ServiceError;
use crate::store::{Store, new_arn};
use crate::timestamp::Timestamp;

const DEFAULT_RECOVERY_WINDOW_DAYS: i64 = 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Output {
    #[serde(flatten)]
    identity: SecretIdentity,
    #[serde(serialize_with = "Timestamp::as_seconds")]
    deletion_date: Timestamp,
}

pub(super) fn run(store: &mut Store, input: Input, now: Timestamp) -> Result<Output, ServiceError> {
    check_secret_id(&input.secret_id)?;
    let window = input.recovery_window_in_days;
    if input.force_delete_without_recovery && window.is_some() {
        return Err(ServiceError::invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    if input.force_delete_without_recovery {
        return Ok(delete_now(store, input.secret_id, now));
    }
    let window = window.unwrap_or(DEFAULT_RECOVERY_WINDOW_DAYS);
    if !(7..=30).contains(&window) {
        return Err(ServiceError::invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    let secret = store.find_usable_mut(&input.secret_id)?;
    let deletion_date = now.plus_days(window);
    secret.deletion_date = Some(deletion_date);
    Ok(Output { identity: (&*secret).into(), deletion_date })
}

/// Also of a secret that is planned for deletion, or that does not exist: the reference promises no
/// `ResourceNotFoundException`.
fn delete_now(store: &mut Store, id: String, now: Timestamp) -> Output {
    let identity = match store.find(&id) {
        Ok(secret) => secret.into(),
        Err(_) => SecretIdentity {
            arn: if id.starts_with("arn:") { id.clone() } else { new_arn(&id) },
            name: id,
        },
    };
    store.remove(&identity.name);
    Output { identity, deletion_date: now }
}
