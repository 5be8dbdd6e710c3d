//! The next access token of an app key: got by one process at a time, shared with the others through the app key's secret.
//!
//! The lease in the table is a courtesy, not a lock: it saves calls (and, where the pool rotates refresh tokens, refresh tokens). What keeps
//! the secret right is its versioned write. So a lease that cannot be had, or whose holder died, holds nobody up for longer than [`WAITS`].

use std::sync::Arc;
use std::time::Duration;

use super::cognito::Cognito;
use crate::domain::app_key::AppKeyId;
use crate::domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens, Token};
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::logins::Logins;
use crate::ports::secrets::{Freshness, PartnerSecrets, SecretsError, VersionedSecret};
use crate::ports::upstream::{LoginError, UpstreamError};

/// A token that is about to expire is renewed before it does: the call that it is for takes time.
const MARGIN: Duration = Duration::from_mins(1);

/// Two calls of Cognito with their time-outs, and the writes.
const LEASE: Duration = Duration::from_secs(20);

/// A table that does not answer within this is as good as none.
const LEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for the lease's holder, before each look at the secret: a renewal takes a fraction of a second, a farmer's browser waits
/// a few.
const WAITS: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
];

/// How often a write may be overtaken. Each time somebody has written a secret without a usable token: only a partner's engineer does.
const WRITES: usize = 3;

/// Tokens, and the credentials that they came from.
pub(super) struct Login {
    pub(super) credentials: PartnerCredentials,
    pub(super) tokens: PartnerTokens,
}

/// What a renewal needs of the world.
pub(super) struct Renewals {
    pub(super) secrets: Arc<dyn PartnerSecrets>,
    pub(super) logins: Arc<dyn Logins>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cognito: Arc<Cognito>,
}

/// What came of asking for the lease.
enum Lease {
    Ours(Timestamp),
    SomebodyElses,
    /// The table does not say.
    Unknown,
}

impl Renewals {
    /// Whether a token can be used for a call that begins now.
    pub(super) fn usable(&self, tokens: &PartnerTokens, refused: Option<&Token>) -> bool {
        self.clock.now().plus(MARGIN) < tokens.access_expires_at && Some(&tokens.access) != refused
    }

    /// The login that is in the secret, if it is usable; else a new one, which is in the secret before it is returned.
    pub(super) async fn current_or_renewed(
        &self,
        app_key: &AppKeyId,
        refused: Option<&Token>,
    ) -> Result<Login, UpstreamError> {
        let mut waits = WAITS.iter();
        loop {
            // Another process may have renewed it: what is in the secret now counts, not what was read minutes ago.
            let read = self.read(app_key).await?;
            if let Some(current) = self.current(&read, refused) {
                return Ok(current);
            }
            match self.take_lease(app_key).await {
                Lease::Ours(until) => {
                    let renewed = self.renew_with_lease(app_key, refused).await;
                    self.release_lease(app_key, until).await;
                    return renewed;
                }
                Lease::Unknown => return self.renew(app_key, refused, read).await,
                Lease::SomebodyElses => {
                    let Some(wait) = waits.next() else {
                        tracing::warn!(app_key = %app_key, "the lease's holder has not renewed the tokens; going on without");
                        return self.renew(app_key, refused, read).await;
                    };
                    tokio::time::sleep(*wait).await;
                }
            }
        }
    }

    async fn renew_with_lease(&self, app_key: &AppKeyId, refused: Option<&Token>) -> Result<Login, UpstreamError> {
        // Between the read and the lease, the holder before us may have finished.
        let read = self.read(app_key).await?;
        match self.current(&read, refused) {
            Some(current) => Ok(current),
            None => self.renew(app_key, refused, read).await,
        }
    }

    /// Gets tokens and saves them, then returns them: a rotated refresh token that is lost is a login by password for everybody.
    async fn renew(
        &self,
        app_key: &AppKeyId,
        refused: Option<&Token>,
        mut read: VersionedSecret,
    ) -> Result<Login, UpstreamError> {
        let mut got: Option<Login> = None;
        for _ in 0..WRITES {
            let credentials = read.secret.credentials.clone();
            let tokens = match got.take() {
                Some(got) if got.credentials == credentials => got.tokens,
                _ => self.ask(app_key, &read.secret).await?,
            };
            let renewed = PartnerSecret { credentials, tokens: Some(tokens.clone()) };
            let saved = self.secrets.replace(app_key, &read, &renewed).await;
            let ours = Login { credentials: renewed.credentials, tokens };
            if let Ok(true) = saved {
                return Ok(ours);
            }
            // Somebody else's write is as good as ours, and must not be undone: it may be a new password, or the app key's end.
            read = match (self.read(app_key).await, &saved) {
                (Ok(read), _) => read,
                (Err(UpstreamError::Secrets(_)), Err(_)) => return Ok(only_here(app_key, &saved, ours)),
                (Err(error), _) => return Err(error),
            };
            if let Some(current) = self.current(&read, refused) {
                return Ok(current);
            }
            if saved.is_err() && read.secret.credentials == ours.credentials {
                return Ok(only_here(app_key, &saved, ours));
            }
            got = Some(ours);
        }
        Err(SecretsError {
            operation: "UpdateSecretVersionStage",
            failure: "others keep writing the secret".to_owned(),
        }
        .into())
    }

    /// Asks Cognito: with the refresh token, or else with the password.
    async fn ask(&self, app_key: &AppKeyId, secret: &PartnerSecret) -> Result<PartnerTokens, UpstreamError> {
        let PartnerSecret { credentials, tokens } = secret;
        let rotates = tokens.as_ref().is_some_and(|tokens| tokens.refresh_rotates);
        if let Some(refresh) = tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref()) {
            match self.cognito.refresh(app_key.environment, &credentials.client_id, refresh, rotates).await {
                Ok(tokens) => return Ok(tokens),
                // Expired, revoked, or rotated by a process that could not save the next one: the password is the fall-back.
                Err(LoginError::Refused(refusal)) => {
                    tracing::info!(app_key = %app_key, %refusal, "the refresh token is not accepted; logging in");
                }
                Err(LoginError::Unavailable(unavailable)) => return Err(unavailable.into()),
            }
        }
        match self.cognito.log_in(app_key.environment, credentials).await {
            Ok(tokens) => Ok(PartnerTokens { refresh_rotates: rotates, ..tokens }),
            Err(LoginError::Refused(refusal)) => Err(UpstreamError::PartnerLogin(refusal)),
            Err(LoginError::Unavailable(unavailable)) => Err(unavailable.into()),
        }
    }

    async fn read(&self, app_key: &AppKeyId) -> Result<VersionedSecret, UpstreamError> {
        self.secrets.read(app_key, Freshness::Now).await?.ok_or(UpstreamError::NoSecret)
    }

    fn current(&self, read: &VersionedSecret, refused: Option<&Token>) -> Option<Login> {
        let PartnerSecret { credentials, tokens } = &read.secret;
        let tokens = tokens.as_ref().filter(|tokens| self.usable(tokens, refused))?;
        Some(Login { credentials: credentials.clone(), tokens: tokens.clone() })
    }

    async fn take_lease(&self, app_key: &AppKeyId) -> Lease {
        let now = self.clock.now();
        let until = now.plus(LEASE);
        match tokio::time::timeout(LEASE_TIMEOUT, self.logins.take_lease(app_key, now, until)).await {
            Ok(Ok(true)) => Lease::Ours(until),
            Ok(Ok(false)) => Lease::SomebodyElses,
            Ok(Err(error)) => {
                tracing::warn!(app_key = %app_key, %error, "no lease can be taken; renewing the tokens without");
                Lease::Unknown
            }
            Err(_) => {
                tracing::warn!(app_key = %app_key, "the table takes too long over a lease; renewing the tokens without");
                Lease::Unknown
            }
        }
    }

    async fn release_lease(&self, app_key: &AppKeyId, until: Timestamp) {
        let released = tokio::time::timeout(LEASE_TIMEOUT, self.logins.release_lease(app_key, until)).await;
        if !matches!(released, Ok(Ok(()))) {
            tracing::warn!(app_key = %app_key, "the lease was not given back; it ends by itself");
        }
    }
}

/// Tokens that could not be saved. Later processes log in with the password if the refresh token in the secret no longer works.
fn only_here(app_key: &AppKeyId, saved: &Result<bool, SecretsError>, login: Login) -> Login {
    if let Err(error) = saved {
        tracing::warn!(app_key = %app_key, %error, "the new tokens are only in this process");
    }
    login
}
