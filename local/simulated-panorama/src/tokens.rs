//! The tokens of one user pool: issued, refreshed, rotated, revoked, expired.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Cognito's default, and what `ExpiresIn` says.
pub(crate) const ACCESS_TOKEN_LIFE: Duration = Duration::HOUR;
/// Cognito's default.
const REFRESH_TOKEN_LIFE: Duration = Duration::days(30);
/// How long a rotated refresh token still works: the longest that AWS lets a pool choose.
const ROTATION_GRACE: Duration = Duration::seconds(60);
/// How long a dead refresh token is remembered, so that it is refused for the right reason.
const DEAD_REFRESH_TOKEN_KEPT: Duration = Duration::days(30);

/// Every token that a pool has issued and not forgotten.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Tokens {
    /// Whether a refresh answers with a new refresh token and retires the old one.
    rotating: bool,
    refresh: BTreeMap<String, RefreshToken>,
    access: BTreeMap<String, AccessToken>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefreshToken {
    client_id: String,
    /// The login that it came from, over all rotations.
    login: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    revoked: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    rotated_at: Option<OffsetDateTime>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessToken {
    login: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// What a login or a refresh hands out.
pub(crate) struct Issued {
    pub(crate) access: String,
    pub(crate) id: String,
    pub(crate) refresh: Option<String>,
}

/// Why a refresh token is not accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RefreshRefused {
    /// Never issued, or to another client.
    Unknown,
    Expired,
    Revoked,
    /// Rotated, and the grace period is over.
    Reused,
}

/// Why a token cannot be revoked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RevokeRefused {
    /// It is an access token.
    NotARefreshToken,
    /// It was issued to another client.
    OtherClient,
}

impl Tokens {
    pub(crate) fn rotating(&self) -> bool {
        self.rotating
    }

    pub(crate) fn set_rotating(&mut self, rotating: bool) {
        self.rotating = rotating;
    }

    pub(crate) fn log_in(&mut self, client_id: &str, now: OffsetDateTime) -> Issued {
        let login = Uuid::new_v4();
        let refresh = RefreshToken {
            client_id: client_id.to_owned(),
            login,
            expires_at: now + REFRESH_TOKEN_LIFE,
            revoked: false,
            rotated_at: None,
        };
        let refresh = Some(self.keep(refresh, now));
        Issued { refresh, ..self.issue(login, now) }
    }

    pub(crate) fn refresh(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        now: OffsetDateTime,
    ) -> Result<Issued, RefreshRefused> {
        let known =
            self.refresh.get_mut(refresh_token).filter(|known| known.client_id == client_id);
        let known = known.ok_or(RefreshRefused::Unknown)?;
        if known.revoked {
            return Err(RefreshRefused::Revoked);
        }
        if known.expires_at <= now {
            return Err(RefreshRefused::Expired);
        }
        if known.rotated_at.is_some_and(|rotated_at| rotated_at + ROTATION_GRACE <= now) {
            return Err(RefreshRefused::Reused);
        }
        let login = known.login;
        let successor = self.rotating.then(|| {
            known.rotated_at.get_or_insert(now);
            // The life of a login is not prolonged by rotation: the new token ends when the old one
            // would have.
            RefreshToken { rotated_at: None, ..known.clone() }
        });
        let refresh = successor.map(|successor| self.keep(successor, now));
        Ok(Issued { refresh, ..self.issue(login, now) })
    }

    /// Ends a login: its refresh tokens and the access tokens that came of them. Harmless for a
    /// token that is not known.
    pub(crate) fn revoke(
        &mut self,
        client_id: &str,
        refresh_token: &str,
    ) -> Result<(), RevokeRefused> {
        if self.access.contains_key(refresh_token) {
            return Err(RevokeRefused::NotARefreshToken);
        }
        let Some(RefreshToken { login, client_id: owner, .. }) =
            self.refresh.get(refresh_token).cloned()
        else {
            return Ok(());
        };
        if owner != client_id {
            return Err(RevokeRefused::OtherClient);
        }
        self.access.retain(|_, token| token.login != login);
        for token in self.refresh.values_mut().filter(|token| token.login == login) {
            token.revoked = true;
        }
        Ok(())
    }

    pub(crate) fn accepts(&self, access_token: &str, now: OffsetDateTime) -> bool {
        self.access.get(access_token).is_some_and(|token| now < token.expires_at)
    }

    pub(crate) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }

    /// Access tokens stay: a client notices when it refreshes.
    pub(crate) fn revoke_refresh_tokens(&mut self) {
        for token in self.refresh.values_mut() {
            token.revoked = true;
        }
    }

    fn keep(&mut self, token: RefreshToken, now: OffsetDateTime) -> String {
        self.refresh.retain(|_, token| now < token.expires_at + DEAD_REFRESH_TOKEN_KEPT);
        let value = random_token();
        self.refresh.insert(value.clone(), token);
        value
    }

    fn issue(&mut self, login: Uuid, now: OffsetDateTime) -> Issued {
        self.access.retain(|_, token| now < token.expires_at);
        let access = random_token();
        self.access
            .insert(access.clone(), AccessToken { login, expires_at: now + ACCESS_TOKEN_LIFE });
        Issued { access, id: random_token(), refresh: None }
    }
}

/// Three base64url parts, as a JWT has, which say nothing: a client that looks inside finds random
/// bytes.
fn random_token() -> String {
    let random = || Uuid::new_v4().simple();
    format!("eyJhbGciOiJSUzI1NiJ9.{}{}.{}{}", random(), random(), random(), random())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-04-01 12:00 UTC);

    fn logged_in() -> (Tokens, String) {
        let mut tokens = Tokens::default();
        let refresh_token =
            tokens.log_in("client", NOON).refresh.expect("a login brings a refresh token");
        (tokens, refresh_token)
    }

    #[test]
    fn a_refresh_token_lives_thirty_days() {
        let (mut tokens, refresh_token) = logged_in();
        let almost = NOON + REFRESH_TOKEN_LIFE - Duration::SECOND;
        assert!(tokens.refresh("client", &refresh_token, almost).is_ok());
        let refused = tokens.refresh("client", &refresh_token, NOON + REFRESH_TOKEN_LIFE).err();
        assert_eq!(refused, Some(RefreshRefused::Expired));
    }

    #[test]
    fn a_refresh_token_serves_its_own_client_only() {
        let (mut tokens, refresh_token) = logged_in();
        assert_eq!(
            tokens.refresh("other", &refresh_token, NOON).err(),
            Some(RefreshRefused::Unknown)
        );
        assert_eq!(tokens.revoke("other", &refresh_token), Err(RevokeRefused::OtherClient));
    }

    #[test]
    fn a_rotated_refresh_token_works_for_a_minute_more() {
        let (mut tokens, first) = logged_in();
        tokens.set_rotating(true);
        let second =
            tokens.refresh("client", &first, NOON).expect("first use").refresh.expect("rotated");
        assert!(tokens.refresh("client", &first, NOON + Duration::seconds(59)).is_ok());
        let later = NOON + Duration::seconds(60);
        assert_eq!(tokens.refresh("client", &first, later).err(), Some(RefreshRefused::Reused));
        assert!(tokens.refresh("client", &second, later).is_ok());
    }

    #[test]
    fn rotation_does_not_prolong_a_login() {
        let (mut tokens, first) = logged_in();
        tokens.set_rotating(true);
        let later = NOON + Duration::days(20);
        let second =
            tokens.refresh("client", &first, later).expect("alive").refresh.expect("rotated");
        let refused = tokens.refresh("client", &second, NOON + REFRESH_TOKEN_LIFE).err();
        assert_eq!(refused, Some(RefreshRefused::Expired));
    }

    #[test]
    fn revoking_a_login_ends_its_access_tokens_and_every_rotation() {
        let (mut tokens, first) = logged_in();
        tokens.set_rotating(true);
        let issued = tokens.refresh("client", &first, NOON).expect("alive");
        tokens.revoke("client", &first).expect("it is this client's");
        assert!(!tokens.accepts(&issued.access, NOON));
        let second = issued.refresh.expect("rotated");
        assert_eq!(tokens.refresh("client", &second, NOON).err(), Some(RefreshRefused::Revoked));
    }

    #[test]
    fn tokens_look_like_jwts_and_never_repeat() {
        let token = random_token();
        assert_eq!(token.split('.').count(), 3);
        assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
        assert_ne!(token, random_token());
    }
}
