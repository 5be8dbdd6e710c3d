//! The last part of a magic link's URL: which link it is, and the secret that opens it.

use std::str::FromStr;

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::ids::MagicLinkId;
use crate::invalid::Invalid;

/// Bytes of the id and of the secret.
const BYTES: usize = 16 + 32;

/// Its characters: no bit is left over, so an address has one spelling.
const CHARACTERS: usize = BYTES / 3 * 4;

/// Characters of it that may be shown. They are of the id alone.
const SHOWN: usize = 8;

/// Where a link's page is: 64 characters, base64url. Whoever has it can open the link.
#[derive(Clone)]
pub struct LinkAddress {
    /// The link.
    pub id: MagicLinkId,
    secret: [u8; 32],
}

redacted!(LinkAddress);

impl LinkAddress {
    /// The address of a link, with 256 bits that nobody can guess.
    pub const fn new(id: MagicLinkId, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// The whole of it: for the farmer, by way of the partner.
    pub fn expose(&self) -> String {
        let mut bytes = [0; BYTES];
        let (id, secret) = bytes.split_at_mut(16);
        id.copy_from_slice(self.id.0.as_bytes());
        secret.copy_from_slice(&self.secret);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What is stored of its secret.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.secret)
    }
}

impl MagicLinkId {
    /// What is shown of the address of the link: enough to tell which of several letters it is in,
    /// and nothing that helps to open it.
    pub fn shown_address(self) -> String {
        let mut shown = URL_SAFE_NO_PAD.encode(self.0.as_bytes());
        shown.truncate(SHOWN);
        shown.push('…');
        shown
    }
}

impl FromStr for LinkAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed("must be the last part of a magic link");
        if text.len() != CHARACTERS {
            return Err(RULE);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| RULE)?;
        let (id, secret) = bytes.split_first_chunk::<16>().ok_or(RULE)?;
        let secret = secret.try_into().map_err(|_| RULE)?;
        Ok(Self { id: MagicLinkId(Uuid::from_bytes(*id)), secret })
    }
}

/// A link's secret, hashed with SHA-256: 256 random bits need no key and no salt.
#[derive(Clone)]
pub struct SecretHash(String);

impl SecretHash {
    /// Of a secret.
    pub fn of(secret: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret)))
    }

    /// One that was stored.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 43 characters, base64url.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

redacted!(SecretHash);

impl PartialEq for SecretHash {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for SecretHash {}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(id: u8, secret: u8) -> LinkAddress {
        LinkAddress::new(MagicLinkId::new([id; 16]), [secret; 32])
    }

    #[test]
    fn an_address_is_read_back_and_has_one_spelling() {
        let text = address(1, 2).expose();
        assert_eq!(text.len(), CHARACTERS);
        let read: LinkAddress = text.parse().expect("an address");
        assert_eq!((read.id, read.hash()), (address(1, 2).id, address(1, 2).hash()));
        assert_eq!(read.expose(), text);
        for broken in
            [&text[..63], &format!("{text}A"), &format!("{text}="), &text.replace('A', "/"), ""]
        {
            assert!(broken.parse::<LinkAddress>().is_err(), "{broken}");
        }
    }

    #[test]
    fn what_is_shown_of_an_address_is_of_its_id_alone() {
        let (one, other) = (address(1, 2), address(1, 3));
        let shown = one.id.shown_address();
        assert_eq!(shown, format!("{}…", &one.expose()[..8]));
        assert_eq!(shown, format!("{}…", &other.expose()[..8]));
        assert_ne!(one.hash(), other.hash());
    }

    #[test]
    fn debug_shows_neither_secret_nor_hash() {
        let address = address(1, 2);
        let shown = format!("{address:?}{:?}", address.hash());
        assert_eq!(shown, "LinkAddress(…)SecretHash(…)");
    }
}
