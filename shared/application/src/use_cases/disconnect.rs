//! The end of a connection: by itself, or with its Leaf user.

use crate::ports::Ports;
use crate::ports::connections::{Freed, SaveError};
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use domain::catalogue::leaving::Leaving;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;

/// How often it is tried when a callback or a check writes at the same moment.
const ATTEMPTS: u32 = 5;

/// Why a connection was not ended; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DisconnectError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// Who may connect an operation again is the upstream's to say.
    #[error("the upstream decides who connects an operation again")]
    UpstreamsOwn,
    /// The data is the upstream's to keep, for as long as there is the Leaf user.
    #[error("the upstream keeps what was received")]
    UpstreamsData,
    /// Others wrote again and again.
    #[error("it was changed by somebody else")]
    Conflict,
    /// Whoever keeps the records did not end it.
    #[error(transparent)]
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for DisconnectError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Session, credential and events; the operation is released. What was received stays.
    Connection,
    /// That, and what was received.
    ConnectionAndData,
    /// All that, and the Leaf user.
    LeafUser,
}

/// Whether the code alone may connect the operation again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Like Leaf: the farmer's switch stays on, and whoever has the code may use that.
    ByCode,
    /// Not before its farmer has switched sharing off.
    OnceSwitchedOff,
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
    again: Again,
) -> Result<(), DisconnectError> {
    if again == Again::OnceSwitchedOff && !records.decide_who_connects() {
        return Err(DisconnectError::UpstreamsOwn);
    }
    if scope == Scope::ConnectionAndData && !records.decide_who_connects() {
        return Err(DisconnectError::UpstreamsData);
    }
    for attempt in 0..ATTEMPTS {
        let account = records.account(id).await?.ok_or(DisconnectError::NoSuchUser)?;
        if attempt == 0 {
            // There first: what is ended here and goes on there would go on unseen.
            ports.upstream.disconnect(id, scope == Scope::LeafUser).await?;
        }
        let is_off = |credential: &Credential| credential.status == CredentialStatus::Revoked;
        let operation = match again {
            // It was seen to be off already.
            Again::OnceSwitchedOff if !account.credential.as_ref().is_some_and(is_off) => {
                Freed::ForNobodySince(ports.clock.now())
            }
            _ => Freed::ForAnybody,
        };
        // In the same transaction as the end of the consent: what is written by it afterwards is
        // refused, so the deletion finds all there is.
        let leaving =
            (scope != Scope::Connection).then(|| Leaving::requested(id, ports.clock.now()));
        let user_too = scope == Scope::LeafUser;
        let ended = ports.connections.disconnect(&account, user_too, operation, leaving.as_ref());
        match ended.await {
            Ok(()) => return Ok(()),
            Err(SaveError::Conflict) => {}
            Err(SaveError::Store(error)) => return Err(error.into()),
        }
    }
    Err(DisconnectError::Conflict)
}
