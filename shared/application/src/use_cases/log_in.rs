//! Logging in with credentials that a request brought, or to see whether stored ones work. Every
//! way there goes through here, so that what was refused is remembered, by whichever process: one
//! login serves all farmers, and Cognito locks an account that is tried too often.

use crate::ports::Ports;
use crate::ports::upstream::{LoginError, LoginRefusal};
use domain::attempt::{Attempt, Outcome, Tried};
use domain::client_environment::ClientEnvironment;
use domain::organization_code::LoginHash;
use domain::partner::{PartnerCredentials, PartnerTokens};

/// Why somebody wants to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To find out whether the credentials work: somebody has just mended something.
    OnPurpose,
    /// The credentials came along with a request for something else.
    InPassing,
}

/// Logs in. What was refused lately is refused again without being asked.
///
/// # Errors
/// See [`LoginError`].
pub async fn log_in(
    ports: &Ports,
    environment: ClientEnvironment,
    credentials: &PartnerCredentials,
    asked: Asked,
) -> Result<PartnerTokens, LoginError> {
    let memory = Memory::of(ports, environment, credentials).await;
    if let Some(before) = &memory.before {
        memory.hold_back(before, asked)?;
    }
    let answer = ports.partner_account.log_in(environment, credentials).await;
    // Nothing is written of what has always worked.
    if answer.is_err() || memory.before.is_some() {
        memory.note(&answer).await;
    }
    answer
}

/// Sees whether credentials work; what was found out within the last minute may do for an answer.
///
/// # Errors
/// See [`LoginError`].
pub async fn try_login(
    ports: &Ports,
    environment: ClientEnvironment,
    credentials: &PartnerCredentials,
) -> Result<(), LoginError> {
    let memory = Memory::of(ports, environment, credentials).await;
    if let Some(before) = &memory.before {
        memory.hold_back(before, Asked::OnPurpose)?;
        if before.outcome == Outcome::Accepted && before.is_too_early(ports.clock.now()) {
            return Ok(());
        }
    }
    let answer = ports.partner_account.log_in(environment, credentials).await;
    memory.note(&answer).await;
    answer.map(|_| ())
}

/// What is remembered of these credentials.
struct Memory<'a> {
    ports: &'a Ports,
    /// `None` when it is not known under which key: a courtesy that fails holds nobody up.
    hash: Option<LoginHash>,
    before: Option<Attempt>,
}

impl<'a> Memory<'a> {
    async fn of(
        ports: &'a Ports,
        environment: ClientEnvironment,
        credentials: &PartnerCredentials,
    ) -> Self {
        let hash = match ports.index_key().await {
            Ok(key) => key.login(environment, credentials),
            Err(error) => {
                tracing::warn!(%error, "it is not known what came of this login before");
                return Self { ports, hash: None, before: None };
            }
        };
        let before = match ports.logins.attempt(Tried::Credentials(&hash)).await {
            Ok(before) => before.filter(|before| before.is_remembered(ports.clock.now())),
            Err(error) => {
                tracing::warn!(%error, "it is not known what came of this login before");
                None
            }
        };
        Self { ports, hash: Some(hash), before }
    }

    /// The answer of before, if it is too early to ask again.
    fn hold_back(&self, before: &Attempt, asked: Asked) -> Result<(), LoginError> {
        let now = self.ports.clock.now();
        let is_too_early = match asked {
            Asked::OnPurpose => before.is_too_early(now),
            Asked::InPassing => before.is_too_early_in_passing(now),
        };
        match &before.outcome {
            Outcome::Refused(code) if is_too_early => match LoginRefusal::of_code(code) {
                Some(refusal) => Err(LoginError::Refused(refusal)),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn note(&self, answer: &Result<PartnerTokens, LoginError>) {
        let Some(hash) = &self.hash else { return };
        let outcome = match answer {
            Ok(_) => Outcome::Accepted,
            Err(LoginError::Refused(refusal)) => Outcome::Refused(refusal.to_code()),
            // No answer says nothing about the credentials, and locks no account.
            Err(LoginError::Unavailable(_)) => return,
        };
        let attempt = Attempt::after(self.before.as_ref(), outcome, self.ports.clock.now());
        if let Err(error) = self.ports.logins.note_attempt(Tried::Credentials(hash), &attempt).await
        {
            tracing::warn!(%error, "what came of a login was not noted");
        }
    }
}
