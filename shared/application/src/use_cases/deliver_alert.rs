//! A change is told to whoever registered for it: first it becomes a call in a group of the
//! webhook's own, then the call is made.

use std::time::Duration;

use super::failed_calls::body_of;
use super::reconnect_link::reconnect_link;
use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::store_error::StoreError;
use crate::ports::webhooks::{Answer, Receivers};
use domain::alert::{Notice, Told};
use domain::change::{Change, Consequence};
use domain::ids::ReplayId;
use domain::webhook::{CallFailure, FailedCall, Webhook};
use domain::webhook_call::{Call, wait_after};
use domain::webhook_signature::sign;
use url::Url;

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

/// What a change leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nobody is to be told.
    Nothing,
    /// This call.
    Call(Call),
    /// The calls of this replay.
    Replay(ReplayId),
}

/// What a change leads to. An alert is noted, whether or not somebody is told now.
///
/// # Errors
/// The store failed.
pub async fn next_of(ports: &Ports, change: &Change) -> Result<Next, StoreError> {
    match change.consequence() {
        None => Ok(Next::Nothing),
        Some(Consequence::Replay(id)) => Ok(Next::Replay(id)),
        Some(Consequence::Registered(webhook_id)) => Ok(Next::Call(Call {
            webhook_id,
            notice: change.notice(Told::Registration),
            replay: None,
        })),
        Some(Consequence::Alert(alert)) => {
            let notice = change.notice(Told::Alert(alert));
            ports.webhooks.note_alert(&notice).await?;
            let call = addressed(&ports.webhooks.list().await?, notice, None);
            Ok(call.map_or(Next::Nothing, Next::Call))
        }
    }
}

/// The call of the webhook that is registered for an alert.
pub(super) fn addressed(
    webhooks: &[Webhook],
    notice: Notice,
    replay: Option<ReplayId>,
) -> Option<Call> {
    let alert = notice.alert()?;
    let webhook =
        webhooks.iter().find(|webhook| webhook.hears(alert) && webhook.disabled_at.is_none())?;
    Some(Call { webhook_id: webhook.id, notice, replay })
}

/// Makes a call, for the `attempt`th time. Below `magic_links` the pages of magic
/// links are; without it, no call carries one.
///
/// # Errors
/// See [`Failure`].
pub async fn deliver_alert(
    ports: &Ports,
    receivers: &dyn Receivers,
    magic_links: Option<&Url>,
    call: Call,
    attempt: u32,
) -> Result<Outcome, Failure> {
    let mut webhooks = ports.webhooks.list().await?;
    let Some(place) = webhooks.iter().position(|webhook| webhook.id == call.webhook_id) else {
        // Leaf knows no update: whoever mends a URL deletes the webhook and registers another.
        ports.webhooks.forget_failed_call(&call.notice).await?;
        return Ok(
            addressed(&webhooks, call.notice, call.replay).map_or(Outcome::Done, Outcome::PassOn)
        );
    };
    let webhook = webhooks.swap_remove(place);
    if webhook.disabled_at.is_some() {
        return Ok(Outcome::Done);
    }
    let (notice, is_replay) = (call.notice, call.replay.is_some());
    let (failure, said, asked) =
        match make(ports, receivers, magic_links, &webhook, &notice).await? {
            Ok(Answer { status: 200..=299, .. }) => {
                if attempt > 1 || is_replay {
                    ports.webhooks.forget_failed_call(&notice).await?;
                }
                return Ok(Outcome::Done);
            }
            Ok(Answer { status, said, retry_after }) => {
                (CallFailure::Status(status), said, retry_after)
            }
            Err(failure) => (failure, None, None),
        };
    tracing::warn!(
        webhook_id = %webhook.id,
        webhook_message = notice.id.as_str(),
        attempt,
        %failure,
        "a webhook did not take a call"
    );
    let is_registration = notice.told == Told::Registration;
    let last_attempt_at = ports.clock.now();
    let wait = wait_after(&notice.id, attempt, asked.map(|asked| asked.from(last_attempt_at)));
    let call = FailedCall {
        webhook_id: webhook.id,
        api_owner: webhook.api_owner,
        notice,
        url: webhook.url,
        attempts: attempt,
        last_attempt_at,
        failure,
        response: said.map(|said| said.text),
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
    magic_links: Option<&Url>,
    webhook: &Webhook,
    notice: &Notice,
) -> Result<Result<Answer, CallFailure>, Failure> {
    let Some(secrets) =
        ports.webhook_secrets.read(webhook.id, webhook.secret_version.as_ref()).await?
    else {
        return Ok(Err(CallFailure::NoSecret));
    };
    let link = match magic_links {
        None => None,
        Some(pages) => reconnect_link(ports, webhook, notice)
            .await?
            .map(|address| format!("{pages}/{}", address.expose())),
    };
    let body = body_of(ports, notice, link).await?;
    let headers = sign(&secrets, &notice.id, &body.text, ports.clock.now());
    let answer = receivers.call(webhook.url.url(), &headers, &body.text).await;
    Ok(answer.map(|answer| Answer { said: answer.said.map(|said| body.hidden_in(said)), ..answer }))
}
