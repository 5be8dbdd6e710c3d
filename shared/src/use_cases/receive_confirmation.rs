//! The callback: a farmer's browser comes back from Panorama.

use std::collections::BTreeMap;

use crate::domain::app_key::AppKey;
use crate::domain::binding::{Binding, Evidence, Proof, bind};
use crate::domain::browser::ShownCookies;
use crate::domain::credential::{CredentialStatus, SETTLING};
use crate::domain::ids::{LeafUserId, SessionId, SharingUrlId};
use crate::domain::kept::{KEPT_FOR, REMEMBERED_FOR};
use crate::domain::operation::Operation;
use crate::domain::organization_code::OrganizationCode;
use crate::domain::session::{LIFETIME, Received, Rejection, Session, State, Status};
use crate::domain::timestamp::Timestamp;
use crate::logging;
use crate::metrics::Metric;
use crate::ports::connections::{CallbackFacts, Keeping, KeptConfirmation, SaveError, StartedSession};
use crate::ports::secrets::SecretsError;
use crate::ports::{Ports, StoreError};
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::finish_handshake::{Handshake, finish_handshake, operation_owned_event};

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
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The operation is connected, now or before.
    Connected(SessionId),
    /// The confirmation is stored, Panorama has not answered yet.
    Finishing(SessionId),
    /// The confirmation is stored, and the farmer goes on to the upstream, which does its part then.
    HandedOn(SessionId),
    /// The farmer came too late; the confirmation is kept.
    Expired(SessionId),
    /// Nobody could be proved to be meant; the confirmation is kept.
    NotBound,
    /// More than one could be meant, or somebody who is at another operation since; the confirmation is kept.
    Contradicted,
    /// The browser is at another operation; the confirmation is kept.
    OtherOperation,
    /// Panorama says that the operation is not shared.
    NotShared(SessionId),
    /// The operation is another Leaf user's.
    OperationOwned(SessionId),
    /// One code too many.
    TooManyOperations(SessionId),
    /// No app key has this sharing URL id.
    UnknownLink,
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
    let callback = Callback { ports, app_key: &app_key, operation: &operation, confirmation };
    // A start that was remembered beside the operation may be outdated. It is good enough to try a conditional write, which saves a
    // read; before anybody is refused, and whenever somebody else wrote first, the sessions are read.
    let mut trust = Trust::RememberedStart;
    for _ in 0..ATTEMPTS {
        match callback.decide(trust).await? {
            Decision::Final(outcome) => return Ok(outcome),
            Decision::LookAgain => trust = Trust::NothingButSessions,
        }
    }
    // So many are writing to one farmer's session that one of them will finish it.
    Ok(Outcome::NotBound)
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
    owner: Option<LeafUserId>,
    starts: u64,
    now: Timestamp,
}

/// What a callback for a completed session is.
enum Repeated {
    StillConnected,
    Reopened(Box<Session>),
    NoMore,
}

struct Callback<'a> {
    ports: &'a Ports,
    app_key: &'a AppKey,
    operation: &'a Operation,
    confirmation: &'a Confirmation,
}

impl Callback<'_> {
    async fn decide(&self, trust: Trust) -> Result<Decision, ReceiveError> {
        // Of too many none is read; they are evidence all the same.
        let cookies = self.confirmation.cookies.all().unwrap_or_default();
        let cookie_users: Vec<_> = cookies.iter().map(|cookie| cookie.leaf_user_id).collect();
        let connections = &self.ports.connections;
        let mut facts =
            connections.callback_facts(self.operation, self.confirmation.sharing_url_id, &cookie_users).await?;
        let now = self.ports.clock.now();
        // DynamoDB deletes late; what is forgotten is not decided by when it does.
        facts.started_with_code.retain(|started| now < started.started_at.plus(REMEMBERED_FOR));
        let seen = Seen { owner: facts.owner, starts: facts.starts, now };
        // Nor is a start whose 15 minutes are over: its session may be confirming or done, and then it contradicts a cookie of another's.
        let may_wait = |started: &StartedSession| now < started.started_at.plus(LIFETIME);
        let trusting =
            trust == Trust::RememberedStart && matches!(&facts.started_with_code[..], [one] if may_wait(one));
        let evidence = self.evidence(facts, trusting).await?;
        let outcome = match bind(evidence, &self.confirmation.code, now) {
            Binding::To(session, proof) => return self.bound(*session, proof, &seen).await,
            _ if trusting => return Ok(Decision::LookAgain),
            Binding::Over(session, proof) => self.over(&session, proof, now),
            Binding::Disagrees => Outcome::OtherOperation,
            Binding::Ambiguous => Outcome::Contradicted,
            Binding::Nobody => Outcome::NotBound,
        };
        Ok(match self.keep(&seen).await? {
            Keeping::Outdated => Decision::LookAgain,
            Keeping::KeptBefore => Decision::Final(outcome),
            Keeping::Kept | Keeping::Full => {
                self.count(Metric::CallbacksUnbound);
                Decision::Final(outcome)
            }
        })
    }

    async fn evidence(&self, facts: CallbackFacts, trusting: bool) -> Result<Evidence, StoreError> {
        let this_app_key = |session: &Session| session.sharing_url_id == self.app_key.sharing_url_id;
        let cookies = self.confirmation.cookies.all();
        let shown = |session: &Session| cookies.unwrap_or_default().iter().any(|cookie| session.is_bound_to(cookie));
        let by_code = if trusting {
            let remembered = |started: StartedSession| {
                let app_key = AppKey { id: started.app_key, ..self.app_key.clone() };
                let code = Some(self.confirmation.code.clone());
                Session::start(started.id, started.leaf_user_id, &app_key, code, started.started_at)
            };
            facts.started_with_code.into_iter().map(remembered).collect()
        } else {
            let started: BTreeMap<LeafUserId, SessionId> =
                facts.started_with_code.iter().map(|started| (started.leaf_user_id, started.id)).collect();
            let users: Vec<_> = started.keys().copied().collect();
            let mut sessions = self.ports.connections.sessions_of(&users).await?;
            sessions.retain(|session| this_app_key(session) && started.get(&session.leaf_user_id) == Some(&session.id));
            sessions
        };
        let by_cookie = facts.cookie_sessions.into_iter().filter(|session| this_app_key(session) && shown(session));
        Ok(Evidence { by_cookie: by_cookie.collect(), more_cookies: cookies.is_none(), by_code })
    }

    async fn bound(&self, session: Session, proof: Proof, seen: &Seen) -> Result<Decision, ReceiveError> {
        let Seen { owner, now, .. } = *seen;
        let (id, user) = (session.id, session.leaf_user_id);
        logging::about(user);
        let is_new = session.handshake().is_none();
        let version = session.version;
        let hands_on = self.ports.upstream.onward(self.app_key.sharing_url_id).is_some();
        let received = session.clone().receive(&self.confirmation.code, self.operation, now);
        let (next, event, outcome) = match received {
            Received::Done => match self.repeated(session, seen).await? {
                Repeated::StillConnected => return Ok(Decision::Final(Outcome::Connected(id))),
                Repeated::NoMore => return Ok(Decision::Final(Outcome::Contradicted)),
                Repeated::Reopened(reopened) => (*reopened, None, None),
            },
            Received::UnderWay if hands_on => return Ok(Decision::Final(Outcome::HandedOn(id))),
            Received::UnderWay => return Ok(Decision::Final(Outcome::Finishing(id))),
            Received::NotTaken => return Ok(Decision::LookAgain),
            Received::TooMany(rejected) => (rejected, None, Some(Outcome::TooManyOperations(id))),
            Received::Begin(confirming) if owner.is_none_or(|owner| owner == user) => (confirming, None, None),
            Received::Begin(confirming) => {
                // `confirming` remembers the code among the tried ones; it is never saved as such.
                let rejected = Session { version, ..confirming }.rejected(Rejection::OperationOwned);
                (rejected, Some(operation_owned_event(now)), Some(Outcome::OperationOwned(id)))
            }
        };
        let next = if hands_on { next.handed_on() } else { next };
        match self.ports.connections.save(&next, event.as_ref()).await {
            Ok(()) => {}
            Err(SaveError::Conflict) => return Ok(Decision::LookAgain),
            Err(SaveError::Store(error)) => return Err(error.into()),
        }
        if let Some(outcome) = outcome {
            self.count(Metric::CallbacksUnbound);
            return Ok(Decision::Final(outcome));
        }
        if is_new {
            self.count(Metric::CallbacksBound);
        }
        if hands_on {
            return Ok(Decision::Final(Outcome::HandedOn(id)));
        }
        Ok(Decision::Final(match finish_handshake(self.ports, next, self.operation).await {
            Handshake::Connected => Outcome::Connected(id),
            Handshake::Later => Outcome::Finishing(id),
            Handshake::OperationOwned => Outcome::OperationOwned(id),
            // Without a cookie the caller is anybody who tries codes: the page must be the one for codes that nobody started with.
            Handshake::NotShared if proof == Proof::Code => Outcome::NotBound,
            Handshake::NotShared => Outcome::NotShared(id),
        }))
    }

    /// A callback for what is done already: a repeat, or a farmer who has switched sharing off and on again.
    async fn repeated(&self, session: Session, seen: &Seen) -> Result<Repeated, StoreError> {
        let account = self.ports.connections.account(session.leaf_user_id).await?;
        let credential = account.and_then(|account| account.credential);
        match credential.filter(|credential| credential.operation == *self.operation) {
            Some(credential) if credential.status == CredentialStatus::Active => {
                if credential.status_since.plus(SETTLING) < seen.now {
                    // Whether the switch was off in between, only the next check can tell; it finds this one then.
                    self.keep(seen).await?;
                }
                Ok(Repeated::StillConnected)
            }
            Some(_) => {
                let reopened = session.reopen(self.confirmation.code.clone(), seen.now);
                Ok(Repeated::Reopened(Box::new(reopened)))
            }
            // The Leaf user is at another operation since: an old address in a browser's history must not bring it back.
            None => {
                self.keep(seen).await?;
                Ok(Repeated::NoMore)
            }
        }
    }

    fn over(&self, session: &Session, proof: Proof, now: Timestamp) -> Outcome {
        let tried = session.tried.contains(&self.operation.hash);
        match (session.status(now), &session.state) {
            (Status::Expired, _) => Outcome::Expired(session.id),
            (_, State::Rejected(Rejection::OperationOwned)) if tried => Outcome::OperationOwned(session.id),
            (_, State::Rejected(Rejection::TooManyOperations)) if proof == Proof::Cookie => {
                Outcome::TooManyOperations(session.id)
            }
            _ => Outcome::NotBound,
        }
    }

    fn count(&self, metric: Metric) {
        metric.record(self.app_key.id.environment);
    }

    async fn keep(&self, seen: &Seen) -> Result<Keeping, StoreError> {
        let kept = KeptConfirmation {
            operation: self.operation,
            app_key: &self.app_key.id,
            sharing_url_id: self.confirmation.sharing_url_id,
            at: seen.now,
            until: seen.now.plus(KEPT_FOR),
        };
        let keeping = self.ports.connections.keep(&kept, seen.starts).await?;
        if keeping == Keeping::Full {
            tracing::warn!(app_key = %self.app_key.id, "too many unbound confirmations in this hour: one was dropped");
        }
        Ok(keeping)
    }
}
