//! The farmer waits in front of a page: how far is it, and can it be finished now?

use crate::logging;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::use_cases::finish_handshake::{HandshakeOutcome, finish_handshake};
use crate::use_cases::receive_confirmation::End;
use domain::credential::CredentialStatus;
use domain::ids::{LeafUserId, SessionId};
use domain::operation::Operation;
use domain::session::{Rejection, Session, State, Status};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// Panorama has not answered yet.
    Waiting,
    /// There is nothing more to come.
    Ended(End),
}

/// Looks at a session whose confirmation was stored, and with `tries` does the handshake if nobody
/// is at it.
///
/// A start that came meanwhile carries the confirmation on under another id, so it is the Leaf
/// user's session that is looked at.
///
/// # Errors
/// See [`Failure`].
pub async fn watch_handshake(
    ports: &Ports,
    user: LeafUserId,
    id: SessionId,
    tries: bool,
) -> Result<Watched, Failure> {
    logging::about(user);
    let account = ports.connections.account(user).await?;
    let Some((session, credential)) =
        account.and_then(|account| Some((account.session?, account.credential)))
    else {
        return Ok(Watched::Ended(End::NotBound));
    };
    let now = ports.clock.now();
    let of = session.told();
    Ok(match (session.status(now), &session.state) {
        (Status::Confirming, _) if tries => finish_now(ports, session).await?,
        (Status::Confirming, _) => Watched::Waiting,
        (_, State::Completed { code }) => {
            let works = credential.is_some_and(|credential| {
                credential.organization_code == *code
                    && credential.status == CredentialStatus::Active
            });
            if works {
                Watched::Ended(End::Connected(of))
            } else {
                Watched::Ended(End::NotShared(of))
            }
        }
        // Panorama has refused it meanwhile.
        (Status::Pending | Status::Expired, _) if of.id == id => Watched::Ended(End::NotShared(of)),
        (Status::Rejected(Rejection::OperationOwned), _) => Watched::Ended(End::OperationOwned(of)),
        (Status::Rejected(Rejection::TooManyOperations), _) => {
            Watched::Ended(End::TooManyOperations(of))
        }
        _ => Watched::Ended(End::NotBound),
    })
}

async fn finish_now(ports: &Ports, session: Session) -> Result<Watched, Failure> {
    let (told, environment) = (session.told(), session.app_key.environment);
    let Some(session) = session.retake(ports.clock.now()) else { return Ok(Watched::Waiting) };
    let Some(handshake) = session.handshake() else { return Ok(Watched::Waiting) };
    let operation = Operation::new(&ports.index_key().await?, environment, &handshake.code);
    match ports.connections.save(&session, None).await {
        Ok(()) => {}
        // Somebody else is at it.
        Err(SaveError::Conflict) => return Ok(Watched::Waiting),
        Err(SaveError::Store(error)) => return Err(error.into()),
    }
    Ok(match finish_handshake(ports, session, &operation).await {
        HandshakeOutcome::Connected => Watched::Ended(End::Connected(told)),
        HandshakeOutcome::Later => Watched::Waiting,
        HandshakeOutcome::OperationOwned => Watched::Ended(End::OperationOwned(told)),
        HandshakeOutcome::NotShared => Watched::Ended(End::NotShared(told)),
        HandshakeOutcome::OperationWithdrawn | HandshakeOutcome::Replaced => {
            Watched::Ended(End::NotBound)
        }
    })
}
