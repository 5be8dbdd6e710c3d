//! What happened is told once more, because somebody asks for it.
//!
//! Asking writes a row. Its change comes to the function that calls webhooks, as everything that is
//! told does, and there the alerts become calls, a page at a time.

use crate::ports::Ports;
use crate::ports::store_error::StoreError;
use crate::ports::webhooks::Log;
use domain::alert::Notice;
use domain::change_id::ChangeId;
use domain::ids::{ReplayId, WebhookId};
use domain::replay::{Replay, Replayed};
use domain::timestamp::Timestamp;
use domain::webhook_call::Call;

/// How many alerts become calls before the function begins anew.
const PAGE: u32 = 50;

/// Why nothing is replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such webhook.
    #[error("there is no such webhook")]
    NoWebhook,
    /// It gets no calls since it answered 410.
    #[error("the webhook gets no calls")]
    Disabled,
    /// There is no such alert, or it is no longer known, or the webhook is not registered for it.
    #[error("there is no such alert")]
    NoAlert,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks for a replay.
///
/// # Errors
/// See [`ReplayError`].
pub async fn ask_for_replay(
    ports: &Ports,
    webhook_id: WebhookId,
    what: Replayed,
) -> Result<Replay, ReplayError> {
    let webhooks = ports.webhooks.list().await?;
    let webhook =
        webhooks.iter().find(|webhook| webhook.id == webhook_id).ok_or(ReplayError::NoWebhook)?;
    if webhook.disabled_at.is_some() {
        return Err(ReplayError::Disabled);
    }
    if let Replayed::One(id) = &what {
        let alert = ports.webhooks.alert(id).await?;
        let is_known = alert
            .is_some_and(|notice| notice.alert().is_some_and(|alert| webhook.hears(alert.kind)));
        if !is_known {
            return Err(ReplayError::NoAlert);
        }
    }
    let id = ReplayId::new(ports.randomness.bytes());
    let replay = Replay { id, webhook_id, asked_at: ports.clock.now(), what };
    ports.webhooks.ask_for_replay(&replay).await?;
    Ok(replay)
}

/// The calls of one page of a replay, and the last alert of that page if there may be more.
pub struct Step {
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// Where the next page begins.
    pub after: Option<(Timestamp, ChangeId)>,
}

/// A page of a replay.
///
/// # Errors
/// The store failed.
pub async fn step(
    ports: &Ports,
    id: ReplayId,
    after: Option<&(Timestamp, ChangeId)>,
) -> Result<Step, StoreError> {
    let nothing = Step { calls: Vec::new(), after: None };
    let Some(replay) = ports.webhooks.replay(id).await? else { return Ok(nothing) };
    let webhooks = ports.webhooks.list().await?;
    // Deleted since: its successor was not asked for.
    let Some(webhook) = webhooks.into_iter().find(|webhook| webhook.id == replay.webhook_id) else {
        return Ok(nothing);
    };
    let (notices, is_last) = match &replay.what {
        Replayed::One(change) => (ports.webhooks.alert(change).await?.into_iter().collect(), true),
        Replayed::Range { from, to, only_failed } => {
            let log = if *only_failed { Log::Failed } else { Log::All };
            let notices = ports.webhooks.told(log, *from, *to, after, PAGE).await?;
            let is_last = notices.len() < PAGE as usize;
            (notices, is_last)
        }
    };
    let after =
        notices.last().filter(|_| !is_last).map(|notice: &Notice| (notice.at, notice.id.clone()));
    let calls = notices
        .into_iter()
        .filter(|notice| notice.alert().is_some_and(|alert| webhook.hears(alert.kind)))
        .map(|notice| Call { webhook_id: webhook.id, notice, replay: Some(id) });
    Ok(Step { calls: calls.collect(), after })
}
