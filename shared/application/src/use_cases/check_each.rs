//! The scheduled check where the upstream keeps the connections: it has no listing, so each is
//! asked about by itself, for as long as the upstream lets us.

use crate::ports::Ports;
use crate::ports::upstream::RecordKeeper;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::check::{Check, CheckError, Counts};
use crate::use_cases::follow_upstream::{FollowError, follow_upstream};
use domain::app_key::AppKey;
use domain::credential::CredentialStatus;
use domain::login_state::EntryCursor;
use domain::timestamp::Timestamp;

/// Asks about an app key's credentials one after the other, until all are compared, the time is
/// `deadline`, or the upstream does not answer. What is left is for the next check.
pub(super) async fn check_each(
    ports: &Ports,
    keeper: &dyn RecordKeeper,
    app_key: &AppKey,
    deadline: Timestamp,
) -> Result<Check, CheckError> {
    let app_keys =
        AppKeyCache::new(ports.app_keys.clone(), ports.logins.clone(), ports.clock.clone());
    let state = ports.logins.state(&app_key.id).await?;
    let asked_at = ports.clock.now();
    let mut after = state.resume_after;
    let mut counts = Counts::default();
    loop {
        let page = ports.connections.entries(&app_key.id, after.clone()).await?;
        for entry in page.entries {
            if ports.clock.now() >= deadline {
                note(ports, app_key, after.as_ref()).await?;
                return Ok(Check::OutOfTime(counts));
            }
            match follow_upstream(ports, &app_keys, keeper, entry.leaf_user_id).await {
                Ok(Some(CredentialStatus::Active)) => counts.recovered += 1,
                Ok(Some(CredentialStatus::Revoked)) => counts.revoked += 1,
                Ok(_) => {}
                Err(FollowError::Store(error)) => return Err(error.into()),
                Err(FollowError::Secrets(error)) => return Err(error.into()),
                Err(FollowError::Upstream(error)) => {
                    // The next one would hardly be answered, and Leaf counts what it refuses.
                    tracing::warn!(
                        app_key = %app_key.id,
                        %error,
                        "the check stops here and goes on next time"
                    );
                    note(ports, app_key, after.as_ref()).await?;
                    return Ok(Check::Unavailable);
                }
            }
            counts.compared += 1;
            after = Some(EntryCursor {
                leaf_user_id: entry.leaf_user_id,
                operation: entry.operation.hash,
            });
        }
        if page.next.is_none() {
            ports.logins.note_checked(&app_key.id, asked_at).await?;
            return Ok(Check::Done(counts));
        }
        after = page.next;
    }
}

async fn note(
    ports: &Ports,
    app_key: &AppKey,
    after: Option<&EntryCursor>,
) -> Result<(), CheckError> {
    if let Some(cursor) = after {
        ports.logins.note_resume_after(&app_key.id, cursor).await?;
    }
    Ok(())
}
