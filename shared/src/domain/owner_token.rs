//! The API owner's bearer token: a JWT, HS256.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};

use crate::domain::owner::SigningKey;
use crate::domain::timestamp::Timestamp;

/// Lifetime of a token (Leaf's documents: 24 hours).
pub const LIFETIME: Duration = Duration::from_hours(24);
/// Lifetime of a token with `rememberMe` (Leaf's documents: 30 days).
pub const REMEMBERED_LIFETIME: Duration = Duration::from_hours(720);

/// What a token must say of its maker; a token made for something else under the same key is none of ours.
const ISSUER: &str = "panorama-connect";

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
}

/// Signs a token for an API owner.
///
/// # Panics
/// Never: claims of texts and numbers can be written as JSON.
pub fn sign(key: &SigningKey, username: &str, now: Timestamp, lifetime: Duration) -> String {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        sub: username.to_owned(),
        iat: now.epoch_seconds(),
        exp: now.plus(lifetime).epoch_seconds(),
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&key.0))
        .expect("claims of texts and numbers can be written")
}

/// The API owner's username, if the token is ours and has not expired.
pub fn verify(key: &SigningKey, token: &str, now: Timestamp) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.validate_aud = false;
    // The library would ask the operating system for the time.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(&key.0), &validation).ok()?.claims;
    (now.epoch_seconds() < claims.exp).then_some(claims.sub)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
    }

    #[test]
    fn a_token_is_good_until_its_last_second() {
        let key = SigningKey(vec![1; 32]);
        let token = sign(&key, "owner", now(), LIFETIME);
        let end = now().plus(LIFETIME);
        assert_eq!(verify(&key, &token, now()).as_deref(), Some("owner"));
        assert_eq!(verify(&key, &token, end), None);
    }

    #[test]
    fn a_token_of_another_key_or_without_a_signature_is_refused() {
        let token = sign(&SigningKey(vec![1; 32]), "owner", now(), LIFETIME);
        assert_eq!(verify(&SigningKey(vec![2; 32]), &token, now()), None);
        let claims = token.split('.').nth(1).expect("claims");
        for forged in [format!("eyJhbGciOiJub25lIn0.{claims}."), format!("{token}x"), "x".to_owned()] {
            assert_eq!(verify(&SigningKey(vec![1; 32]), &forged, now()), None, "{forged}");
        }
    }
}
