//! An API key: what a page of the partner's shows for the one Leaf user that is signed in there.
//!
//! It is in a browser, so it is no secret of the partner's. It makes links for its own Leaf user
//! and tells whether that one is connected; it reads nothing that a farm shares.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use uuid::Uuid;

use crate::app_key::AppName;
use crate::client_environment::ClientEnvironment;
use crate::ids::{ApiKeyId, LeafUserId};
use crate::invalid::Invalid;
use crate::leaf_user::ProfileText;
use crate::magic_link::SecretHash;
use crate::timestamp::Timestamp;

/// What every key begins with, so that scanners of repositories and people recognise one.
const PREFIX: &str = "pck_";

/// Characters after it: 16 bytes of id and 32 of secret, base64url.
const CHARACTERS: usize = 64;

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What is stored of its secret.
    pub secret: SecretHash,
    /// For whom it makes links.
    pub leaf_user_id: LeafUserId,
    /// Whose pages may show it. None may, if it names none.
    pub origins: Vec<PageOrigin>,
    /// What the partner calls it.
    pub description: Option<ProfileText>,
    /// The name of the app key that its links start with, if it is said.
    pub app_name: Option<AppName>,
    /// Its environment, likewise.
    pub environment: Option<ClientEnvironment>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this moment on it is not accepted.
    pub expires_at: Timestamp,
    /// Since when it is not accepted because it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it is accepted at a moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether this is it: the whole of it.
    pub fn is(&self, whole: &WholeKey) -> bool {
        self.id == whole.id && self.secret == whole.hash()
    }

    /// Whether pages of an origin may show it, as a browser says it.
    pub fn is_for(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known.as_str() == origin)
    }
}

/// The whole of a key. Whoever has it can use it, in a page of its origins or outside of browsers.
#[derive(Clone)]
pub struct WholeKey {
    /// Which key it is.
    pub id: ApiKeyId,
    secret: [u8; 32],
}

redacted!(WholeKey);

impl WholeKey {
    /// A key with 256 bits that nobody can guess.
    pub const fn new(id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// The text of it: for the partner, once.
    pub fn expose(&self) -> String {
        let mut bytes = self.id.0.as_bytes().to_vec();
        bytes.extend(self.secret);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is stored of its secret.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.secret)
    }
}

impl ApiKeyId {
    /// What is shown of the key: enough to tell which one a page has, and nothing of its secret.
    pub fn shown_key(self) -> String {
        let id = URL_SAFE_NO_PAD.encode(self.0.as_bytes());
        format!("{PREFIX}{}...", id.get(..8).unwrap_or_default())
    }
}

impl FromStr for WholeKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed("must be an API key");
        let text = text.strip_prefix(PREFIX).filter(|text| text.len() == CHARACTERS).ok_or(RULE)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| RULE)?;
        let (id, secret) = bytes.split_first_chunk::<16>().ok_or(RULE)?;
        let secret = secret.try_into().map_err(|_| RULE)?;
        Ok(Self { id: ApiKeyId(Uuid::from_bytes(*id)), secret })
    }
}

/// The origin of pages, as a browser writes it in the header `Origin`: `https://app.example`; on
/// the developer's own computer `http://localhost:5173`, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrigin(String);

impl PageOrigin {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PageOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PageOrigin {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed(
            "must have origins as browsers write them, such as https://app.example; http is for \
             localhost alone",
        );
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        let url = Url::parse(text).map_err(|_| RULE)?;
        let is_safe = match url.scheme() {
            "https" => true,
            "http" => url.host_str() == Some("localhost"),
            _ => false,
        };
        if is_safe && !text.contains('*') && url.origin().ascii_serialization() == text {
            Ok(Self(text.to_owned()))
        } else {
            Err(RULE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(id: u8, secret: u8) -> WholeKey {
        WholeKey::new(ApiKeyId::new([id; 16]), [secret; 32])
    }

    #[test]
    fn a_key_is_read_back_and_has_one_spelling() {
        let text = whole(1, 2).expose();
        let read: WholeKey = text.parse().expect("a key");
        assert_eq!((read.id, read.hash()), (whole(1, 2).id, whole(1, 2).hash()));
        for broken in [&text[1..], &text[..67], &format!("{text}A"), "pck_", ""] {
            assert!(broken.parse::<WholeKey>().is_err(), "{broken}");
        }
    }

    #[test]
    fn what_is_shown_of_a_key_is_of_its_id_alone() {
        assert_eq!(whole(1, 2).id.shown_key(), format!("{}...", &whole(1, 3).expose()[..12]));
        assert_eq!(format!("{:?}", whole(1, 2)), "WholeKey(…)");
    }

    #[test]
    fn an_origin_is_written_as_a_browser_does_and_is_encrypted_or_here() {
        for origin in ["https://app.example", "https://app.example:8443", "http://localhost:5173"] {
            assert_eq!(origin.parse::<PageOrigin>().expect(origin).as_str(), origin);
        }
        for other in [
            "",
            "*",
            "null",
            "app.example",
            "https://app.example/",
            "https://app.example:443",
            "https://App.example",
            "https://*.example",
            "https://user@app.example",
            "http://app.example",
            "http://localhost.example",
            "file:///",
        ] {
            assert!(other.parse::<PageOrigin>().is_err(), "{other}");
        }
    }
}
