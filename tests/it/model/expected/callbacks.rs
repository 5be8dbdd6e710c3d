//! What starts and callbacks lead to: whose they are, and the handshake.

use super::{
    Cookies, Credential, KEPT, LEASE, LIFETIME, Phase, Relation, Risk, SETTLING, Session, Sharing,
    State, USERS,
};

impl State {
    pub(super) fn started(
        &self,
        user: usize,
        code: Option<usize>,
        risk: Risk,
        now: u64,
    ) -> Vec<Self> {
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

    pub(super) fn is_open(&self, user: usize, code: usize, now: u64) -> bool {
        let session = self.users[user].session.as_ref();
        session.is_some_and(|session| matches!(session.relation(code, now), Relation::Open))
    }

    /// Whose a callback is: by the documents' order of proofs; `None` is nobody's.
    pub(in crate::model) fn bound(
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

    pub(super) fn called_back(
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

    /// What may come of a handshake whose session is `Confirming`, and stored so.
    pub(super) fn handshake(self, user: usize, risk: Risk, now: u64) -> Vec<Self> {
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
}
