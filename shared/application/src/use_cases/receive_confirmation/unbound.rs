//! A confirmation that is nobody's to finish: stored as unclaimed, and told to whom it ends with.

use super::{Arrival, Decision, End, Intent, Outcome, Seen};
use crate::metrics::Metric;
use crate::ports::connections::{Storing, UnclaimedConfirmation};
use crate::ports::failure::Failure;
use crate::ports::store_error::StoreError;
use domain::binding::Proof;
use domain::ids::SessionId;
use domain::session::{Rejection, Session, State, Status};
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::{Budget, RETENTION};

impl Arrival<'_> {
    /// Stores what is nobody's. What is said of it without a cookie depends on the caller's budget
    /// alone, and not on what is known of the code.
    pub(super) async fn unbound(
        &self,
        end: End,
        with_cookie: Option<SessionId>,
        seen: &Seen,
    ) -> Result<Decision, Failure> {
        let is_used_up = self.of_caller.most().is_some_and(|most| seen.stored_of_caller >= most);
        // A cookie comes with whatever a foreign page opens, so that alone must not use up its
        // session's.
        let is_known = self.confirmation.intent != Intent::Unknown;
        let of_session = with_cookie.filter(|_| is_known).map(Budget::Session);
        let budget = match &of_session {
            Some(of_session) => of_session,
            None if is_used_up && seen.is_known => &Budget::Operation,
            None if is_used_up => {
                tracing::warn!(
                    app_key = %self.app_key.id,
                    "a client has many unbound confirmations: one was not stored"
                );
                self.count(Metric::CallbacksUnbound);
                return Ok(Decision::Final(Outcome::Busy));
            }
            None => &self.of_caller,
        };
        let storing = self.store(seen, budget).await?;
        if matches!(storing, Storing::Stored | Storing::Full) {
            self.count(Metric::CallbacksUnbound);
        }
        Ok(match (storing, end) {
            (Storing::Outdated, _) => Decision::ReadAgain,
            _ if of_session.is_none() && is_used_up => Decision::Final(Outcome::Busy),
            (Storing::Full, _) if of_session.is_none() => Decision::Final(Outcome::Busy),
            // Its page says that it is stored.
            (Storing::Full, End::Expired(_)) => Decision::Final(Outcome::Ended(End::NotBound)),
            (_, end) => Decision::Final(Outcome::Ended(end)),
        })
    }

    pub(super) fn over(&self, session: &Session, proof: Proof, now: Timestamp) -> End {
        let tried = session.tried.contains(&self.operation.hash);
        if proof == Proof::Code && now >= session.expires_at {
            return End::NotBound;
        }
        match (session.status(now), &session.state) {
            (Status::Expired, _) => End::Expired(session.told()),
            (_, State::Rejected(Rejection::OperationOwned)) if tried => {
                End::OperationOwned(session.told())
            }
            (_, State::Rejected(Rejection::TooManyOperations)) if proof == Proof::Cookie => {
                End::TooManyOperations(session.told())
            }
            _ => End::NotBound,
        }
    }

    pub(super) async fn store(&self, seen: &Seen, budget: &Budget) -> Result<Storing, StoreError> {
        let unclaimed = UnclaimedConfirmation {
            operation: self.operation,
            app_key: &self.app_key.id,
            sharing_url_id: self.confirmation.sharing_url_id,
            at: seen.now,
            until: seen.now.plus(RETENTION),
        };
        self.ports.connections.store_unclaimed(&unclaimed, budget, seen.starts).await
    }
}
