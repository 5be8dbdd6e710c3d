//! The next access token of an app key: got by one process at a time, shared with the others
//! through the app key's secret.
//!
//! The lease in the table is a courtesy, not a lock: it saves calls (and, where the pool rotates
//! refresh tokens, refresh tokens). What keeps the secret right is its versioned write. So a lease
//! that cannot be had, or whose holder died, holds nobody up for longer than [`WAITS`].

use std::sync::Arc;
use std::time::Duration;

use super::cognito::Cognito;
use application::ports::clock::Clock;
use application::ports::logins::Logins;
use application::ports::secrets::{Freshness, PartnerSecrets, SecretsError, VersionedSecret};
use application::ports::upstream::{LoginError, LoginRefusal, Party, Unavailable, UpstreamError};
use domain::app_key::AppKeyId;
use domain::attempt::{Attempt, Outcome, Tried};
use domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens, Token};
use domain::timestamp::Timestamp;

/// A token that is about to expire is renewed before it does: the call that it is for takes time.
const MARGIN: Duration = Duration::from_mins(1);

/// Two calls of Cognito with their time-outs, and the writes.
const LEASE: Duration = Duration::from_secs(20);

/// A table that does not answer within this is as good as none.
const LEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for the lease's holder, before each look at the secret: a renewal takes a
/// fraction of a second, a farmer's browser waits a few.
const WAITS: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
];

/// How often tokens are saved that only have expired. Secrets Manager keeps every version for a
/// day, and no more than about a hundred (AWS, "Secrets Manager quotas"), and a partner's new
/// password wants to be one of them. Where tokens live shorter than this, some are known to their
/// process alone.
const SAVED_AT_MOST_EVERY: Duration = Duration::from_mins(20);

/// How often a write may be overtaken. Each time somebody has written a secret without a usable
/// token: only a partner's engineer does.
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

/// What reading the secret found.
enum Found {
    Current(Login),
    Due(Due),
}

/// A secret whose tokens are to be renewed, and what came of that the last time.
struct Due {
    read: VersionedSecret,
    before: Option<Attempt>,
}

/// What is said of a partner API that accepts no token. The login works, so nobody is asked for a
/// password.
pub(super) const REFUSES_NEW_TOKENS: &str = "it refuses access tokens that are new";

/// What came of asking for the lease.
enum Lease {
    Ours(Timestamp),
    SomebodyElses,
    /// The table does not say.
    Unknown,
}

impl Renewals {
    /// Whether a token can be used for a call that begins now.
    pub(super) fn usable(&self, tokens: &PartnerTokens, refused: &[Token]) -> bool {
        self.clock.now().plus(MARGIN) < tokens.access_expires_at
            && !refused.contains(&tokens.access)
    }

    /// The login that is in the secret, if it is usable; else a new one, which is in the secret
    /// before it is returned. And whether it is a new one.
    pub(super) async fn current_or_renewed(
        &self,
        app_key: &AppKeyId,
        refused: &[Token],
    ) -> Result<(Login, bool), UpstreamError> {
        let mut waits = WAITS.iter();
        loop {
            // Another process may have renewed it: what is in the secret now counts, not what was
            // read minutes ago.
            let due = match self.find(app_key, refused).await? {
                Found::Current(login) => return Ok((login, false)),
                Found::Due(due) => due,
            };
            match self.take_lease(app_key).await {
                Lease::Ours(until) => {
                    let renewed = self.renew_with_lease(app_key, refused).await;
                    self.release_lease(app_key, until).await;
                    return renewed;
                }
                Lease::Unknown => return self.renew(app_key, refused, due).await,
                Lease::SomebodyElses => {
                    let Some(wait) = waits.next() else {
                        tracing::warn!(
                            app_key = %app_key,
                            "the lease's holder has not renewed the tokens; going on without"
                        );
                        return self.renew(app_key, refused, due).await;
                    };
                    tokio::time::sleep(*wait).await;
                }
            }
        }
    }

    async fn renew_with_lease(
        &self,
        app_key: &AppKeyId,
        refused: &[Token],
    ) -> Result<(Login, bool), UpstreamError> {
        // Between the read and the lease, the holder before us may have finished.
        match self.find(app_key, refused).await? {
            Found::Current(current) => Ok((current, false)),
            Found::Due(due) => self.renew(app_key, refused, due).await,
        }
    }

    /// Reads the secret, and what came of renewing this very version of it: if that was nothing and
    /// only lately, it is not tried again yet, whoever asks.
    async fn find(&self, app_key: &AppKeyId, refused: &[Token]) -> Result<Found, UpstreamError> {
        let read = self.read(app_key).await?;
        if let Some(current) = self.current(&read, refused) {
            return Ok(Found::Current(current));
        }
        let before = self.attempt(app_key, &read.version).await;
        let now = self.clock.now();
        match before {
            Some(before) if before.is_too_early(now) => Err(held_back(&before, now)),
            before => Ok(Found::Due(Due { read, before })),
        }
    }

    /// Gets tokens and saves them, then returns them: a rotated refresh token that is lost is a
    /// login by password for everybody.
    async fn renew(
        &self,
        app_key: &AppKeyId,
        refused: &[Token],
        Due { mut read, before }: Due,
    ) -> Result<(Login, bool), UpstreamError> {
        let mut got: Option<Login> = None;
        for _ in 0..WRITES {
            let credentials = read.secret.credentials.clone();
            let tokens = match got.take() {
                Some(got) if got.credentials == credentials => got.tokens,
                _ => self.ask(app_key, &read, before.as_ref()).await?,
            };
            let renewed = PartnerSecret { credentials, tokens: Some(tokens.clone()) };
            let ours = Login { credentials: renewed.credentials.clone(), tokens };
            if refused.is_empty() && self.was_saved_lately(&read) {
                return Ok((ours, true));
            }
            let saved = self.secrets.replace(app_key, &read, &renewed).await;
            if let Ok(Some(version)) = &saved {
                self.note_renewed(app_key, version, refused, before.as_ref()).await;
                return Ok((ours, true));
            }
            // Somebody else's write is as good as ours, and must not be undone: it may be a new
            // password, or the app key's end.
            let again = self.read(app_key).await;
            if saved.is_err() {
                self.note_renewed(app_key, &read.version, refused, before.as_ref()).await;
            }
            read = match (again, &saved) {
                (Ok(read), _) => read,
                (Err(UpstreamError::Secrets(_)), Err(error)) => {
                    return Ok((only_here(app_key, error, ours), true));
                }
                (Err(error), _) => return Err(error),
            };
            if let Some(current) = self.current(&read, refused) {
                return Ok((current, false));
            }
            if let Err(error) = &saved
                && read.secret.credentials == ours.credentials
            {
                return Ok((only_here(app_key, error, ours), true));
            }
            got = Some(ours);
        }
        Err(SecretsError {
            operation: "UpdateSecretVersionStage",
            failure: "others keep writing the secret".to_owned(),
        }
        .into())
    }

    /// Asks Cognito: with the refresh token, or else with the password. What comes to nothing is
    /// remembered.
    async fn ask(
        &self,
        app_key: &AppKeyId,
        read: &VersionedSecret,
        before: Option<&Attempt>,
    ) -> Result<PartnerTokens, UpstreamError> {
        let asked = self.refresh_or_log_in(app_key, &read.secret).await;
        let outcome = match &asked {
            Ok(_) => return asked,
            Err(UpstreamError::PartnerLogin(refusal)) => Outcome::Refused(refusal.to_code()),
            Err(_) => Outcome::Unavailable,
        };
        self.note(app_key, &read.version, &Attempt::after(before, outcome, self.clock.now())).await;
        asked
    }

    async fn refresh_or_log_in(
        &self,
        app_key: &AppKeyId,
        secret: &PartnerSecret,
    ) -> Result<PartnerTokens, UpstreamError> {
        let PartnerSecret { credentials, tokens } = secret;
        let rotates = tokens.as_ref().is_some_and(|tokens| tokens.refresh_rotates);
        if let Some(refresh) = tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref()) {
            match self
                .cognito
                .refresh(app_key.environment, &credentials.client_id, refresh, rotates)
                .await
            {
                Ok(tokens) => return Ok(tokens),
                // Expired, revoked, or rotated by a process that could not save the next one: the
                // password is the fall-back.
                Err(LoginError::Refused(refusal)) => {
                    tracing::info!(
                        app_key = %app_key,
                        %refusal,
                        "the refresh token is not accepted; logging in"
                    );
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

    fn was_saved_lately(&self, read: &VersionedSecret) -> bool {
        read.secret.tokens.is_some() && self.clock.now() < read.written_at.plus(SAVED_AT_MOST_EVERY)
    }

    /// Remembers that a version was got because tokens were refused, so that a Panorama which
    /// refuses every token does not get one new login after another. A renewal that only came in
    /// due time does not make the next refusal wait less.
    async fn note_renewed(
        &self,
        app_key: &AppKeyId,
        version: &str,
        refused: &[Token],
        before: Option<&Attempt>,
    ) {
        let now = self.clock.now();
        let before = before
            .filter(|before| before.outcome == Outcome::TokenRefused && before.is_remembered(now));
        let attempt = match before {
            before if !refused.is_empty() => Attempt::after(before, Outcome::TokenRefused, now),
            Some(before) => before.clone(),
            None => return,
        };
        self.note(app_key, version, &attempt).await;
    }

    /// What is remembered; nothing when the table does not say.
    async fn attempt(&self, app_key: &AppKeyId, version: &str) -> Option<Attempt> {
        let tried = Tried::Renewal { app_key, version };
        match tokio::time::timeout(LEASE_TIMEOUT, self.logins.attempt(tried)).await {
            Ok(Ok(attempt)) => attempt,
            Ok(Err(error)) => {
                tracing::warn!(
                    app_key = %app_key,
                    %error,
                    "it is not known what came of the last renewal"
                );
                None
            }
            Err(_) => None,
        }
    }

    async fn note(&self, app_key: &AppKeyId, version: &str, attempt: &Attempt) {
        let tried = Tried::Renewal { app_key, version };
        let noted =
            tokio::time::timeout(LEASE_TIMEOUT, self.logins.note_attempt(tried, attempt)).await;
        if !matches!(noted, Ok(Ok(()))) {
            tracing::warn!(app_key = %app_key, "what came of a renewal was not noted");
        }
    }

    async fn read(&self, app_key: &AppKeyId) -> Result<VersionedSecret, UpstreamError> {
        self.secrets.read(app_key, Freshness::Now).await?.ok_or(UpstreamError::NoSecret)
    }

    fn current(&self, read: &VersionedSecret, refused: &[Token]) -> Option<Login> {
        let PartnerSecret { credentials, tokens } = &read.secret;
        let tokens = tokens.as_ref().filter(|tokens| self.usable(tokens, refused))?;
        Some(Login { credentials: credentials.clone(), tokens: tokens.clone() })
    }

    async fn take_lease(&self, app_key: &AppKeyId) -> Lease {
        let now = self.clock.now();
        let until = now.plus(LEASE);
        match tokio::time::timeout(LEASE_TIMEOUT, self.logins.take_lease(app_key, now, until)).await
        {
            Ok(Ok(true)) => Lease::Ours(until),
            Ok(Ok(false)) => Lease::SomebodyElses,
            Ok(Err(error)) => {
                tracing::warn!(
                    app_key = %app_key,
                    %error,
                    "no lease can be taken; renewing the tokens without"
                );
                Lease::Unknown
            }
            Err(_) => {
                tracing::warn!(
                    app_key = %app_key,
                    "the table takes too long over a lease; renewing the tokens without"
                );
                Lease::Unknown
            }
        }
    }

    async fn release_lease(&self, app_key: &AppKeyId, until: Timestamp) {
        let released =
            tokio::time::timeout(LEASE_TIMEOUT, self.logins.release_lease(app_key, until)).await;
        if !matches!(released, Ok(Ok(()))) {
            tracing::warn!(app_key = %app_key, "the lease was not given back; it ends by itself");
        }
    }
}

/// Tokens that could not be saved. Later processes log in with the password if the refresh token in
/// the secret no longer works.
fn only_here(app_key: &AppKeyId, error: &SecretsError, login: Login) -> Login {
    tracing::warn!(app_key = %app_key, %error, "the new tokens are only in this process");
    login
}

/// Why a renewal is not tried again yet.
fn held_back(before: &Attempt, now: Timestamp) -> UpstreamError {
    let retry_after = Some(before.retry_at.seconds_since(now).max(1));
    let (party, failure, status) = match &before.outcome {
        Outcome::Refused(code) => match LoginRefusal::of_code(code) {
            Some(refusal) => return UpstreamError::PartnerLogin(refusal),
            None => (Party::PanoramaLogin, "it refused the login lately", Some(400)),
        },
        Outcome::TokenRefused => (Party::PartnerApi, REFUSES_NEW_TOKENS, Some(401)),
        Outcome::Accepted | Outcome::Unavailable => {
            (Party::PanoramaLogin, "it did not answer lately, several times", None)
        }
    };
    Unavailable { party, failure: failure.to_owned(), status, retry_after }.into()
}
