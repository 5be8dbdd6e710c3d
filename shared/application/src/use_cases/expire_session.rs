//! The end of a session whose farmer has not come: nobody asks for it, so a queue does.

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::store_error::StoreError;
use crate::use_cases::resume_handshake::Remaining;
use domain::ids::{LeafUserId, SessionId};
use domain::session::Lapsed;

/// Stores that a session has expired, if it has. A farmer who is at the hop link or the callback at
/// this very moment writes first or second; whoever is second reads again.
///
/// # Errors
/// The store failed, or an upstream that keeps records did not answer: to be looked at again later,
/// too.
pub async fn expire_session(
    ports: &Ports,
    records: &dyn Records,
    user: LeafUserId,
    id: SessionId,
) -> Result<Remaining, Failure> {
    let expired = match lapsed(ports, user, id).await? {
        Lapsed::NothingToDo => return Ok(Remaining::Nothing),
        Lapsed::NotYet => return Ok(Remaining::Something),
        Lapsed::Expired(expired) => expired,
    };
    // The farmer may have come in time to the upstream, and never to us: then this changes the
    // session, and what is saved below is not the newest any more.
    records.catch_up(user).await?;
    match ports.connections.save(&expired, None).await {
        Ok(()) => {
            Metric::SessionsExpired.record(expired.app_key.environment);
            tracing::info!("a session has expired");
            Ok(Remaining::Nothing)
        }
        Err(SaveError::Conflict) => Ok(match lapsed(ports, user, id).await? {
            Lapsed::NothingToDo => Remaining::Nothing,
            Lapsed::NotYet | Lapsed::Expired(_) => Remaining::Something,
        }),
        Err(SaveError::Store(error)) => Err(error.into()),
    }
}

async fn lapsed(ports: &Ports, user: LeafUserId, id: SessionId) -> Result<Lapsed, StoreError> {
    let found = ports.connections.sessions_of(&[user]).await?.pop();
    let session = found.filter(|session| session.id == id);
    Ok(session.map_or(Lapsed::NothingToDo, |session| session.lapse(ports.clock.now())))
}
