//! The callback: a farmer's browser comes back from Panorama.

mod bound;
mod unbound;

use std::collections::BTreeMap;

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::{Callback, CallbackFacts, Owner, StartedSession};
use crate::ports::failure::Failure;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use domain::app_key::AppKey;
use domain::binding::{Binding, Evidence, bind};
use domain::browser::{BindingCookie, ShownCookies};
use domain::caller::Caller;
use domain::ids::{LeafUserId, SessionId, SharingUrlId};
use domain::operation::Operation;
use domain::organization_code::OrganizationCode;
use domain::session::{LIFETIME, Session, ToldSession};
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::{Budget, REMEMBERED_FOR};

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
    Finishing(ToldSession),
    /// The confirmation is stored, and the farmer goes on to the upstream, which does its part
    /// then.
    HandedOn(ToldSession),
    /// The farmer is to be asked first, with the name of the session's Leaf user; nothing was
    /// changed.
    AskFirst(ToldSession),
    /// The client has as many stored as it may have; it may try again.
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
    Connected(ToldSession),
    /// The farmer came too late; the confirmation is stored as unclaimed.
    Expired(ToldSession),
    /// Nobody could be proved to be meant; the confirmation is stored as unclaimed.
    NotBound,
    /// More than one could be meant, or somebody who is at another operation since; the
    /// confirmation is stored as unclaimed.
    Contradicted,
    /// The browser is at another operation, in this session if it is in one alone; the confirmation
    /// is stored as unclaimed.
    OtherOperation(Option<ToldSession>),
    /// Panorama says that the operation is not shared.
    NotShared(ToldSession),
    /// The operation is another Leaf user's.
    OperationOwned(ToldSession),
    /// One code too many.
    TooManyOperations(ToldSession),
}

/// Takes a callback: binds it, makes the confirmation durable, does the handshake.
///
/// # Errors
/// See [`Failure`].
pub async fn receive_confirmation(
    ports: &Ports,
    app_keys: &AppKeyCache,
    confirmation: &Confirmation,
) -> Result<Outcome, Failure> {
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
            Decision::ReadAgain => trust = Trust::NothingButSessions,
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
    ReadAgain,
}

/// What is known of the operation beside its sessions.
struct Seen {
    owner: Option<Owner>,
    starts: u64,
    /// Whether somebody has it, or has started with its code lately.
    is_known: bool,
    stored_of_caller: u32,
    now: Timestamp,
}

struct Arrival<'a> {
    ports: &'a Ports,
    app_key: &'a AppKey,
    operation: &'a Operation,
    confirmation: &'a Confirmation,
    of_caller: Budget,
}

impl Arrival<'_> {
    async fn decide(&self, trust: Trust) -> Result<Decision, Failure> {
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
            stored_of_caller: facts.stored_of_budget,
            now,
        };
        // Nor is a start whose 15 minutes are over: its session may be confirming or done, and then
        // it contradicts a cookie of another's.
        let may_wait = |started: &StartedSession| now < started.started_at.plus(LIFETIME);
        let trusting = trust == Trust::RememberedStart
            && matches!(&facts.started_with_code[..], [one] if may_wait(one));
        let evidence = self.evidence(facts, trusting).await?;
        let with_cookie = evidence.by_cookie.first().map(|session| session.id);
        let alone = match &evidence.by_cookie[..] {
            [one] => Some(one.told()),
            _ => None,
        };
        let end = match bind(evidence, &self.confirmation.code, now) {
            Binding::To(session, proof) => return self.bound(*session, proof, &seen).await,
            _ if trusting => return Ok(Decision::ReadAgain),
            Binding::Over(session, proof) => self.over(&session, proof, now),
            Binding::Disagrees => End::OtherOperation(alone),
            Binding::Ambiguous => End::Contradicted,
            Binding::Nobody => End::NotBound,
        };
        self.unbound(end, with_cookie, &seen).await
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

    fn count(&self, metric: Metric) {
        metric.record(self.app_key.id.environment);
    }
}
