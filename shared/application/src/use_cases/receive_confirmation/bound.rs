//! A confirmation that is a session's: it is stored there, and the handshake done.

use super::{Arrival, Decision, End, Intent, Outcome, Seen};
use crate::logging;
use crate::metrics::Metric;
use crate::ports::connections::{Owner, SaveError};
use crate::ports::failure::Failure;
use crate::ports::store_error::StoreError;
use crate::use_cases::finish_handshake::{
    HandshakeOutcome, finish_handshake, operation_owned_event,
};
use domain::binding::Proof;
use domain::credential::{CredentialStatus, SETTLING};
use domain::session::{Received, Rejection, Relation, Session};
use domain::unclaimed_confirmation::Budget;

/// What a callback for a completed session is.
enum Repeated {
    StillConnected,
    Reopened(Box<Session>),
    NoMore,
}

impl Arrival<'_> {
    pub(super) async fn bound(
        &self,
        session: Session,
        proof: Proof,
        seen: &Seen,
    ) -> Result<Decision, Failure> {
        let Seen { owner, now, .. } = *seen;
        let (told, user) = (session.told(), session.leaf_user_id);
        let is_free = owner.is_none_or(|owner| owner == Owner::LeafUser(user));
        logging::about(user);
        let is_open = session.relation(&self.confirmation.code, now) == Relation::Open;
        let is_meant = match self.confirmation.intent {
            Intent::Unknown => false,
            Intent::FromPanorama => true,
            // What the page named may be over by now, and another's hop link open in the same
            // browser.
            Intent::Said(shown) => shown == user,
        };
        if is_open && !is_meant {
            return Ok(Decision::Final(Outcome::AskFirst(told)));
        }
        let is_late = proof == Proof::Code && now >= session.expires_at;
        let is_hasty = proof == Proof::Code && session.pace.ask(now).is_err();
        let is_new = session.handshake().is_none();
        let (version, pace) = (session.version, session.pace);
        let hands_on = self.ports.upstream.onward(self.app_key.sharing_url_id).is_some();
        let received = session.clone().receive(&self.confirmation.code, self.operation, now);
        let (next, event, outcome) = match received {
            Received::Done => match self.repeated(session, seen).await? {
                // A session's time is also how long its code alone is told how it stands: who tries
                // it later gets the page of an unknown one.
                Repeated::StillConnected if is_late => {
                    return Ok(Decision::Final(Outcome::Ended(End::NotBound)));
                }
                Repeated::StillConnected => {
                    return Ok(Decision::Final(Outcome::Ended(End::Connected(told))));
                }
                Repeated::NoMore => return Ok(Decision::Final(Outcome::Ended(End::Contradicted))),
                Repeated::Reopened(reopened) => (*reopened, None, None),
            },
            Received::UnderWay if hands_on => {
                return Ok(Decision::Final(Outcome::HandedOn(told)));
            }
            // Without a cookie it is whoever tries codes, and many times: the page is that of an
            // unknown one. A farmer's is finished later.
            Received::UnderWay if is_hasty => {
                return Ok(Decision::Final(Outcome::Ended(End::NotBound)));
            }
            Received::UnderWay => return Ok(Decision::Final(Outcome::Finishing(told))),
            Received::NotTaken => return Ok(Decision::ReadAgain),
            // Nobody's to connect. The session stays as it is, for its farmer may yet switch off
            // and on again.
            Received::Begin(_) | Received::Later(_) if owner == Some(Owner::Nobody) => {
                return Ok(Decision::Final(Outcome::Ended(End::NotBound)));
            }
            Received::Later(confirming) if is_free => {
                let outcome =
                    if is_hasty { Outcome::Ended(End::NotBound) } else { Outcome::Finishing(told) };
                (confirming, None, Some(outcome))
            }
            Received::TooMany(rejected) => {
                (rejected, None, Some(Outcome::Ended(End::TooManyOperations(told))))
            }
            Received::Begin(confirming) if is_free => (confirming, None, None),
            Received::Begin(confirming) | Received::Later(confirming) => {
                // `confirming` remembers the code among the tried ones; it is never saved as such,
                // and Panorama is not asked.
                let rejected =
                    Session { pace, version, ..confirming }.rejected(Rejection::OperationOwned);
                (
                    rejected,
                    Some(operation_owned_event(self.ports, now)),
                    Some(Outcome::Ended(End::OperationOwned(told))),
                )
            }
        };
        let next = if hands_on { next.handed_on() } else { next };
        match self.ports.connections.save(&next, event.as_ref()).await {
            Ok(()) => {}
            Err(SaveError::Conflict) => return Ok(Decision::ReadAgain),
            Err(SaveError::Store(error)) => return Err(error.into()),
        }
        if let Some(outcome) = outcome {
            let metric = if next.handshake().is_some() {
                Metric::CallbacksBound
            } else {
                Metric::CallbacksUnbound
            };
            self.count(metric);
            return Ok(Decision::Final(outcome));
        }
        if is_new {
            self.count(Metric::CallbacksBound);
        }
        if hands_on {
            return Ok(Decision::Final(Outcome::HandedOn(told)));
        }
        Ok(Decision::Final(match finish_handshake(self.ports, next, self.operation).await {
            HandshakeOutcome::Connected => Outcome::Ended(End::Connected(told)),
            HandshakeOutcome::Later => Outcome::Finishing(told),
            HandshakeOutcome::OperationOwned => Outcome::Ended(End::OperationOwned(told)),
            // Without a cookie the caller is anybody who tries codes: the page must be the one for
            // codes that nobody started with.
            HandshakeOutcome::NotShared if proof == Proof::Code => Outcome::Ended(End::NotBound),
            HandshakeOutcome::NotShared => Outcome::Ended(End::NotShared(told)),
            HandshakeOutcome::OperationWithdrawn | HandshakeOutcome::Replaced => {
                Outcome::Ended(End::NotBound)
            }
        }))
    }

    /// A callback for what is done already: a repeat, or a farmer who has switched sharing off and
    /// on again.
    async fn repeated(&self, session: Session, seen: &Seen) -> Result<Repeated, StoreError> {
        let account = self.ports.connections.account(session.leaf_user_id).await?;
        let credential = account.and_then(|account| account.credential);
        match credential.filter(|credential| credential.operation == *self.operation) {
            Some(credential) if credential.status == CredentialStatus::Active => {
                if credential.status_since.plus(SETTLING) < seen.now {
                    // Whether the switch was off in between, only the next check can tell; it finds
                    // this one then.
                    self.store(seen, &Budget::Operation).await?;
                }
                Ok(Repeated::StillConnected)
            }
            Some(_) => {
                if let Some(reopened) = session.reopen(self.confirmation.code.clone(), seen.now) {
                    return Ok(Repeated::Reopened(Box::new(reopened)));
                }
                // Panorama has just been asked often enough; the next check finds this one.
                self.store(seen, &Budget::Operation).await?;
                Ok(Repeated::NoMore)
            }
            // The Leaf user is at another operation since: an old address in a browser's history
            // must not bring it back.
            None => {
                self.store(seen, &Budget::Operation).await?;
                Ok(Repeated::NoMore)
            }
        }
    }
}
