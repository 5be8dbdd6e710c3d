//! The end of a session whose farmer has not come: nobody asks for it, so a queue does.

use crate::domain::ids::{LeafUserId, SessionId};
use crate::domain::session::Lapsed;
use crate::metrics::Metric;
use crate::ports::connections::SaveError;
use crate::ports::{Ports, StoreError};
use crate::use_cases::resume_handshake::Left;

/// Stores that a session has expired, if it has. A farmer who is at the hop link or the callback at this very moment writes first or second;
/// whoever is second reads again.
///
/// # Errors
/// The store failed: to be looked at again later, too.
pub async fn expire_session(ports: &Ports, user: LeafUserId, id: SessionId) -> Result<Left, StoreError> {
    let found = ports.connections.sessions_of(&[user]).await?.pop();
    let Some(session) = found.filter(|session| session.id == id) else { return Ok(Left::Nothing) };
    let expired = match session.lapse(ports.clock.now()) {
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
        Err(SaveError::Store(error)) => Err(error),
    }
}
