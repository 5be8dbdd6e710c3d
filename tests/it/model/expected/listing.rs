//! What comparisons with Panorama's listing lead to: the scheduled check, and the live look.

use super::{Credential, Risk, SETTLING, Sharing, State, USERS};

impl State {
    pub(super) fn checked(&self, risk: Risk, now: u64) -> Vec<Self> {
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

    pub(super) fn looked(&self, user: usize, risk: Risk, now: u64) -> Vec<Self> {
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
}
