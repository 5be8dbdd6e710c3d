//! The API owner's bearer token: a JWT, HS256.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};

use secrecy::ExposeSecret as _;

use crate::owner::{Owner, Owners, SigningKey};
use crate::timestamp::Timestamp;

/// Lifetime of a token (Leaf's documents: 24 hours).
pub const LIFETIME: Duration = Duration::from_hours(24);
/// Lifetime of a token with `rememberMe` (Leaf's documents: 30 days).
pub const REMEMBERED_LIFETIME: Duration = Duration::from_hours(720);

/// What a token must say of its maker; a token made for something else under the same key is none
/// of ours.
const ISSUER: &str = "panorama-connect";
/// What a token must say that it is for: this API, and nothing else that may be signed with the key
/// one day.
const AUDIENCE: &str = "panorama-connect-api";

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// A keyed hash of the password's hash: with another password, the tokens that the old one gave
    /// are over. So they are for an owner who was removed and comes back.
    pwd: String,
    iat: i64,
    exp: i64,
}

/// Signs a token for an API owner.
///
/// # Panics
/// Never: claims of texts and numbers can be written as JSON.
pub fn sign(key: &SigningKey, owner: &Owner, now: Timestamp, lifetime: Duration) -> String {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: owner.username.clone(),
        pwd: password_of(key, owner),
        iat: now.epoch_seconds(),
        exp: now.plus(lifetime).epoch_seconds(),
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&key.0))
        .expect("claims of texts and numbers can be written")
}

/// The API owner whose token this is, if it is ours, has not expired, and its owner is still there
/// with the password that it was got with.
pub fn verify<'a>(owners: &'a Owners, token: &str, now: Timestamp) -> Option<&'a Owner> {
    let key = &owners.signing_key;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    // The library would ask the operating system for the time.
    validation.validate_exp = false;
    let claims =
        decode::<Claims>(token, &DecodingKey::from_secret(&key.0), &validation).ok()?.claims;
    let owner = owners.owners.iter().find(|owner| owner.username == claims.sub)?;
    (now.epoch_seconds() < claims.exp && claims.pwd == password_of(key, owner)).then_some(owner)
}

fn password_of(key: &SigningKey, owner: &Owner) -> String {
    key.hash(&[b"password", owner.password_hash.expose_secret().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
    }

    fn owners(key: u8, owner: Owner) -> Owners {
        Owners { signing_key: SigningKey(vec![key; 32]), owners: vec![owner] }
    }

    fn owner(password_hash: &str) -> Owner {
        Owner { username: "owner".to_owned(), password_hash: password_hash.into() }
    }

    fn is_good(owners: &Owners, token: &str, now: Timestamp) -> bool {
        verify(owners, token, now).is_some_and(|owner| owner.username == "owner")
    }

    #[test]
    fn a_token_is_good_until_its_last_second() {
        let owners = owners(1, owner("$argon2id$one"));
        let token = sign(&owners.signing_key, &owners.owners[0], now(), LIFETIME);
        assert!(is_good(&owners, &token, now()));
        assert!(!is_good(&owners, &token, now().plus(LIFETIME)));
    }

    #[test]
    fn a_token_ends_with_its_password_and_with_its_owner() {
        let before = owners(1, owner("$argon2id$one"));
        let token = sign(&before.signing_key, &before.owners[0], now(), REMEMBERED_LIFETIME);
        assert!(!is_good(&owners(1, owner("$argon2id$another")), &token, now()));
        assert!(!is_good(&Owners { owners: Vec::new(), ..before }, &token, now()));
    }

    #[test]
    fn a_token_of_another_key_or_without_a_signature_is_refused() {
        let ours = owners(1, owner("$argon2id$one"));
        let token = sign(&ours.signing_key, &ours.owners[0], now(), LIFETIME);
        assert!(!is_good(&owners(2, owner("$argon2id$one")), &token, now()));
        let claims = token.split('.').nth(1).expect("claims");
        for forged in
            [format!("eyJhbGciOiJub25lIn0.{claims}."), format!("{token}x"), "x".to_owned()]
        {
            assert!(!is_good(&ours, &forged, now()), "{forged}");
        }
    }

    #[test]
    fn a_token_that_is_not_for_this_api_is_refused() {
        let owners = owners(1, owner("$argon2id$one"));
        let good = serde_json::json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "owner",
            "pwd": password_of(&owners.signing_key, &owners.owners[0]),
            "iat": now().epoch_seconds(), "exp": now().plus(LIFETIME).epoch_seconds(),
        });
        let signed = |claims: &serde_json::Value| {
            let key = EncodingKey::from_secret(&owners.signing_key.0);
            encode(&Header::new(Algorithm::HS256), claims, &key).expect("a token")
        };
        assert!(is_good(&owners, &signed(&good), now()));
        for (claim, value) in
            [("aud", "another-api"), ("iss", "another-issuer"), ("sub", "nobody"), ("pwd", "")]
        {
            let mut other = good.clone();
            other[claim] = value.into();
            assert!(!is_good(&owners, &signed(&other), now()), "{claim}");
            other.as_object_mut().expect("an object").remove(claim);
            assert!(!is_good(&owners, &signed(&other), now()), "no {claim}");
        }
    }
}
