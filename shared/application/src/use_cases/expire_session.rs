//! The end of a session whose farmer has not come: nobody asks for it, so a queue does.

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::follow_upstream::{FollowError, follow_upstream};
use crate::use_cases::resume_handshake::Left;
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
    app_keys: &AppKeyCache,
    user: LeafUserId,
    id: SessionId,
) -> Result<Left, FollowError> {
    let mut lapsed = lapsed(ports, user, id).await?;
    if let (Lapsed::Expired(_), Some(keeper)) = (&lapsed, &ports.record_keeper) {
        // The farmer may have come in time to the upstream, and never to us.
        follow_upstream(ports, app_keys, &**keeper, user).await?;
        lapsed = self::lapsed(ports, user, id).await?;
    }
    let expired = match lapsed {
        Lapsed::NothingToDo => return Ok(Left::Nothing),
        Lapsed::NotYet => return Ok(Left::Something),
        Lapsed::Expired(expired) => expired,
    };
    match ports.connections.save(&expired, None).await {
        Ok(()) => {
            Metric::SessionsExpired.record(expired.app_key.environment);
            tracing::info!("a session has expired");
            Ok(Left::Nothing)
        }
        Err(SaveError::Conflict) => Ok(Left::Something),
        Err(SaveError::Store(error)) => Err(error.into()),
    }
}

async fn lapsed(ports: &Ports, user: LeafUserId, id: SessionId) -> Result<Lapsed, StoreError> {
    let found = ports.connections.sessions_of(&[user]).await?.pop();
    let session = found.filter(|session| session.id == id);
    Ok(session.map_or(Lapsed::NothingToDo, |session| session.lapse(ports.clock.now())))
}
