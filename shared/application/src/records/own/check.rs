//! The scheduled check: do all operations that we believe to be shared still share?
//!
//! A partner login serves all its farmers, so it costs one token and one listing per app key. Only
//! differences are written. What could not be asked changes nothing: a network error, a 429, a part
//! of a listing say nothing about any farmer.

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::ports::records::{Check, Counts};
use crate::ports::store_error::StoreError;
use crate::ports::upstream::{Confirmed, UpstreamError};
use crate::use_cases::change_status::change_status;
use crate::use_cases::note_refusal::note_refusal;
use domain::app_key::AppKey;
use domain::credential::{ConnectionEntry, CredentialStatus};
use domain::listing::Listing;
use domain::login_state::EntryCursor;
use domain::timestamp::Timestamp;

/// How many rows one read of unclaimed confirmations has (`BatchGetItem`).
const BATCH: usize = 100;

/// Compares an app key's credentials with the partner's listing.
pub(super) async fn check(
    ports: &Ports,
    app_key: &AppKey,
    deadline: Timestamp,
) -> Result<Check, Failure> {
    let id = &app_key.id;
    let state = ports.logins.state(id).await?;
    let asked_at = ports.clock.now();
    if state.is_left_alone(asked_at) {
        Metric::PartnerLoginsRefused.record(id.environment);
        return Ok(Check::LeftAlone);
    }
    let codes = match ports.partner_account.list_sharing(id).await {
        Ok(codes) => codes,
        Err(UpstreamError::PartnerLogin(refusal)) => {
            Metric::PartnerLoginsRefused.record(id.environment);
            note_refusal(ports, id, &refusal).await?;
            return Ok(Check::LoginRefused);
        }
        Err(UpstreamError::Secrets(error)) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(
                app_key = %id,
                %error,
                "the listing could not be read; nothing was compared"
            );
            return Ok(Check::Unavailable);
        }
    };
    if state.refused.is_some() {
        ports.logins.clear_refusal(id).await?;
    }
    let listing = Listing::new(&ports.index_key().await?, id, &codes, asked_at);
    drop(codes);
    for withdrawn in ports.connections.withdrawn(id).await? {
        if listing.shows_off(&withdrawn) {
            ports.connections.release(id, &withdrawn).await?;
        }
    }
    Checker { ports, app_key, listing }.compare_all(state.resume_after, deadline).await
}

struct Checker<'a> {
    ports: &'a Ports,
    app_key: &'a AppKey,
    listing: Listing,
}

impl Checker<'_> {
    async fn compare_all(
        &self,
        mut after: Option<EntryCursor>,
        deadline: Timestamp,
    ) -> Result<Check, Failure> {
        let mut counts = Counts::default();
        // Those of several pages are asked about together: few are REVOKED, and a call is a call.
        let mut revoked = Vec::new();
        loop {
            let page = self.ports.connections.entries(&self.app_key.id, after).await?;
            counts.compared += page.entries.len();
            self.compare(page.entries, &mut revoked, &mut counts).await?;
            while revoked.len() >= BATCH {
                let later = revoked.split_off(BATCH);
                counts.recovered += self.confirm_those_that_came_back(&revoked).await?;
                revoked = later;
            }
            after = page.next;
            let is_over = after.is_none() || self.ports.clock.now() >= deadline;
            if is_over && !revoked.is_empty() {
                counts.recovered += self.confirm_those_that_came_back(&revoked).await?;
            }
            match &after {
                None => {
                    self.ports
                        .logins
                        .note_checked(&self.app_key.id, self.listing.asked_at())
                        .await?;
                    return Ok(Check::Done(counts));
                }
                Some(cursor) if is_over => {
                    self.ports.logins.note_resume_after(&self.app_key.id, cursor).await?;
                    return Ok(Check::OutOfTime(counts));
                }
                Some(_) => {}
            }
        }
    }

    /// Changes what is to be changed; those that stay REVOKED are put to `revoked`.
    async fn compare(
        &self,
        entries: Vec<ConnectionEntry>,
        revoked: &mut Vec<ConnectionEntry>,
        counts: &mut Counts,
    ) -> Result<(), Failure> {
        for entry in entries {
            match self.listing.verdict(&entry) {
                Some(to) => {
                    let changed = usize::from(self.change(&entry, to).await?);
                    match to {
                        CredentialStatus::Revoked => counts.revoked += changed,
                        _ => counts.recovered += changed,
                    }
                }
                None if entry.status == CredentialStatus::Revoked => revoked.push(entry),
                None => {}
            }
        }
        Ok(())
    }

    /// A farmer who switches sharing on again comes back without a session: the confirmation is
    /// stored as unclaimed, and is the owner's.
    async fn confirm_those_that_came_back(
        &self,
        revoked: &[ConnectionEntry],
    ) -> Result<usize, Failure> {
        let Self { ports, app_key, .. } = self;
        let operations: Vec<_> = revoked.iter().map(|entry| &entry.operation).collect();
        let unclaimed = ports
            .connections
            .unclaimed_among(&operations, app_key.sharing_url_id, ports.clock.now())
            .await?;
        let mut recovered = 0;
        for entry in revoked.iter().filter(|entry| unclaimed.contains(&entry.operation)) {
            let account = ports.connections.account(entry.leaf_user_id).await?;
            let Some(credential) = account.and_then(|account| account.credential) else { continue };
            if credential.id != entry.credential_id || credential.operation != entry.operation {
                continue;
            }
            match ports
                .upstream
                .confirm(&app_key.id, credential.leaf_user_id, &credential.organization_code)
                .await
            {
                Ok(Confirmed::Yes { .. }) => {
                    recovered += usize::from(self.change(entry, CredentialStatus::Active).await?);
                }
                Ok(Confirmed::NotYet) => {}
                Err(error) => {
                    tracing::info!(
                        leaf_user_id = %entry.leaf_user_id,
                        %error,
                        "not confirmed again"
                    );
                }
            }
        }
        Ok(recovered)
    }

    async fn change(
        &self,
        entry: &ConnectionEntry,
        to: CredentialStatus,
    ) -> Result<bool, StoreError> {
        match change_status(self.ports, entry, to, self.app_key).await {
            Ok(()) => Ok(true),
            // Reconnected or deleted since it was read: the next check sees what it is now.
            Err(SaveError::Conflict) => Ok(false),
            Err(SaveError::Store(error)) => Err(error),
        }
    }
}
