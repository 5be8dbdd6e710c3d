//! The end of a connection: by itself, or with its Leaf user.

use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::records::{Records, RecordsError};
use domain::ids::LeafUserId;

/// How often it is tried when a callback or a check writes at the same moment.
const ATTEMPTS: u32 = 5;

/// Why a connection was not ended; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DisconnectError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// Others wrote again and again.
    #[error("it was changed by somebody else")]
    Conflict,
    /// Whoever keeps the records did not end it.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Session, credential and events; the operation is released.
    Connection,
    /// That, and the Leaf user.
    LeafUser,
}

/// Ends a Leaf user's connection.
///
/// # Errors
/// See [`DisconnectError`].
pub async fn disconnect(
    ports: &Ports,
    records: &dyn Records,
    id: LeafUserId,
    scope: Scope,
) -> Result<(), DisconnectError> {
    for attempt in 0..ATTEMPTS {
        let account = records.account(id).await?.ok_or(DisconnectError::NoSuchUser)?;
        if attempt == 0 {
            // There first: what is ended here and goes on there would go on unseen.
            ports
                .upstream
                .disconnect(id, scope == Scope::LeafUser)
                .await
                .map_err(RecordsError::from)?;
        }
        match ports.connections.disconnect(&account, scope == Scope::LeafUser).await {
            Ok(()) => return Ok(()),
            Err(SaveError::Conflict) => {}
            Err(SaveError::Store(error)) => return Err(RecordsError::from(error).into()),
        }
    }
    Err(DisconnectError::Conflict)
}
