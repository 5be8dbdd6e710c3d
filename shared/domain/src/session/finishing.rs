//! A session's handshake from the moment that it is stored: who takes it up again, and how it ends.

use super::{HANDSHAKE_LEASE, Session, State};
use crate::handshake::Handshake;
use crate::organization_code::OrganizationCode;
use crate::timestamp::Timestamp;

/// What the finisher finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// Save this, then do the handshake.
    Begin(Box<Session>),
    /// Somebody is at it, or it is too early for another attempt.
    NotDue,
    /// There is nothing to finish.
    NothingToDo,
}

impl Session {
    /// The farmer's page asks again: the handshake is taken up at once, if nobody is at it and
    /// Panorama was not asked too often.
    pub fn retake(self, now: Timestamp) -> Option<Self> {
        let handshake = self.handshake().filter(|handshake| now >= handshake.lease_until)?.clone();
        let pace = self.pace.ask(now).ok()?;
        let state =
            State::Confirming(Handshake { lease_until: now.plus(HANDSHAKE_LEASE), ..handshake });
        Some(Self { pace, state, ..self.next() })
    }

    /// The finisher takes it up.
    pub fn resume(self, now: Timestamp) -> Resumed {
        match self.handshake().cloned() {
            None => Resumed::NothingToDo,
            Some(handshake) if now < handshake.due_at() => Resumed::NotDue,
            Some(handshake) => {
                let lease_until = now.plus(HANDSHAKE_LEASE);
                let attempts = handshake.attempts.saturating_add(1);
                let state = State::Confirming(Handshake { lease_until, attempts, ..handshake });
                Resumed::Begin(Box::new(Self { state, ..self.next() }))
            }
        }
    }

    /// A session that was completed with this operation, when the farmer has switched sharing off
    /// and on again since: the handshake is due once more. Whoever has the address of an old
    /// callback can ask for that, so a refusal leads back to where it was; `None` when Panorama has
    /// just been asked often enough.
    pub fn reopen(self, code: OrganizationCode, now: Timestamp) -> Option<Self> {
        let pace = self.pace.ask(now).ok()?;
        let lease_until = now.plus(HANDSHAKE_LEASE);
        let reopened = Some(code.clone());
        let state = State::Confirming(Handshake {
            code,
            lease_until,
            attempts: 0,
            reopened,
            handed_on: false,
        });
        Some(Self { pace, state, ..self.next() })
    }

    /// The farmer goes on to the upstream with the code that was received.
    #[must_use]
    pub fn handed_on(mut self) -> Self {
        if let State::Confirming(handshake) = &mut self.state {
            handshake.handed_on = true;
        }
        self
    }

    /// Panorama confirmed: the session is done.
    #[must_use]
    pub fn complete(self, code: OrganizationCode) -> Self {
        Self { state: State::Completed { code }, ..self.next() }
    }

    /// Panorama did not answer: the handshake is free to be tried again.
    #[must_use]
    pub fn postpone(self, handshake: &Handshake, now: Timestamp) -> Self {
        let state = State::Confirming(Handshake { lease_until: now, ..handshake.clone() });
        Self { state, ..self.next() }
    }

    /// Panorama refused the operation: a session that was completed before is that again, any other
    /// waits again or has expired meanwhile.
    #[must_use]
    pub fn turn_back(self, now: Timestamp) -> Self {
        let completed = self.handshake().and_then(|handshake| handshake.reopened.clone());
        let state = match completed {
            Some(code) => State::Completed { code },
            None if now < self.expires_at => State::Pending,
            None => State::Expired,
        };
        Self { state, ..self.next() }
    }
}
