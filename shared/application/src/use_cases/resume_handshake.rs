//! The finisher: takes up a handshake that its callback could not finish, until it is done.

use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::use_cases::finish_handshake::{HandshakeOutcome, finish_handshake};
use domain::ids::LeafUserId;
use domain::operation::Operation;
use domain::session::finishing::Resumed;

/// What is left to do for a Leaf user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// Nothing.
    Nothing,
    /// It is to be looked at again later.
    Something,
}

/// Finishes the handshake of a Leaf user's session, if there is one to finish and it is time.
///
/// It asks for the Leaf user and not for a session: a new start carries an unfinished confirmation
/// on under another session id.
///
/// # Errors
/// See [`Failure`].
pub async fn resume_handshake(ports: &Ports, user: LeafUserId) -> Result<Remaining, Failure> {
    let Some(session) = ports.connections.sessions_of(&[user]).await?.pop() else {
        return Ok(Remaining::Nothing);
    };
    let session = match session.resume(ports.clock.now()) {
        Resumed::NothingToDo => return Ok(Remaining::Nothing),
        Resumed::NotDue => return Ok(Remaining::Something),
        Resumed::Begin(session) => *session,
    };
    let Some(handshake) = session.handshake() else { return Ok(Remaining::Nothing) };
    let operation =
        Operation::new(&ports.index_key().await?, session.app_key.environment, &handshake.code);
    match ports.connections.save(&session, None).await {
        Ok(()) => {}
        Err(SaveError::Conflict) => return Ok(Remaining::Something),
        Err(SaveError::Store(error)) => return Err(error.into()),
    }
    Ok(match finish_handshake(ports, session, &operation).await {
        HandshakeOutcome::Later => Remaining::Something,
        HandshakeOutcome::Connected
        | HandshakeOutcome::NotShared
        | HandshakeOutcome::OperationOwned
        | HandshakeOutcome::OperationWithdrawn
        | HandshakeOutcome::Replaced => Remaining::Nothing,
    })
}
