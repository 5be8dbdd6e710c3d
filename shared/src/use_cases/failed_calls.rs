//! Calls that no webhook has taken, each with what was sent.

use crate::domain::alert::Notice;
use crate::domain::webhook::{FAILED_CALLS_KEPT_FOR, FailedCall};
use crate::ports::portion::Portion;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::{Ports, StoreError};

/// Why failed calls are not shown.
#[derive(Debug, thiserror::Error)]
pub enum FailedCallsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// A page of them, those about the newest changes first; each with its body.
///
/// # Errors
/// See [`FailedCallsError`].
pub async fn failed_calls(
    ports: &Ports,
    page: u32,
    size: u32,
) -> Result<Portion<(FailedCall, String)>, FailedCallsError> {
    let since = ports.clock.now().minus(FAILED_CALLS_KEPT_FOR);
    let Portion { entries, total } = ports.webhooks.failed_calls(page, size, since).await?;
    let mut with_bodies = Vec::with_capacity(entries.len());
    for call in entries {
        let body = body_of(ports, &call.notice).await?;
        with_bodies.push((call, body));
    }
    Ok(Portion { entries: with_bodies, total })
}

/// The body of a notice. The client id in it is the partner's secret, so it is put in at the last moment, and stored with nothing.
///
/// # Errors
/// The app key's secret cannot be read.
pub async fn body_of(ports: &Ports, notice: &Notice) -> Result<String, SecretsError> {
    let secret = match notice.alert() {
        Some(alert) => ports.partner_secrets.read(&alert.app_key, Freshness::Cached).await?,
        None => None,
    };
    Ok(notice.body(secret.as_ref().map(|read| &read.secret.credentials.client_id)))
}
