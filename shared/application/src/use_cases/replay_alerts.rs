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
        let is_known =
            alert.is_some_and(|notice| notice.alert().is_some_and(|alert| webhook.hears(alert)));
        if !is_known {
            return Err(ReplayError::NoAlert);
        }
    }
    let id = ReplayId::new(ports.randomness.bytes());
    let replay = Replay { id, webhook_id, asked_at: ports.clock.now(), what };
    ports.webhooks.ask_for_replay(&replay).await?;
    Ok(replay)
}

/// Where a page of a replay begins: first come alerts about connections, or failed calls, and then
/// those about data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Whether it is among the alerts about data.
    pub is_data: bool,
    /// Behind which alert; none is the first.
    pub after: Option<(Timestamp, ChangeId)>,
}

/// The calls of one page of a replay, and where it goes on.
pub struct Step {
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// Where the next page begins, if there may be more.
    pub next: Option<Place>,
}

/// A page of a replay.
///
/// # Errors
/// The store failed.
pub async fn step(ports: &Ports, id: ReplayId, place: Place) -> Result<Step, StoreError> {
    let nothing = Step { calls: Vec::new(), next: None };
    let Some(replay) = ports.webhooks.replay(id).await? else { return Ok(nothing) };
    let webhooks = ports.webhooks.list().await?;
    // Deleted since: its successor was not asked for.
    let Some(webhook) = webhooks.into_iter().find(|webhook| webhook.id == replay.webhook_id) else {
        return Ok(nothing);
    };
    let Place { is_data, after } = place;
    let (notices, next) = match &replay.what {
        Replayed::One(change) => (ports.webhooks.alert(change).await?.into_iter().collect(), None),
        Replayed::Range { from, to, only_failed } => {
            let log = match (only_failed, is_data) {
                (true, _) => Log::Failed,
                (false, false) => Log::Connections,
                (false, true) => Log::Data,
            };
            let notices = ports.webhooks.told(log, *from, *to, after.as_ref(), PAGE).await?;
            let next = if notices.len() < PAGE as usize {
                let begins_with_data = log == Log::Connections && webhook.hears_of_data();
                begins_with_data.then_some(Place { is_data: true, after: None })
            } else {
                let last = notices.last().map(|notice: &Notice| (notice.at, notice.id.clone()));
                Some(Place { is_data, after: last })
            };
            (notices, next)
        }
    };
    let calls = notices
        .into_iter()
        .filter(|notice| notice.alert().is_some_and(|alert| webhook.hears(alert)))
        .map(|notice| Call { webhook_id: webhook.id, notice, replay: Some(id) });
    Ok(Step { calls: calls.collect(), next })
}
