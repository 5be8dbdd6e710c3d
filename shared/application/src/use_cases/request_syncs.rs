//! Asks for a sync of every connected operation.

use serde::Serialize;

use crate::ports::Ports;
use crate::ports::store_error::StoreError;
use domain::credential::CredentialStatus;
use domain::timestamp::Timestamp;

/// What a run has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// Operations whose sync was asked for.
    pub operations: usize,
    /// Whether time ran out before all of them were.
    pub is_out_of_time: bool,
}

/// Asks for the sync of every operation whose credential is ACTIVE.
///
/// # Errors
/// The store failed. What was asked for is; asking once more costs a call of Panorama each.
pub async fn request_syncs(ports: &Ports, deadline: Timestamp) -> Result<Requested, StoreError> {
    let mut requested = Requested::default();
    for app_key in ports.app_keys.list().await? {
        let mut after = None;
        loop {
            if ports.clock.now() >= deadline {
                requested.is_out_of_time = true;
                tracing::warn!(?requested, "time ran out before every sync was asked for");
                return Ok(requested);
            }
            let page = ports.connections.entries(&app_key.id, after).await?;
            let active =
                page.entries.iter().filter(|entry| entry.status == CredentialStatus::Active);
            for entry in active {
                ports.catalogue.request_sync(entry.leaf_user_id, ports.clock.now()).await?;
                requested.operations += 1;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    tracing::info!(?requested, "syncs were asked for");
    Ok(requested)
}
