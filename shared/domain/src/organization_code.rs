//! The organization code: the farmer's secret.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};

use super::caller::Caller;
use super::client_environment::ClientEnvironment;
use super::invalid::Invalid;
use super::partner::PartnerCredentials;

/// An operation's Organization Code, such as `krwv4vYH`. It grants access to the operation's data.
///
/// `Debug` is redacted and there is no `Display`: the two places that may write it say so with
/// [`Self::expose`].
#[derive(Clone)]
pub struct OrganizationCode(SecretString);

impl OrganizationCode {
    /// Longest code that is accepted, in characters. Panorama's are 8; its documents do not say
    /// that they stay so.
    pub const MAX_LENGTH: usize = 64;

    /// The code itself: for a call to Panorama, for the session and credential rows, and for the
    /// contract's answers.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl FromStr for OrganizationCode {
    type Err = Invalid;

    /// Blanks around it are dropped (people paste codes); within, only letters, digits, `-` and `_`
    /// are accepted, which also keeps a code from meaning anything in a URL's path.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            Err(Invalid::EMPTY)
        } else if text.len() > Self::MAX_LENGTH {
            Err(Invalid::too_long("must have at most 64 characters"))
        } else if !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        {
            Err(Invalid::malformed(
                "must be an Organization Code as Panorama shows it: letters and digits",
            ))
        } else {
            Ok(Self(text.into()))
        }
    }
}

impl PartialEq for OrganizationCode {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.expose().as_bytes(), other.expose().as_bytes())
            .is_ok()
    }
}

impl Eq for OrganizationCode {}

impl fmt::Debug for OrganizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrganizationCode([REDACTED])")
    }
}

/// The key under which organization codes and client ids are hashed for use in keys and indexes. A
/// plain hash would not do: a code is short enough to be found by trying.
#[derive(Clone)]
pub struct IndexKey(hmac::Key);

impl IndexKey {
    /// A key from at least 256 random bits.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The keyed hash of a code in its environment.
    pub fn organization(
        &self,
        environment: ClientEnvironment,
        code: &OrganizationCode,
    ) -> OrganizationHash {
        OrganizationHash(self.hash("organization", environment, code.expose()))
    }

    /// The fingerprint of a code's keyed hash, without the hash's text: for a listing of a million
    /// codes.
    pub fn organization_fingerprint(
        &self,
        environment: ClientEnvironment,
        code: &OrganizationCode,
    ) -> u128 {
        first_half(self.tag("organization", environment, code.expose()).as_ref())
    }

    /// The keyed hash of a partner's client id in its environment.
    pub fn client(&self, environment: ClientEnvironment, client_id: &str) -> ClientHash {
        ClientHash(self.hash("client", environment, client_id))
    }

    /// The keyed hash of a client's address.
    pub fn caller(&self, caller: Caller) -> CallerHash {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"caller\0");
        context.update(&caller.bytes());
        CallerHash(URL_SAFE_NO_PAD.encode(context.sign()))
    }

    /// A key for one purpose, from which nothing of this one can be learned.
    ///
    /// # Panics
    /// Never: a hash has 32 bytes.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"derived\0");
        context.update(purpose.as_bytes());
        *context.sign().as_ref().first_chunk().expect("a hash has 32 bytes")
    }

    /// The keyed hash of a partner's whole login in its environment: by it a refusal is remembered,
    /// never a password.
    pub fn login(
        &self,
        environment: ClientEnvironment,
        credentials: &PartnerCredentials,
    ) -> LoginHash {
        let PartnerCredentials { client_id, username, password } = credentials;
        let parts = [client_id.expose(), username.expose(), password.expose()]
            .map(|part| format!("{}:{part}", part.len()));
        LoginHash(self.hash("login", environment, &parts.concat()))
    }

    fn hash(&self, of: &str, environment: ClientEnvironment, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.tag(of, environment, text))
    }

    fn tag(&self, of: &str, environment: ClientEnvironment, text: &str) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [of, "\0", environment.as_str(), "\0", text] {
            context.update(part.as_bytes());
        }
        context.sign()
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey([REDACTED])")
    }
}

/// A partner's login, hashed with the [`IndexKey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginHash(String);

impl LoginHash {
    /// Its text, for a key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An organization code, hashed with the [`IndexKey`]: what keys and indexes carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationHash(String);

impl OrganizationHash {
    /// The first 16 bytes: as good as all 32 for telling a million operations apart, in a third of
    /// the memory.
    pub fn fingerprint(&self) -> u128 {
        let mut bytes = [0; 33];
        match URL_SAFE_NO_PAD.decode_slice(&self.0, &mut bytes) {
            Ok(32) => first_half(&bytes),
            // Only a row that was written by hand: it equals nothing.
            _ => 0,
        }
    }
}

/// The first 16 bytes of a hash.
fn first_half(hash: &[u8]) -> u128 {
    let half = hash.first_chunk().expect("a hash has 32 bytes");
    u128::from_be_bytes(*half)
}

/// A partner's client id, hashed with the [`IndexKey`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientHash(String);

/// The address of a client of the callback, hashed with the [`IndexKey`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerHash(String);

macro_rules! hash_text {
    ($($name:ident),*) => {$(
        impl $name {
            /// One that was stored.
            pub fn stored(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// 43 characters, base64url.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}
hash_text!(OrganizationHash, ClientHash, CallerHash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_a_pasted_code_are_dropped() {
        assert_eq!(" krwv4vYH\n".parse::<OrganizationCode>().expect("a code").expose(), "krwv4vYH");
    }

    #[test]
    fn what_could_mean_something_in_a_path_is_refused() {
        for text in ["", "  ", "a b", "a/b", "../x", "a%2Fb", "ä", "a?b", &"x".repeat(65)] {
            assert!(text.parse::<OrganizationCode>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_neither_code_nor_key() {
        let code: OrganizationCode = "krwv4vYH".parse().expect("a code");
        assert!(!format!("{code:?}").contains("krwv4vYH"));
        assert_eq!(format!("{:?}", IndexKey::new(&[7; 32])), "IndexKey([REDACTED])");
    }

    #[test]
    fn a_code_and_its_stored_hash_have_the_same_fingerprint() {
        let (key, code) = (IndexKey::new(&[7; 32]), "krwv4vYH".parse().expect("a code"));
        let stored =
            OrganizationHash::stored(key.organization(ClientEnvironment::Stage, &code).as_str());
        let fingerprint = key.organization_fingerprint(ClientEnvironment::Stage, &code);
        assert_eq!(stored.fingerprint(), fingerprint);
        assert_ne!(fingerprint, key.organization_fingerprint(ClientEnvironment::Production, &code));
        assert_eq!(OrganizationHash::stored("written by hand").fingerprint(), 0);
    }

    #[test]
    fn the_same_code_in_another_environment_has_another_hash() {
        let (key, code) = (IndexKey::new(&[7; 32]), "krwv4vYH".parse().expect("a code"));
        assert_ne!(
            key.organization(ClientEnvironment::Stage, &code),
            key.organization(ClientEnvironment::Production, &code)
        );
    }
}
