//! A change is told to whoever registered for it: first it becomes a call in a group of the webhook's own, then the call is made.

use std::time::Duration;

use super::failed_calls::body_of;
use crate::domain::alert::{Notice, Told};
use crate::domain::change::{Change, Consequence};
use crate::domain::webhook::{CallFailure, FailedCall, Webhook};
use crate::domain::webhook_call::{Call, wait_after};
use crate::domain::webhook_signature::sign;
use crate::ports::secrets::SecretsError;
use crate::ports::webhooks::{Answer, Receivers};
use crate::ports::{Ports, StoreError};

/// A webhook that answers this wants no more calls (Standard Webhooks: "410 Gone").
const GONE: u16 = 410;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, or nobody is to be told, or not any more.
    Done,
    /// The webhook was replaced: this is to be called in its place.
    PassOn(Call),
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

/// The call that a change leads to; none when nobody is to be told.
///
/// # Errors
/// The store failed.
pub async fn call_of(ports: &Ports, change: &Change) -> Result<Option<Call>, StoreError> {
    match change.consequence() {
        None => Ok(None),
        Some(Consequence::Registered(webhook_id)) => {
            Ok(Some(Call { webhook_id, notice: change.notice(Told::Registration) }))
        }
        Some(Consequence::Alert(alert)) => {
            Ok(addressed(&ports.webhooks.list().await?, change.notice(Told::Alert(alert))))
        }
    }
}

/// The call of the webhook that is registered for an alert.
fn addressed(webhooks: &[Webhook], notice: Notice) -> Option<Call> {
    let kind = notice.alert()?.kind;
    let webhook = webhooks.iter().find(|webhook| webhook.hears(kind) && webhook.disabled_at.is_none())?;
    Some(Call { webhook_id: webhook.id, notice })
}

/// Makes a call, for the `attempt`th time.
///
/// # Errors
/// See [`DeliverError`].
pub async fn deliver_alert(
    ports: &Ports,
    receivers: &dyn Receivers,
    call: Call,
    attempt: u32,
) -> Result<Outcome, DeliverError> {
    let mut webhooks = ports.webhooks.list().await?;
    let Some(place) = webhooks.iter().position(|webhook| webhook.id == call.webhook_id) else {
        // Leaf knows no update: whoever mends a URL deletes the webhook and registers another.
        ports.webhooks.forget_failed_call(call.webhook_id, &call.notice).await?;
        return Ok(addressed(&webhooks, call.notice).map_or(Outcome::Done, Outcome::PassOn));
    };
    let webhook = webhooks.swap_remove(place);
    if webhook.disabled_at.is_some() {
        return Ok(Outcome::Done);
    }
    let notice = call.notice;
    let (failure, response, asked) = match make(ports, receivers, &webhook, &notice).await? {
        Ok(Answer { status: 200..=299, .. }) => {
            if attempt > 1 {
                ports.webhooks.forget_failed_call(webhook.id, &notice).await?;
            }
            return Ok(Outcome::Done);
        }
        Ok(Answer { status, body, retry_after }) => (CallFailure::Status(status), body, retry_after),
        Err(failure) => (failure, None, None),
    };
    tracing::warn!(webhook_id = %webhook.id, webhook_message = notice.id.as_str(), attempt, %failure, "a webhook did not take a call");
    let is_registration = notice.told == Told::Registration;
    let last_attempt_at = ports.clock.now();
    let wait = wait_after(&notice.id, attempt, asked.map(|asked| asked.from(last_attempt_at)));
    let call = FailedCall {
        webhook_id: webhook.id,
        notice,
        url: webhook.url,
        attempts: attempt,
        last_attempt_at,
        failure,
        response,
    };
    ports.webhooks.note_failed_call(&call).await?;
    if failure == CallFailure::Status(GONE) {
        ports.webhooks.disable(webhook.id, last_attempt_at).await?;
        return Ok(Outcome::Done);
    }
    // Leaf calls the registration's message a one-time one.
    if is_registration {
        return Ok(Outcome::Done);
    }
    Ok(wait.map_or(Outcome::GivenUp, Outcome::TryAgainIn))
}

async fn make(
    ports: &Ports,
    receivers: &dyn Receivers,
    webhook: &Webhook,
    notice: &Notice,
) -> Result<Result<Answer, CallFailure>, DeliverError> {
    let Some(secrets) = ports.webhook_secrets.read(webhook.id, webhook.secret_version.as_ref()).await? else {
        return Ok(Err(CallFailure::NoSecret));
    };
    let body = body_of(ports, notice).await?;
    let headers = sign(&secrets, &notice.id, &body, ports.clock.now());
    Ok(receivers.call(webhook.url.url(), &headers, &body).await)
}
