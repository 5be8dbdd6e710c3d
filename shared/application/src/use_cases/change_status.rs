//! Gives a credential another status, with the event that says why.

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::{SaveError, StatusChange};
use domain::app_key::AppKey;
use domain::credential::{ConnectionEntry, CredentialStatus};
use domain::event::Event;

/// Gives a credential its new status.
pub(crate) async fn change_status(
    ports: &Ports,
    entry: &ConnectionEntry,
    to: CredentialStatus,
    app_key: &AppKey,
) -> Result<(), SaveError> {
    let event = event_of(ports, to);
    write_status(ports, &StatusChange { entry, to, app_key, event: &event, is_followed: true })
        .await
}

/// The same, with what somebody else says of it.
pub(crate) async fn write_status(
    ports: &Ports,
    change: &StatusChange<'_>,
) -> Result<(), SaveError> {
    let StatusChange { entry, to, .. } = *change;
    ports.connections.change_status(change).await?;
    match (entry.status, to) {
        (_, CredentialStatus::Revoked) => {
            Metric::CredentialsRevoked.record(entry.operation.environment);
        }
        (CredentialStatus::Revoked, CredentialStatus::Active) => {
            Metric::CredentialsRecovered.record(entry.operation.environment);
        }
        // Said by the upstream alone, and neither the farmer's doing nor a recovery from it.
        _ => {}
    }
    tracing::info!(
        leaf_user_id = %entry.leaf_user_id,
        status = to.as_str(),
        "a credential has a new status"
    );
    Ok(())
}

/// What the event of a new status says.
fn event_of(ports: &Ports, status: CredentialStatus) -> Event {
    let body = match status {
        CredentialStatus::Revoked => {
            "The operation has left Panorama's listing: the farmer has switched sharing off. The \
             credential is REVOKED."
        }
        _ => "Panorama lists the operation as shared again; the credential is ACTIVE.",
    };
    ports.event(Event::LIST, 200, body, ports.clock.now())
}
