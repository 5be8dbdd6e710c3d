//! The binding cookie: proof that a callback comes from the browser that opened the hop link.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::ids::{LeafUserId, SessionId};

/// What the cookie's name begins with; the session's id follows, so that a browser which opened two
/// hop links shows both and we never mistake one for the other. `__Host-` makes browsers insist on
/// `Secure`, `Path=/` and no `Domain`.
pub const COOKIE_NAME_PREFIX: &str = "__Host-panorama-connect-";

/// Seconds that a browser keeps the cookie: the session's 15 minutes and as much again, so that a
/// farmer who comes late is told so.
pub const COOKIE_MAX_AGE: u32 = 30 * 60;

/// The cookie's content: where the session is, and 256 random bits that only this browser has.
#[derive(Clone)]
pub struct BindingCookie {
    /// Whose session it is; finds the session without an index.
    pub leaf_user_id: LeafUserId,
    /// The session.
    pub session_id: SessionId,
    proof: SecretString,
}

impl BindingCookie {
    /// A new one for a session, of random bytes.
    pub fn new(leaf_user_id: LeafUserId, session_id: SessionId, random: [u8; 32]) -> Self {
        Self { leaf_user_id, session_id, proof: URL_SAFE_NO_PAD.encode(random).into() }
    }

    /// Reads one cookie of a `Cookie` header. `None` when it is not one of ours, or is damaged.
    pub fn read(name: &str, value: &str) -> Option<Self> {
        let session_id = name.strip_prefix(COOKIE_NAME_PREFIX)?.parse().ok()?;
        let (user, proof) = value.split_once('.')?;
        let user: [u8; 16] = URL_SAFE_NO_PAD.decode(user).ok()?.try_into().ok()?;
        if proof.len() != 43 {
            return None;
        }
        Some(Self {
            leaf_user_id: LeafUserId(Uuid::from_bytes(user)),
            session_id,
            proof: proof.into(),
        })
    }

    /// The `Set-Cookie` header's value.
    pub fn set_cookie(&self) -> String {
        let user = URL_SAFE_NO_PAD.encode(self.leaf_user_id.0.as_bytes());
        format!(
            "{COOKIE_NAME_PREFIX}{}={user}.{}; Max-Age={COOKIE_MAX_AGE}; Path=/; Secure; \
             HttpOnly; SameSite=Lax",
            self.session_id,
            self.proof.expose_secret(),
        )
    }

    /// What is stored of it.
    pub fn hash(&self) -> BrowserHash {
        let hash = digest::digest(&digest::SHA256, self.proof.expose_secret().as_bytes());
        BrowserHash(URL_SAFE_NO_PAD.encode(hash))
    }
}

impl fmt::Debug for BindingCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindingCookie")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// The binding cookies that a browser showed.
#[derive(Debug, Clone, Default)]
pub struct ShownCookies(Vec<BindingCookie>);

impl ShownCookies {
    /// How many hop links one browser may have opened within the life of their cookies: each costs
    /// a row to read. Somebody at a dealer's desk connects one farmer after another.
    pub const MOST: usize = 32;

    /// All of them; `None` when they are more than [`Self::MOST`]. A part would not do, for a
    /// session that is left out may be the one that contradicts the others.
    pub fn all(&self) -> Option<&[BindingCookie]> {
        (self.0.len() <= Self::MOST).then_some(&self.0)
    }

    /// The one of this session.
    pub fn of(&self, id: SessionId) -> Option<&BindingCookie> {
        self.0.iter().find(|cookie| cookie.session_id == id)
    }
}

impl FromIterator<BindingCookie> for ShownCookies {
    fn from_iter<I: IntoIterator<Item = BindingCookie>>(cookies: I) -> Self {
        Self(cookies.into_iter().collect())
    }
}

/// The cookie's random part, hashed with SHA-256: 256 random bits need no key and no salt.
#[derive(Debug, Clone)]
pub struct BrowserHash(String);

impl BrowserHash {
    /// One that was stored.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 43 characters, base64url.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for BrowserHash {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for BrowserHash {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_was_given_is_read_back() {
        let cookie = BindingCookie::new(LeafUserId::new([1; 16]), SessionId::new([2; 16]), [3; 32]);
        let header = cookie.set_cookie();
        let (name, value) =
            header.split(';').next().expect("a pair").split_once('=').expect("name and value");
        let read = BindingCookie::read(name, value).expect("our cookie");
        assert_eq!((read.leaf_user_id, read.session_id), (cookie.leaf_user_id, cookie.session_id));
        assert_eq!(read.hash(), cookie.hash());
        assert!(header.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{header}");
    }

    #[test]
    fn foreign_and_damaged_cookies_are_not_ours() {
        let name = format!("{COOKIE_NAME_PREFIX}{}", SessionId::new([2; 16]));
        for (name, value) in
            [("theme", "dark"), (&*name, ""), (&*name, "AAAA.BBBB"), (COOKIE_NAME_PREFIX, "x.y")]
        {
            assert!(BindingCookie::read(name, value).is_none(), "{name}={value}");
        }
    }

    #[test]
    fn debug_shows_no_proof() {
        let cookie = BindingCookie::new(LeafUserId::new([1; 16]), SessionId::new([2; 16]), [3; 32]);
        assert!(!format!("{cookie:?}").contains(cookie.proof.expose_secret()));
    }
}
