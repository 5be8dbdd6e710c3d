//! What happened to what farmers share is told to whoever registered for it. Each change is one
//! message, which the queue delivers until the call is taken, for a day.

use super::deliver_alert::{Outcome, addressed, deliver_alert};
use super::resume_handshake::Remaining;
use crate::ports::Ports;
use crate::ports::failure::Failure;
use domain::alert::Told;
use domain::change::{Change, Consequence};

/// Tells a change, for the `delivery`th time. It is noted, whether or not somebody is told now.
///
/// # Errors
/// See [`Failure`].
pub async fn tell_of_data(
    ports: &Ports,
    change: &Change,
    delivery: u32,
) -> Result<Remaining, Failure> {
    let Some(Consequence::Alert(alert)) = change.consequence() else {
        return Ok(Remaining::Nothing);
    };
    let notice = change.notice(Told::Alert(alert));
    // Looking is cheaper than writing, and a receiver may be down for all of a day.
    if delivery == 1 || ports.webhooks.alert(&notice.id).await?.is_none() {
        ports.webhooks.note_alert(&notice).await?;
    }
    let Some(call) = addressed(&ports.webhooks.list().await?, notice, None) else {
        return Ok(Remaining::Nothing);
    };
    Ok(match deliver_alert(ports, &*ports.receivers, None, call, delivery).await? {
        Outcome::Done => Remaining::Nothing,
        // The queue knows when, and how often.
        Outcome::PassOn(_) | Outcome::TryAgainIn(_) | Outcome::GivenUp => Remaining::Something,
    })
}
