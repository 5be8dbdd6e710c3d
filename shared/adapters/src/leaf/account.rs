//! The partner's account at Leaf: one token for the whole process, fetched by one request at a
//! time.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use url::Url;

use super::transport::{Limit, send};
use crate::outside::below;
use application::ports::clock::Clock;
use application::ports::secrets::{Freshness, LeafLogin, LeafSecrets};
use application::ports::upstream::UpstreamError;
use domain::timestamp::Timestamp;

/// How long before its end a token is exchanged.
const MARGIN: Duration = Duration::from_mins(5);

/// Lifetime of a token that does not say one: Leaf's shorter one, though 30 days are asked for.
const ASSUMED_LIFETIME: Duration = Duration::from_hours(24);

/// A token that says that it has ended is used for so long: else every request would be a login.
/// One that says that it lasts longer than Leaf's do is exchanged all the same.
const SHORTEST_LIFETIME: Duration = Duration::from_mins(1);
const LONGEST_LIFETIME: Duration = Duration::from_hours(24 * 30);

/// How long a refused account is left alone: a partner's every request would be another try.
const LEFT_ALONE_FOR: Duration = Duration::from_mins(1);

pub(super) struct Account {
    pub(super) http: reqwest::Client,
    pub(super) base: Url,
    pub(super) secrets: Arc<dyn LeafSecrets>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limit: Arc<Limit>,
    pub(super) known: Mutex<Known>,
}

/// What the process knows of the account.
#[derive(Default)]
pub(super) struct Known {
    token: Option<(SecretString, Timestamp)>,
    left_alone_until: Option<Timestamp>,
}

#[derive(Deserialize)]
struct SignedIn {
    id_token: String,
}

#[derive(Deserialize)]
struct Claims {
    exp: Option<i64>,
}

impl Account {
    /// A token that is good as far as is known, and is not the `refused` one.
    pub(super) async fn token(
        &self,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, UpstreamError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((token, until)) = &known.token
            && now < *until
            && !is(token, refused)
        {
            return Ok(token.clone());
        }
        if known.left_alone_until.is_some_and(|until| now < until) {
            return Err(UpstreamError::LeafLogin);
        }
        known.token = None;
        match self.new_token(refused).await {
            Ok(token) => {
                let end = end_of(&token).unwrap_or(now.plus(ASSUMED_LIFETIME)).minus(MARGIN);
                let until = end.clamp(now.plus(SHORTEST_LIFETIME), now.plus(LONGEST_LIFETIME));
                *known = Known { token: Some((token.clone(), until)), left_alone_until: None };
                Ok(token)
            }
            Err(error) => {
                if matches!(error, UpstreamError::LeafLogin) {
                    known.left_alone_until = Some(now.plus(LEFT_ALONE_FOR));
                }
                Err(error)
            }
        }
    }

    /// The account was refused with a token that it has only just got.
    pub(super) async fn leave_alone(&self) {
        let mut known = self.known.lock().await;
        *known =
            Known { token: None, left_alone_until: Some(self.clock.now().plus(LEFT_ALONE_FOR)) };
    }

    async fn new_token(
        &self,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, UpstreamError> {
        // A login is rare and a secret may have been rotated, so it is read as it is now.
        let (username, password) = match self.secrets.leaf_login(Freshness::Now).await? {
            LeafLogin::Token(token) if is(&token, refused) => return Err(UpstreamError::LeafLogin),
            LeafLogin::Token(token) => return Ok(token),
            LeafLogin::Password { username, password } => (username, password),
        };
        self.limit.allows(self.clock.now())?;
        let body = json!({
            "username": username.expose_secret(), "password": password.expose_secret(),
            "rememberMe": "true",
        });
        let request = self.http.post(below(&self.base, &["api", "authenticate"])).json(&body);
        let answer = send(request, &self.limit, &*self.clock).await?;
        match answer.status {
            StatusCode::OK => {
                let signed_in: SignedIn = answer.read()?;
                Ok(signed_in.id_token.into())
            }
            // Spring answers a wrong password with 401, and one that it cannot read with 400.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                Err(UpstreamError::LeafLogin)
            }
            _ => Err(answer.declined()),
        }
    }
}

fn is(token: &SecretString, refused: Option<&SecretString>) -> bool {
    refused.is_some_and(|refused| refused.expose_secret() == token.expose_secret())
}

/// The `exp` of a JWT. Its signature is Leaf's business: this only says when to ask for the next
/// one.
fn end_of(token: &SecretString) -> Option<Timestamp> {
    let claims = URL_SAFE_NO_PAD.decode(token.expose_secret().split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    OffsetDateTime::from_unix_timestamp(exp?).ok().map(Timestamp::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_its_exp_and_nothing_else_is_read() {
        let token =
            |claims: &str| SecretString::from(format!("x.{}.y", URL_SAFE_NO_PAD.encode(claims)));
        let end = end_of(&token(r#"{"sub":"owner","exp":1795363200}"#)).expect("an end");
        assert_eq!(end.epoch_seconds(), 1_795_363_200);
        for without in [token("{}"), token("no JSON"), SecretString::from("opaque")] {
            assert_eq!(end_of(&without), None);
        }
    }
}
