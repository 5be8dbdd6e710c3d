//! What is to come of a step, written from the documents and not from the code. A step has one
//! outcome; several when a fault may strike or the process may die, and then it must be one of
//! them.

mod callbacks;
mod listing;

use std::collections::BTreeMap;

use super::steps::{Request, Step, USERS};

/// Seconds.
const LIFETIME: u64 = 900;
const LEASE: u64 = 30;
const SETTLING: u64 = 120;
const KEPT: u64 = 86_400;
const ASKED_EVERY: u64 = 30;

/// Everything that is stored, as far as connections go, and Panorama's side of it. Moments are
/// seconds since the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) users: [User; USERS],
    /// By operation: the Leaf user that it belongs to.
    pub(super) owners: BTreeMap<usize, usize>,
    /// By operation: until when a confirmation is kept.
    pub(super) kept: BTreeMap<usize, u64>,
    /// By operation.
    pub(super) sharing: [Sharing; USERS],
    /// When the last live look was taken.
    pub(super) looked_at: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct User {
    pub(super) session: Option<Session>,
    pub(super) credential: Option<Credential>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    /// `None` for one that the step has started: its id is anything new.
    pub(super) id: Option<String>,
    pub(super) code: Option<usize>,
    pub(super) started_at: u64,
    pub(super) is_bound: bool,
    /// Ten callbacks in a row may ask Panorama, then one every half minute: up to when that is
    /// used.
    pub(super) asked_up_to: Option<u64>,
    pub(super) phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Pending,
    Confirming { code: usize, lease_until: u64, attempts: u32, again: bool },
    Completed { code: usize },
    Expired,
    OperationOwned,
    TooManyOperations,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) code: usize,
    pub(super) is_active: bool,
    pub(super) since: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    Off,
    SwitchedOn,
    Confirmed,
}

/// What may go wrong in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Risk {
    /// A fault of Panorama's is armed.
    pub(super) faults: bool,
    /// The process may die between two calls.
    pub(super) dies: bool,
}

/// Which session's cookie each browser shows: by Leaf user, the browser that holds the cookie of
/// its session.
pub(super) type Cookies = [Option<usize>; USERS];

enum Relation {
    Same,
    Open,
    Other,
    Over,
}

impl Session {
    /// Asks Panorama at this moment, or tells from when on that is possible.
    fn ask(&self, now: u64) -> Result<u64, u64> {
        let used = self.asked_up_to.map_or(now, |used| used.max(now)) + ASKED_EVERY;
        if used <= now + 10 * ASKED_EVERY { Ok(used) } else { Err(used - 10 * ASKED_EVERY) }
    }

    fn relation(&self, code: usize, now: u64) -> Relation {
        match (self.phase, self.code) {
            (Phase::Pending, _) if now >= self.started_at + LIFETIME => Relation::Over,
            (Phase::Pending, None) => Relation::Open,
            (Phase::Pending, Some(started)) if started == code => Relation::Same,
            (
                Phase::Confirming { code: confirmed, .. } | Phase::Completed { code: confirmed },
                _,
            ) if confirmed == code => Relation::Same,
            (Phase::Pending | Phase::Confirming { .. }, _) => Relation::Other,
            _ => Relation::Over,
        }
    }

    fn is_due(&self, now: u64) -> bool {
        match self.phase {
            Phase::Confirming { lease_until, attempts: 0, .. } => now >= lease_until,
            Phase::Confirming { lease_until, attempts, .. } => {
                now >= lease_until + (30 * 2_u64.pow(attempts - 1)).min(3_600)
            }
            _ => false,
        }
    }
}

impl State {
    /// What may be after a step.
    pub(super) fn after(&self, step: &Step, risk: Risk, cookies: &Cookies, now: u64) -> Vec<Self> {
        match step {
            Step::Asked(request) | Step::Dies(_, request) => {
                let mut after = self.after_request(request, risk, cookies, now);
                if risk.dies {
                    after.push(self.clone());
                }
                after
            }
            Step::SwitchOn(code) if self.sharing[*code] == Sharing::Off => {
                vec![self.with(|state| state.sharing[*code] = Sharing::SwitchedOn)]
            }
            Step::SwitchOff(code) => vec![self.with(|state| state.sharing[*code] = Sharing::Off)],
            Step::Recreate(user) => vec![self.disconnected(*user)],
            Step::SwitchOn(_)
            | Step::Pass(_)
            | Step::Fault(..)
            | Step::ExpireTokens
            | Step::Mend => vec![self.clone()],
        }
    }

    fn after_request(
        &self,
        request: &Request,
        risk: Risk,
        cookies: &Cookies,
        now: u64,
    ) -> Vec<Self> {
        match *request {
            Request::Start(user, code) => self.started(user, code, risk, now),
            Request::Follow(..) => vec![self.clone()],
            Request::Hop(user, _) => vec![self.opened(user, now)],
            Request::Callback(browser, code) => self.called_back(browser, code, risk, cookies, now),
            // Nothing is done before the farmer has said that they meant it, where the code itself
            // is no proof.
            Request::Lured(browser, code) => match self.bound(Some(browser), code, cookies, now) {
                Some(user) if self.is_open(user, code, now) => vec![self.clone()],
                _ => self.called_back(Some(browser), code, risk, cookies, now),
            },
            Request::Check => self.checked(risk, now),
            Request::Look(user) => self.looked(user, risk, now),
            Request::Delete(user) => vec![self.disconnected(user)],
            Request::Deliver(_) => self.delivered(risk, now),
        }
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut state = self.clone();
        change(&mut state);
        state
    }

    fn is_others(&self, code: usize, user: usize) -> bool {
        self.owners.get(&code).is_some_and(|owner| *owner != user)
    }

    fn is_kept(&self, code: usize, now: u64) -> bool {
        self.kept.get(&code).is_some_and(|until| now < *until)
    }

    fn keep(&mut self, code: usize, now: u64) {
        if !self.is_kept(code, now) {
            self.kept.insert(code, now + KEPT);
        }
    }

    fn opened(&self, user: usize, now: u64) -> Self {
        self.with(|state| {
            if let Some(session) = &mut state.users[user].session
                && session.phase == Phase::Pending
                && now < session.started_at + LIFETIME
            {
                session.is_bound = true;
            }
        })
    }

    fn in_phase(&self, user: usize, phase: Phase) -> Self {
        self.with(|state| {
            state.users[user].session.iter_mut().for_each(|session| session.phase = phase);
        })
    }

    fn disconnected(&self, user: usize) -> Self {
        self.with(|state| {
            if let User { credential: Some(credential), session } = &state.users[user] {
                if session.is_some() {
                    state.kept.remove(&credential.code);
                }
                state.owners.remove(&credential.code);
            }
            state.users[user] = User::default();
        })
    }

    /// Any due sessions and any that are over, in any order: which messages are visible is the
    /// queues' affair.
    fn delivered(&self, risk: Risk, now: u64) -> Vec<Self> {
        self.every_part(|state, user| {
            let Some(session) = &state.users[user].session else { return vec![] };
            match session.phase {
                Phase::Confirming { code, attempts, again, .. } if session.is_due(now) => {
                    let phase = Phase::Confirming {
                        code,
                        lease_until: now + LEASE,
                        attempts: attempts + 1,
                        again,
                    };
                    state.in_phase(user, phase).handshake(user, risk, now)
                }
                Phase::Pending if now >= session.started_at + LIFETIME => {
                    vec![state.in_phase(user, Phase::Expired)]
                }
                _ => vec![],
            }
        })
    }

    /// This state, and every one that some of these changes lead to.
    fn every_part(&self, change: impl Fn(&Self, usize) -> Vec<Self>) -> Vec<Self> {
        let mut reached = vec![self.clone()];
        let mut next = 0;
        while next < reached.len() {
            for user in 0..USERS {
                for state in change(&reached[next], user) {
                    if !reached.contains(&state) {
                        reached.push(state);
                    }
                }
            }
            next += 1;
        }
        reached
    }

    /// Whether some session waits for Panorama, or for a farmer who can only come too late.
    pub(super) fn is_unfinished(&self, now: u64) -> bool {
        let waits = |session: &Session| match session.phase {
            Phase::Confirming { .. } => true,
            Phase::Pending => now >= session.started_at + LIFETIME,
            _ => false,
        };
        self.users.iter().any(|user| user.session.as_ref().is_some_and(waits))
    }
}
