//! The callback: a farmer's browser comes back from Panorama.

use std::collections::BTreeMap;

use crate::logging;
use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::{
    Callback, CallbackFacts, Keeping, KeptConfirmation, Owner, SaveError, StartedSession,
};
use crate::ports::secrets::SecretsError;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::finish_handshake::{Handshake, finish_handshake, operation_owned_event};
use domain::app_key::AppKey;
use domain::binding::{Binding, Evidence, Proof, bind};
use domain::browser::{BindingCookie, ShownCookies};
use domain::caller::Caller;
use domain::credential::{CredentialStatus, SETTLING};
use domain::ids::{LeafUserId, SessionId, SharingUrlId};
use domain::kept::{Budget, KEPT_FOR, REMEMBERED_FOR};
use domain::operation::Operation;
use domain::organization_code::OrganizationCode;
use domain::session::{LIFETIME, Received, Rejection, Relation, Session, State, Status};
use domain::timestamp::Timestamp;

/// How often a decision is made anew because somebody else wrote between our read and our write.
const ATTEMPTS: u32 = 6;

/// What the browser brought.
#[derive(Debug)]
pub struct Confirmation {
    /// Which app key's Sharing Confirmation URL was called.
    pub sharing_url_id: SharingUrlId,
    /// The claimed operation.
    pub code: OrganizationCode,
    /// Our cookies that the browser showed.
    pub cookies: ShownCookies,
    /// Who calls.
    pub caller: Caller,
    /// How sure it is that the farmer means it.
    pub intent: Intent,
}

/// How sure it is that the farmer means it. A browser shows its cookie whoever sent it to the
/// address: any page can, with any code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The browser does not say that it comes from Panorama.
    Unknown,
    /// It comes from Panorama.
    FromPanorama,
    /// The farmer has said so on a page of ours, which has named the account of this Leaf user.
    Said(LeafUserId),
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The confirmation is stored, Panorama has not answered yet.
    Finishing(LeafUserId, SessionId),
    /// The confirmation is stored, and the farmer goes on to the upstream, which does its part
    /// then.
    HandedOn(LeafUserId, SessionId),
    /// The farmer is to be asked first, with the name of this Leaf user; nothing was changed.
    AskFirst(LeafUserId),
    /// The client has as many kept as it may have; it may try again.
    Busy,
    /// No app key has this sharing URL id.
    UnknownLink,
    /// There is nothing more to come.
    Ended(End),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The operation is connected, now or before.
    Connected(SessionId),
    /// The farmer came too late; the confirmation is kept.
    Expired(SessionId),
    /// Nobody could be proved to be meant; the confirmation is kept.
    NotBound,
    /// More than one could be meant, or somebody who is at another operation since; the
    /// confirmation is kept.
    Contradicted,
    /// The browser is at another operation; the confirmation is kept.
    OtherOperation,
    /// Panorama says that the operation is not shared.
    NotShared(SessionId),
    /// The operation is another Leaf user's.
    OperationOwned(SessionId),
    /// One code too many.
    TooManyOperations(SessionId),
}

/// Our own trouble; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index key cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// Takes a callback: binds it, makes the confirmation durable, does the handshake.
///
/// # Errors
/// See [`ReceiveError`].
pub async fn receive_confirmation(
    ports: &Ports,
    app_keys: &AppKeyCache,
    confirmation: &Confirmation,
) -> Result<Outcome, ReceiveError> {
    let Some(app_key) = app_keys.find_by_sharing_url(confirmation.sharing_url_id).await? else {
        return Ok(Outcome::UnknownLink);
    };
    let key = ports.index_key().await?;
    let operation = Operation::new(&key, app_key.id.environment, &confirmation.code);
    let of_caller = Budget::Caller(key.caller(confirmation.caller));
    let callback =
        Arrival { ports, app_key: &app_key, operation: &operation, confirmation, of_caller };
    // A start that was remembered beside the operation may be outdated. It is good enough to try a
    // conditional write, which saves a read; before anybody is refused, and whenever somebody else
    // wrote first, the sessions are read.
    let mut trust = Trust::RememberedStart;
    for _ in 0..ATTEMPTS {
        match callback.decide(trust).await? {
            Decision::Final(outcome) => return Ok(outcome),
            Decision::LookAgain => trust = Trust::NothingButSessions,
        }
    }
    // So many are writing to one farmer's session that one of them will finish it.
    Ok(Outcome::Ended(End::NotBound))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    RememberedStart,
    NothingButSessions,
}

enum Decision {
    Final(Outcome),
    LookAgain,
}

/// What is known of the operation beside its sessions.
struct Seen {
    owner: Option<Owner>,
    starts: u64,
    /// Whether somebody has it, or has started with its code lately.
    is_known: bool,
    kept_of_caller: u32,
    now: Timestamp,
}

/// What a callback for a completed session is.
enum Repeated {
    StillConnected,
    Reopened(Box<Session>),
    NoMore,
}

struct Arrival<'a> {
    ports: &'a Ports,
    app_key: &'a AppKey,
    operation: &'a Operation,
    confirmation: &'a Confirmation,
    of_caller: Budget,
}

impl Arrival<'_> {
    async fn decide(&self, trust: Trust) -> Result<Decision, ReceiveError> {
        let cookie_users: Vec<_> =
            self.cookies().iter().map(|cookie| cookie.leaf_user_id).collect();
        let now = self.ports.clock.now();
        let callback = Callback {
            operation: self.operation,
            sharing_url_id: self.confirmation.sharing_url_id,
            cookie_users: &cookie_users,
            budget: &self.of_caller,
            at: now,
        };
        let mut facts = self.ports.connections.callback_facts(&callback).await?;
        // DynamoDB deletes late; what is forgotten is not decided by when it does.
        facts.started_with_code.retain(|started| now < started.started_at.plus(REMEMBERED_FOR));
        let is_known = facts.owner.is_some() || !facts.started_with_code.is_empty();
        let seen = Seen {
            owner: facts.owner,
            starts: facts.starts,
            is_known,
            kept_of_caller: facts.kept_of_budget,
            now,
        };
        // Nor is a start whose 15 minutes are over: its session may be confirming or done, and then
        // it contradicts a cookie of another's.
        let may_wait = |started: &StartedSession| now < started.started_at.plus(LIFETIME);
        let trusting = trust == Trust::RememberedStart
            && matches!(&facts.started_with_code[..], [one] if may_wait(one));
        let evidence = self.evidence(facts, trusting).await?;
        let with_cookie = evidence.by_cookie.first().map(|session| session.id);
        let end = match bind(evidence, &self.confirmation.code, now) {
            Binding::To(session, proof) => return self.bound(*session, proof, &seen).await,
            _ if trusting => return Ok(Decision::LookAgain),
            Binding::Over(session, proof) => self.over(&session, proof, now),
            Binding::Disagrees => End::OtherOperation,
            Binding::Ambiguous => End::Contradicted,
            Binding::Nobody => End::NotBound,
        };
        self.unbound(end, with_cookie, &seen).await
    }

    /// Keeps what is nobody's. What is said of it without a cookie depends on the caller's budget
    /// alone, and not on what is known of the code.
    async fn unbound(
        &self,
        end: End,
        with_cookie: Option<SessionId>,
        seen: &Seen,
    ) -> Result<Decision, ReceiveError> {
        let is_used_up = self.of_caller.most().is_some_and(|most| seen.kept_of_caller >= most);
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
                    "a client has many unbound confirmations: one was not kept"
                );
                self.count(Metric::CallbacksUnbound);
                return Ok(Decision::Final(Outcome::Busy));
            }
            None => &self.of_caller,
        };
        let keeping = self.keep(seen, budget).await?;
        if matches!(keeping, Keeping::Kept | Keeping::Full) {
            self.count(Metric::CallbacksUnbound);
        }
        Ok(match (keeping, end) {
            (Keeping::Outdated, _) => Decision::LookAgain,
            _ if of_session.is_none() && is_used_up => Decision::Final(Outcome::Busy),
            (Keeping::Full, _) if of_session.is_none() => Decision::Final(Outcome::Busy),
            // Its page says that it is kept.
            (Keeping::Full, End::Expired(_)) => Decision::Final(Outcome::Ended(End::NotBound)),
            (_, end) => Decision::Final(Outcome::Ended(end)),
        })
    }

    /// The browser's cookies. Of too many none is read; they are evidence all the same.
    fn cookies(&self) -> &[BindingCookie] {
        self.confirmation.cookies.all().unwrap_or_default()
    }

    async fn evidence(&self, facts: CallbackFacts, trusting: bool) -> Result<Evidence, StoreError> {
        let this_app_key =
            |session: &Session| session.sharing_url_id == self.app_key.sharing_url_id;
        let cookies = self.cookies();
        let shown = |session: &Session| cookies.iter().any(|cookie| session.is_bound_to(cookie));
        let by_code = if trusting {
            let remembered = |started: StartedSession| {
                let app_key = AppKey { id: started.app_key, ..self.app_key.clone() };
                let code = Some(self.confirmation.code.clone());
                Session::start(started.id, started.leaf_user_id, &app_key, code, started.started_at)
            };
            facts.started_with_code.into_iter().map(remembered).collect()
        } else {
            let started: BTreeMap<LeafUserId, SessionId> = facts
                .started_with_code
                .iter()
                .map(|started| (started.leaf_user_id, started.id))
                .collect();
            let mut users: Vec<_> = started.keys().copied().collect();
            if users.is_empty() && cookies.is_empty() {
                // A read all the same: the time that an answer takes must not tell whether somebody
                // started with the code.
                users.push(LeafUserId::new(self.ports.randomness.bytes()));
            }
            let mut sessions = self.ports.connections.sessions_of(&users).await?;
            sessions.retain(|session| {
                this_app_key(session) && started.get(&session.leaf_user_id) == Some(&session.id)
            });
            sessions
        };
        let by_cookie = facts
            .cookie_sessions
            .into_iter()
            .filter(|session| this_app_key(session) && shown(session));
        let crowded = facts.crowded_until.is_some_and(|until| self.ports.clock.now() < until);
        Ok(Evidence {
            by_cookie: by_cookie.collect(),
            by_code,
            crowded,
            more_cookies: self.confirmation.cookies.all().is_none(),
        })
    }

    async fn bound(
        &self,
        session: Session,
        proof: Proof,
        seen: &Seen,
    ) -> Result<Decision, ReceiveError> {
        let Seen { owner, now, .. } = *seen;
        let (id, user) = (session.id, session.leaf_user_id);
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
            return Ok(Decision::Final(Outcome::AskFirst(user)));
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
                    return Ok(Decision::Final(Outcome::Ended(End::Connected(id))));
                }
                Repeated::NoMore => return Ok(Decision::Final(Outcome::Ended(End::Contradicted))),
                Repeated::Reopened(reopened) => (*reopened, None, None),
            },
            Received::UnderWay if hands_on => {
                return Ok(Decision::Final(Outcome::HandedOn(user, id)));
            }
            // Without a cookie it is whoever tries codes, and many times: the page is that of an
            // unknown one. A farmer's is finished later.
            Received::UnderWay if is_hasty => {
                return Ok(Decision::Final(Outcome::Ended(End::NotBound)));
            }
            Received::UnderWay => return Ok(Decision::Final(Outcome::Finishing(user, id))),
            Received::NotTaken => return Ok(Decision::LookAgain),
            // Nobody's to connect. The session stays as it is, for its farmer may yet switch off
            // and on again.
            Received::Begin(_) | Received::Later(_) if owner == Some(Owner::Nobody) => {
                return Ok(Decision::Final(Outcome::Ended(End::NotBound)));
            }
            Received::Later(confirming) if is_free => {
                let outcome = if is_hasty {
                    Outcome::Ended(End::NotBound)
                } else {
                    Outcome::Finishing(user, id)
                };
                (confirming, None, Some(outcome))
            }
            Received::TooMany(rejected) => {
                (rejected, None, Some(Outcome::Ended(End::TooManyOperations(id))))
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
                    Some(Outcome::Ended(End::OperationOwned(id))),
                )
            }
        };
        let next = if hands_on { next.handed_on() } else { next };
        match self.ports.connections.save(&next, event.as_ref()).await {
            Ok(()) => {}
            Err(SaveError::Conflict) => return Ok(Decision::LookAgain),
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
            return Ok(Decision::Final(Outcome::HandedOn(user, id)));
        }
        Ok(Decision::Final(match finish_handshake(self.ports, next, self.operation).await {
            Handshake::Connected => Outcome::Ended(End::Connected(id)),
            Handshake::Later => Outcome::Finishing(user, id),
            Handshake::OperationOwned => Outcome::Ended(End::OperationOwned(id)),
            // Without a cookie the caller is anybody who tries codes: the page must be the one for
            // codes that nobody started with.
            Handshake::NotShared if proof == Proof::Code => Outcome::Ended(End::NotBound),
            Handshake::NotShared => Outcome::Ended(End::NotShared(id)),
            Handshake::Replaced => Outcome::Ended(End::NotBound),
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
                    self.keep(seen, &Budget::Operation).await?;
                }
                Ok(Repeated::StillConnected)
            }
            Some(_) => {
                if let Some(reopened) = session.reopen(self.confirmation.code.clone(), seen.now) {
                    return Ok(Repeated::Reopened(Box::new(reopened)));
                }
                // Panorama has just been asked often enough; the next check finds this one.
                self.keep(seen, &Budget::Operation).await?;
                Ok(Repeated::NoMore)
            }
            // The Leaf user is at another operation since: an old address in a browser's history
            // must not bring it back.
            None => {
                self.keep(seen, &Budget::Operation).await?;
                Ok(Repeated::NoMore)
            }
        }
    }

    fn over(&self, session: &Session, proof: Proof, now: Timestamp) -> End {
        let tried = session.tried.contains(&self.operation.hash);
        if proof == Proof::Code && now >= session.expires_at {
            return End::NotBound;
        }
        match (session.status(now), &session.state) {
            (Status::Expired, _) => End::Expired(session.id),
            (_, State::Rejected(Rejection::OperationOwned)) if tried => {
                End::OperationOwned(session.id)
            }
            (_, State::Rejected(Rejection::TooManyOperations)) if proof == Proof::Cookie => {
                End::TooManyOperations(session.id)
            }
            _ => End::NotBound,
        }
    }

    fn count(&self, metric: Metric) {
        metric.record(self.app_key.id.environment);
    }

    async fn keep(&self, seen: &Seen, budget: &Budget) -> Result<Keeping, StoreError> {
        let kept = KeptConfirmation {
            operation: self.operation,
            app_key: &self.app_key.id,
            sharing_url_id: self.confirmation.sharing_url_id,
            at: seen.now,
            until: seen.now.plus(KEPT_FOR),
        };
        self.ports.connections.keep(&kept, budget, seen.starts).await
    }
}
