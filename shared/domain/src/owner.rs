//! API owners: who may call the API (Leaf's term). One deployment serves one partner; its API
//! owners are that partner's logins and all see the same data.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

/// The owners, and the key that signs their tokens: one secret.
#[derive(Debug, Clone)]
pub struct Owners {
    /// Signs and verifies tokens.
    pub signing_key: SigningKey,
    /// Who may sign in.
    pub owners: Vec<Owner>,
}

/// One API owner.
#[derive(Debug, Clone)]
pub struct Owner {
    /// How it signs in; usually an e-mail address.
    pub username: String,
    /// Its password as an argon2id PHC string.
    pub password_hash: SecretString,
}

/// At least 256 random bits.
#[derive(Clone)]
pub struct SigningKey(pub Vec<u8>);

impl SigningKey {
    /// A keyed hash of these parts, as a text: for what must be told apart and not found out.
    pub(super) fn hash(&self, parts: &[&[u8]]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        for part in parts {
            // With its length, so that no two lists of parts are the same bytes.
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        URL_SAFE_NO_PAD.encode(context.sign())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([REDACTED])")
    }
}
