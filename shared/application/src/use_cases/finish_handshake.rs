//! Finishing what a farmer began: Panorama's side of the handshake, and the credential.
//!
//! The session is `Confirming` and saved before this is called, so a crash anywhere in here loses
//! nothing: the confirmation is there, the lease runs out, and the next one who looks does it
//! again. Asking Panorama twice is harmless.

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::{CompleteError, Completion, SaveError};
use crate::ports::store_error::StoreError;
use crate::ports::upstream::{Confirmed, UpstreamError};
use domain::credential::{Credential, CredentialStatus};
use domain::event::Event;
use domain::ids::CredentialId;
use domain::operation::Operation;
use domain::organization_code::OrganizationCode;
use domain::session::{Rejection, Session, State, Status};
use domain::timestamp::Timestamp;

/// What came of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeOutcome {
    /// There is a credential.
    Connected,
    /// Panorama has not answered; it is done later.
    Later,
    /// Panorama says that the operation is not shared; the session waits again.
    NotShared,
    /// The operation is another Leaf user's.
    OperationOwned,
    /// The operation was withdrawn meanwhile; the session waits again, for its farmer may yet
    /// switch sharing off and on.
    OperationWithdrawn,
    /// The session was replaced or deleted meanwhile, and with it what the farmer came for.
    Replaced,
}

/// Does the handshake of a `Confirming` session whose lease the caller holds.
pub async fn finish_handshake(
    ports: &Ports,
    session: Session,
    operation: &Operation,
) -> HandshakeOutcome {
    match try_to_finish(ports, session, operation).await {
        Ok(outcome) => outcome,
        // The farmer's confirmation is stored; our own trouble is not the farmer's.
        Err(error) => {
            tracing::error!(%error, "a handshake was left for later");
            HandshakeOutcome::Later
        }
    }
}

async fn try_to_finish(
    ports: &Ports,
    session: Session,
    operation: &Operation,
) -> Result<HandshakeOutcome, StoreError> {
    let Some(handshake) = session.handshake().cloned() else { return Ok(HandshakeOutcome::Later) };
    let answer =
        ports.upstream.confirm(&session.app_key, session.leaf_user_id, &handshake.code).await;
    let now = ports.clock.now();
    let (next, event, outcome) = match answer {
        Ok(Confirmed::Yes { status, id }) => {
            let event = ports.event(
                Event::CONFIRM,
                status,
                "Panorama confirmed the sharing; the credential is ACTIVE.",
                now,
            );
            return complete(
                ports,
                session,
                &ConfirmedSharing { operation, code: &handshake.code, id },
                &event,
            )
            .await;
        }
        Ok(Confirmed::NotYet) => (session.postpone(&handshake, now), None, HandshakeOutcome::Later),
        Err(UpstreamError::Refused { status }) => {
            let body = "Panorama does not list the operation as shared: the switch is off, or the \
                        organization code is wrong or of another environment.";
            (
                session.turn_back(now),
                Some(ports.event(Event::CONFIRM, status, body, now)),
                HandshakeOutcome::NotShared,
            )
        }
        Err(error) => {
            tracing::warn!(%error, "the upstream's side of a handshake is left for later");
            let status = match &error {
                UpstreamError::Unavailable(unavailable) => unavailable.status.unwrap_or(503),
                UpstreamError::PartnerLogin(_)
                | UpstreamError::NoSecret
                | UpstreamError::LeafLogin => 401,
                _ => 503,
            };
            let body =
                format!("{error}. The farmer's confirmation is stored and is finished later.");
            (
                session.postpone(&handshake, now),
                Some(ports.event(Event::CONFIRM, status, body, now)),
                HandshakeOutcome::Later,
            )
        }
    };
    save(ports, &next, event.as_ref(), outcome).await
}

/// What the upstream has confirmed.
pub(crate) struct ConfirmedSharing<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) code: &'a OrganizationCode,
    /// The upstream's own id of the credential.
    pub(crate) id: Option<CredentialId>,
}

/// Ends a session in success, or in the refusal of an operation that somebody else has or that
/// nobody may have.
pub(crate) async fn complete(
    ports: &Ports,
    session: Session,
    confirmed: &ConfirmedSharing<'_>,
    event: &Event,
) -> Result<HandshakeOutcome, StoreError> {
    let ConfirmedSharing { operation, code, id } = *confirmed;
    let now = event.created_at;
    let credential = Credential {
        id: id.unwrap_or_else(|| CredentialId::new(ports.randomness.bytes())),
        leaf_user_id: session.leaf_user_id,
        app_key: session.app_key.clone(),
        organization_code: code.clone(),
        operation: operation.clone(),
        status: CredentialStatus::Active,
        created_at: now,
        status_since: now,
        silent_since: now,
        checked_at: None,
        is_upstreams: id.is_some(),
    };
    let done = session.clone().complete(code.clone());
    match ports
        .connections
        .complete(&Completion { session: &done, credential: &credential, event })
        .await
    {
        Ok(before) => {
            // One that is completed again is a credential that has recovered, and no second
            // session.
            if session.handshake().is_none_or(|handshake| handshake.reopened.is_none()) {
                Metric::SessionsCompleted.record(session.app_key.environment);
            }
            count_recovery(before.as_ref(), &credential);
            Ok(HandshakeOutcome::Connected)
        }
        Err(CompleteError::Conflict) => after_conflict(ports, &session).await,
        Err(CompleteError::Store(error)) => Err(error),
        Err(CompleteError::OperationOwned) => {
            let rejected = session.rejected(Rejection::OperationOwned);
            let event = operation_owned_event(ports, now);
            save(ports, &rejected, Some(&event), HandshakeOutcome::OperationOwned).await
        }
        Err(CompleteError::OperationWithdrawn) => {
            let event = ports.event(
                Event::CONFIRM,
                409,
                "The operation was disconnected until its farmer switches sharing off; it was not \
                 connected.",
                now,
            );
            let waiting = session.turn_back(now);
            save(ports, &waiting, Some(&event), HandshakeOutcome::OperationWithdrawn).await
        }
    }
}

/// Saves a session that was not completed.
async fn save(
    ports: &Ports,
    next: &Session,
    event: Option<&Event>,
    outcome: HandshakeOutcome,
) -> Result<HandshakeOutcome, StoreError> {
    match ports.connections.save(next, event).await {
        Ok(()) => {
            if next.state == State::Expired {
                Metric::SessionsExpired.record(next.app_key.environment);
            }
            Ok(outcome)
        }
        Err(SaveError::Conflict) => after_conflict(ports, next).await,
        Err(SaveError::Store(error)) => Err(error),
    }
}

/// Counts a credential that has taken the place of one of the same operation which was REVOKED.
pub(crate) fn count_recovery(before: Option<&Credential>, now: &Credential) {
    let was_revoked = |before: &Credential| {
        before.operation == now.operation && before.status == CredentialStatus::Revoked
    };
    if before.is_some_and(was_revoked) {
        Metric::CredentialsRecovered.record(now.app_key.environment);
    }
}

/// The event of a refusal that Panorama was not asked about.
pub(crate) fn operation_owned_event(ports: &Ports, now: Timestamp) -> Event {
    ports.event(
        Event::CONFIRM,
        409,
        "The operation is connected to another Leaf user; this one was not connected.",
        now,
    )
}

/// Somebody else wrote to the session: what they made of it is what came of it.
async fn after_conflict(ports: &Ports, session: &Session) -> Result<HandshakeOutcome, StoreError> {
    let found = ports.connections.sessions_of(&[session.leaf_user_id]).await?;
    let same = found.into_iter().find(|found| found.id == session.id);
    Ok(match same.map(|found| found.status(ports.clock.now())) {
        Some(Status::Completed) => HandshakeOutcome::Connected,
        Some(Status::Rejected(Rejection::OperationOwned)) => HandshakeOutcome::OperationOwned,
        Some(Status::Confirming) => HandshakeOutcome::Later,
        Some(Status::Pending | Status::Expired) => HandshakeOutcome::NotShared,
        _ => HandshakeOutcome::Replaced,
    })
}
