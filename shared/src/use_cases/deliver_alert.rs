//! A change is told to whoever registered for it.

use std::time::Duration;

use crate::domain::alert::{Change, Notice};
use crate::domain::webhook::{CallFailure, FailedCall, RETRIES, Webhook};
use crate::domain::webhook_signature::sign;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::webhooks::Receivers;
use crate::ports::{Ports, StoreError};

/// A webhook that answers this wants no more calls (Standard Webhooks: "410 Gone").
const GONE: u16 = 410;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, or nobody is to be told, or not any more.
    Done,
    /// To be tried again after this time.
    TryAgainIn(Duration),
    /// That was the last time.
    GivenUp,
}

/// Our own trouble; whether the receiver was called is not known.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// What is to be done after this attempt (the first is 1) has failed.
pub fn after_failure(attempt: u32) -> Outcome {
    let retry = usize::try_from(attempt).ok().and_then(|attempt| RETRIES.get(attempt.saturating_sub(1)));
    retry.map_or(Outcome::GivenUp, |wait| Outcome::TryAgainIn(*wait))
}

/// Tells a change, for the `attempt`th time.
///
/// # Errors
/// See [`DeliverError`].
pub async fn deliver_alert(
    ports: &Ports,
    receivers: &dyn Receivers,
    change: &Change,
    attempt: u32,
) -> Result<Outcome, DeliverError> {
    let Some(notice) = Notice::of(change) else { return Ok(Outcome::Done) };
    let webhooks = ports.webhooks.list().await?;
    let registered = webhooks.into_iter().find(|webhook| match &notice {
        Notice::Alert(alert) => webhook.events.contains(&alert.kind),
        Notice::Registered(id) => webhook.id == *id,
    });
    let Some(webhook) = registered.filter(|webhook| webhook.disabled_at.is_none()) else { return Ok(Outcome::Done) };
    let body = notice.body();
    let failure = match call(ports, receivers, &webhook, change, &body).await? {
        Ok(()) => {
            if attempt > 1 {
                ports.webhooks.forget_failed_call(webhook.id, &change.id, change.at).await?;
            }
            return Ok(Outcome::Done);
        }
        Err(failure) => failure,
    };
    tracing::warn!(webhook_id = %webhook.id, webhook_message = change.id.as_str(), attempt, %failure, "a webhook did not take a call");
    let last_attempt_at = ports.clock.now();
    let call = FailedCall {
        webhook_id: webhook.id,
        change_id: change.id.clone(),
        created_at: change.at,
        url: webhook.url,
        body,
        attempts: attempt,
        last_attempt_at,
        failure,
    };
    ports.webhooks.note_failed_call(&call).await?;
    if failure == CallFailure::Status(GONE) {
        ports.webhooks.disable(webhook.id, last_attempt_at).await?;
        return Ok(Outcome::Done);
    }
    // Leaf calls the registration's message a one-time one; and nobody's alerts are to wait behind it.
    if matches!(notice, Notice::Registered(_)) {
        return Ok(Outcome::Done);
    }
    Ok(after_failure(attempt))
}

async fn call(
    ports: &Ports,
    receivers: &dyn Receivers,
    webhook: &Webhook,
    change: &Change,
    body: &str,
) -> Result<Result<(), CallFailure>, DeliverError> {
    let Some(secrets) = ports.webhook_secrets.read(webhook.id, Freshness::Cached).await? else {
        return Ok(Err(CallFailure::NoSecret));
    };
    let headers = sign(&secrets, &change.id, body, ports.clock.now());
    Ok(match receivers.call(webhook.url.url(), &headers, body).await {
        Ok(200..=299) => Ok(()),
        Ok(status) => Err(CallFailure::Status(status)),
        Err(failure) => Err(failure),
    })
}
