//! What is to come of a step, written from the documents and not from the code. A step has one
//! outcome; several when a fault may strike or the process may die, and then it must be one of
//! them.

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

    fn started(&self, user: usize, code: Option<usize>, risk: Risk, now: u64) -> Vec<Self> {
        if code.is_some_and(|code| self.is_others(code, user)) {
            return vec![self.clone()];
        }
        let mut next = self.clone();
        let mut confirmed = None;
        if let Some(Session { phase: Phase::Confirming { code: left, .. }, .. }) =
            self.users[user].session
        {
            if code.is_none_or(|code| code == left) {
                confirmed = Some(left);
            } else {
                next.kept.insert(left, now + KEPT);
            }
        }
        if let Some(code) = code
            && self.is_kept(code, now)
        {
            confirmed = Some(code);
            next.kept.remove(&code);
        }
        let phase = match confirmed {
            None => Phase::Pending,
            Some(code) => {
                Phase::Confirming { code, lease_until: now + LEASE, attempts: 0, again: false }
            }
        };
        let (is_bound, asked_up_to) = (false, None);
        next.users[user].session =
            Some(Session { id: None, code, started_at: now, is_bound, asked_up_to, phase });
        if confirmed.is_some() { next.handshake(user, risk, now) } else { vec![next] }
    }

    fn is_open(&self, user: usize, code: usize, now: u64) -> bool {
        let session = self.users[user].session.as_ref();
        session.is_some_and(|session| matches!(session.relation(code, now), Relation::Open))
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

    /// Whose a callback is: by the documents' order of proofs; `None` is nobody's.
    pub(super) fn bound(
        &self,
        browser: Option<usize>,
        code: usize,
        cookies: &Cookies,
        now: u64,
    ) -> Option<usize> {
        let with_cookie = |user: &usize| browser.is_some() && cookies[*user] == browser;
        let of = |user: usize| self.users[user].session.as_ref();
        let (mut same, mut open, mut other, mut by_code) = (vec![], vec![], 0_u32, vec![]);
        for user in 0..USERS {
            let Some(session) = of(user) else { continue };
            let relation = session.relation(code, now);
            if session.code == Some(code)
                && now < session.started_at + LIFETIME + KEPT
                && matches!(relation, Relation::Same)
            {
                by_code.push(user);
            }
            if with_cookie(&user) {
                match relation {
                    Relation::Same => same.push(user),
                    Relation::Open => open.push(user),
                    Relation::Other => other += 1,
                    Relation::Over => {}
                }
            }
        }
        let only = |users: &[usize]| if let [user] = users { Some(*user) } else { None };
        match (same.is_empty(), other, open.is_empty()) {
            (false, _, _) => only(&same),
            (true, 1.., _) => None,
            (true, 0, false) => {
                // One that is done contradicts nothing: its Leaf user owns the operation, which is
                // found out next.
                let is_done = |user: &usize| {
                    of(*user).is_some_and(|it| matches!(it.phase, Phase::Completed { .. }))
                };
                if by_code.iter().all(is_done) { only(&open) } else { None }
            }
            (true, 0, true) => only(&by_code),
        }
    }

    fn called_back(
        &self,
        browser: Option<usize>,
        code: usize,
        risk: Risk,
        cookies: &Cookies,
        now: u64,
    ) -> Vec<Self> {
        let Some(user) = self.bound(browser, code, cookies, now) else {
            return vec![self.with(|state| state.keep(code, now))];
        };
        let Some(session) = &self.users[user].session else { return vec![self.clone()] };
        let asked = session.ask(now);
        let (attempts, again) = match session.phase {
            Phase::Completed { .. } => match self.users[user].credential {
                Some(credential) if credential.code == code && credential.is_active => {
                    let settled = now > credential.since + SETTLING;
                    return vec![self.with(|state| {
                        if settled {
                            state.keep(code, now);
                        }
                    })];
                }
                Some(credential) if credential.code == code && asked.is_ok() => (0, true),
                _ => return vec![self.with(|state| state.keep(code, now))],
            },
            Phase::Confirming { lease_until, .. } if now < lease_until || asked.is_err() => {
                return vec![self.clone()];
            }
            _ if self.is_others(code, user) => {
                return vec![self.in_phase(user, Phase::OperationOwned)];
            }
            Phase::Confirming { attempts, again, .. } => (attempts, again),
            _ => (0, false),
        };
        let confirming = |lease_until| Phase::Confirming { code, lease_until, attempts, again };
        match asked {
            Err(from) => vec![self.in_phase(user, confirming(from))],
            Ok(asked_up_to) => {
                let mut next = self.in_phase(user, confirming(now + LEASE));
                next.users[user]
                    .session
                    .iter_mut()
                    .for_each(|session| session.asked_up_to = Some(asked_up_to));
                next.handshake(user, risk, now)
            }
        }
    }

    fn in_phase(&self, user: usize, phase: Phase) -> Self {
        self.with(|state| {
            state.users[user].session.iter_mut().for_each(|session| session.phase = phase);
        })
    }

    /// What may come of a handshake whose session is `Confirming`, and stored so.
    fn handshake(self, user: usize, risk: Risk, now: u64) -> Vec<Self> {
        let Some(Session {
            phase: Phase::Confirming { code, attempts, again, .. },
            started_at,
            ..
        }) = self.users[user].session
        else {
            return vec![self];
        };
        let is_shared = self.sharing[code] != Sharing::Off;
        let asked = self.with(|state| {
            if is_shared {
                state.sharing[code] = Sharing::Confirmed;
            }
        });
        let done = match (is_shared, self.is_others(code, user)) {
            (false, _) if again => asked.in_phase(user, Phase::Completed { code }),
            (false, _) if now < started_at + LIFETIME => asked.in_phase(user, Phase::Pending),
            (false, _) => asked.in_phase(user, Phase::Expired),
            (true, true) => asked.in_phase(user, Phase::OperationOwned),
            (true, false) => asked.in_phase(user, Phase::Completed { code }).with(|state| {
                state.owners.retain(|_, owner| *owner != user);
                state.owners.insert(code, user);
                state.kept.remove(&code);
                state.users[user].credential =
                    Some(Credential { code, is_active: true, since: now });
            }),
        };
        let postponed = Phase::Confirming { code, lease_until: now, attempts, again };
        let mut outcomes = vec![done];
        if risk.faults {
            outcomes.extend([self.in_phase(user, postponed), asked.in_phase(user, postponed)]);
        }
        if risk.dies {
            outcomes.extend([self, asked]);
        }
        outcomes
    }

    fn checked(&self, risk: Risk, now: u64) -> Vec<Self> {
        let one = |state: &Self, user: usize| state.compared(user, now);
        if risk.faults || risk.dies {
            return self.every_part(|state, user| {
                let after = one(state, user);
                // Panorama was told and we did not hear, or could not note it.
                let told = state.with(|told| told.sharing = after.sharing);
                vec![after, told]
            });
        }
        vec![(0..USERS).fold(self.clone(), |state, user| one(&state, user))]
    }

    /// One credential compared with Panorama's listing, and confirmed again if its farmer came
    /// back.
    fn compared(&self, user: usize, now: u64) -> Self {
        let after = self.compared_with_listing(user, now);
        let Some(Credential { code, is_active: false, .. }) = after.users[user].credential else {
            return after;
        };
        let was_revoked =
            self.users[user].credential.is_some_and(|credential| !credential.is_active);
        if !was_revoked || !after.is_kept(code, now) || after.sharing[code] == Sharing::Off {
            return after;
        }
        after.with(|state| {
            state.sharing[code] = Sharing::Confirmed;
            state.kept.remove(&code);
            state.users[user].credential = Some(Credential { code, is_active: true, since: now });
        })
    }

    fn compared_with_listing(&self, user: usize, now: u64) -> Self {
        let Some(credential) = self.users[user].credential else { return self.clone() };
        let is_listed = self.sharing[credential.code] == Sharing::Confirmed;
        let changes = if credential.is_active {
            !is_listed && credential.since + SETTLING < now
        } else {
            is_listed && credential.since < now
        };
        self.with(|state| {
            if changes {
                let is_active = !credential.is_active;
                state.users[user].credential =
                    Some(Credential { is_active, since: now, ..credential });
                if is_active {
                    state.kept.remove(&credential.code);
                }
            }
        })
    }

    fn looked(&self, user: usize, risk: Risk, now: u64) -> Vec<Self> {
        if self.users[user].credential.is_none() || self.looked_at.is_some_and(|at| now < at + 60) {
            return vec![self.clone()];
        }
        let looked = self.with(|state| state.looked_at = Some(now));
        let mut outcomes = vec![looked.compared_with_listing(user, now)];
        if risk.faults || risk.dies {
            outcomes.push(looked);
        }
        outcomes
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
