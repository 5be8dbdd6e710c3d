//! Asks for a sync of every connected operation, and measures whose data is late: it comes by every
//! connection, and each request's answer says when the last sync was.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::metrics::{Late, late};
use crate::ports::Ports;
use crate::ports::connection_list::ListedConnection;
use crate::ports::store_error::StoreError;
use domain::catalogue::turn::Turn;
use domain::client_environment::ClientEnvironment;
use domain::freshness::{SilentDays, is_overdue};
use domain::timestamp::Timestamp;

/// What a run has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// Operations whose sync was asked for.
    pub operations: usize,
    /// Those of them that no sync has succeeded at for a day.
    pub overdue: u64,
    /// Those of them from which no file has come for as many days as the partner thinks too many.
    pub silent: u64,
    /// Whether time ran out before all of them were.
    pub is_out_of_time: bool,
}

/// Asks for the sync of every operation whose credential is ACTIVE.
///
/// # Errors
/// The store failed. What was asked for is; asking once more costs a call of Panorama each.
pub async fn request_syncs(
    ports: &Ports,
    silent: SilentDays,
    deadline: Timestamp,
) -> Result<Requested, StoreError> {
    let late_ones = ClientEnvironment::ALL.iter().map(|it| (*it, Late::default())).collect();
    let mut run = Run { ports, silent, requested: Requested::default(), late: late_ones };
    let done = run.ask_for_all(deadline).await;
    for (environment, counts) in &run.late {
        late(*environment, *counts);
    }
    done?;
    let requested = run.requested;
    if requested.is_out_of_time {
        tracing::warn!(?requested, "time ran out before every sync was asked for");
    } else {
        tracing::info!(?requested, "syncs were asked for");
    }
    Ok(requested)
}

struct Run<'a> {
    ports: &'a Ports,
    silent: SilentDays,
    requested: Requested,
    late: BTreeMap<ClientEnvironment, Late>,
}

impl Run<'_> {
    async fn ask_for_all(&mut self, deadline: Timestamp) -> Result<(), StoreError> {
        for app_key in self.ports.app_keys.list().await? {
            let earlier = self.ports.connection_list.list_earlier(&app_key.id).await?;
            if earlier > 0 {
                tracing::info!(app_key = %app_key.id, earlier, "connections were listed anew");
            }
            // Where the login is refused, nobody can say of a farmer that nothing comes.
            let is_refused = self.ports.logins.state(&app_key.id).await?.refused.is_some();
            let mut after = None;
            loop {
                if self.ports.clock.now() >= deadline {
                    self.requested.is_out_of_time = true;
                    return Ok(());
                }
                let page = self.ports.connection_list.active(&app_key.id, after).await?;
                for connection in page.connections.iter().filter(|one| !one.is_upstreams) {
                    self.ask_for(connection, is_refused).await?;
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn ask_for(
        &mut self,
        connection: &ListedConnection,
        is_refused: bool,
    ) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let user = connection.leaf_user_id;
        let last = self.ports.catalogue.request_sync(user, now, Turn::Later).await?;
        let last = last.filter(|state| state.credential_id == connection.credential_id);
        let overdue = is_overdue(connection.status_since, last.map(|state| state.synced_at), now);
        let silent = !is_refused && connection.silent_since <= self.silent.before(now);
        if overdue {
            tracing::warn!(leaf_user_id = %user, "no sync of an operation has succeeded for a day");
        }
        let counts = self.late.entry(connection.app_key.environment).or_default();
        counts.overdue += u64::from(overdue);
        counts.silent += u64::from(silent);
        self.requested.operations += 1;
        self.requested.overdue += u64::from(overdue);
        self.requested.silent += u64::from(silent);
        Ok(())
    }
}
