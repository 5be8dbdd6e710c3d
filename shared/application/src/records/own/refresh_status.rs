//! A status refresh: asks Panorama about one credential now, at most once a minute per app key.

use std::time::Duration;

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::ports::upstream::UpstreamError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::change_status::change_status;
use crate::use_cases::note_refusal::note_refusal;
use domain::credential::CredentialStatus;
use domain::ids::LeafUserId;
use domain::listing::Listing;

/// How long the next one must wait.
const AT_MOST_ONCE_IN: Duration = Duration::from_mins(1);

/// Brings a Leaf user's stored status up to date, if it has a credential and nobody has asked
/// within the last minute.
pub(super) async fn refresh_status(
    ports: &Ports,
    app_keys: &AppKeyCache,
    user: LeafUserId,
) -> Result<(), Failure> {
    let account = ports.connections.account(user).await?;
    let Some(credential) = account.and_then(|account| account.credential) else { return Ok(()) };
    let id = &credential.app_key;
    let asked_at = ports.clock.now();
    if !ports.logins.take_refresh(id, asked_at, asked_at.minus(AT_MOST_ONCE_IN)).await? {
        return Ok(());
    }
    let codes = match ports.partner_account.list_sharing(id).await {
        Ok(codes) => codes,
        Err(UpstreamError::PartnerLogin(refusal)) => {
            Metric::PartnerLoginsRefused.record(id.environment);
            note_refusal(ports, id, &refusal).await?;
            app_keys.forget();
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    ports.logins.clear_refusal(id).await?;
    app_keys.forget();
    let entry = credential.entry();
    let listing = Listing::new(&ports.index_key().await?, id, &codes, asked_at);
    let mut verdict = listing.verdict(&entry);
    if listing.is_too_old_for(&entry)
        && !ports.partner_account.shares(id, &credential.organization_code).await?
    {
        verdict = Some(CredentialStatus::Revoked);
    }
    let changed = match (verdict, app_keys.find(id).await?) {
        (Some(to), Some(app_key)) => change_status(ports, &entry, to, &app_key).await,
        _ => Ok(()),
    };
    let noted = match changed {
        Ok(()) => ports.connections.note_check(&credential, asked_at).await,
        conflict => conflict,
    };
    match noted {
        // Somebody else has changed it meanwhile, and what they wrote is shown.
        Ok(()) | Err(SaveError::Conflict) => Ok(()),
        Err(SaveError::Store(error)) => Err(error.into()),
    }
}
