//! API owners: who may call the API (Leaf's term). One deployment serves one partner; its API owners are that partner's logins and all
//! see the same data.

use std::fmt;

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

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([REDACTED])")
    }
}
