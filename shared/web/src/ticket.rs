//! The address of a page that tells what became of a callback.
//!
//! The callback's own address has the organization code in it, and addresses stay: in the bar, in
//! the history, in what people copy. So the answer to a callback is a redirect, and all that the
//! page needs is in its address, sealed: nobody but this service can read or make one.

use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::pages::Page;
use domain::ids::{LeafUserId, MagicLinkId, SessionId, SharingUrlId};
use domain::magic_link::Pass;
use domain::organization_code::{IndexKey, OrganizationCode};
use domain::session::LIFETIME;
use domain::timestamp::Timestamp;

/// What a page is about.
#[derive(Debug, Clone)]
pub enum Ticket {
    /// How it ended.
    Ended(Page<'static>),
    /// The farmer's confirmation is stored, and Panorama has not answered yet.
    Waiting(LeafUserId, SessionId),
    /// The farmer is to say whether they meant it; with whose account it would be connected to.
    CameBack(Claim, LeafUserId),
    /// Nothing could be done yet.
    TryAgain(Claim),
    /// The farmer came back in a session of a magic link; how it ended, if it has.
    Linked(Pass, Option<Page<'static>>),
}

/// What a callback claimed. Not where its browser came from: an address may be opened by another
/// one.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The app key that it named.
    pub sharing_url_id: SharingUrlId,
    /// The operation.
    pub code: OrganizationCode,
    /// The whole query, where an upstream is to get it as it came.
    pub query: Option<String>,
}

/// The longest query that a page's address takes along, in bytes. Of a longer one, which Panorama
/// would not write, the code is left.
const LONGEST_QUERY: usize = 4_096;

/// What is sealed. Short names: it is part of an address.
#[derive(Serialize, Deserialize)]
struct Wire {
    /// When it was made, in seconds since 1970.
    at: i64,
    /// What kind it is: the page's name.
    is: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<uuid::Uuid>,
    /// The page's name, where the kind is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

const WAITING: &str = "finishing";
const CAME_BACK: &str = "cameBack";
const TRY_AGAIN: &str = "tryAgain";
const LINKED: &str = "linked";

impl Ticket {
    /// How long its page can be opened. How something ended is not true for ever, and an address
    /// may be shown to others.
    fn life(&self) -> Duration {
        match self {
            Self::Ended(_) | Self::CameBack(..) | Self::TryAgain(_) => LIFETIME,
            Self::Waiting(..) | Self::Linked(..) => Duration::from_hours(24),
        }
    }

    /// The sealed text: base64url.
    ///
    /// # Panics
    /// When the operating system has no random bytes to give.
    pub fn seal(&self, key: &IndexKey, now: Timestamp) -> String {
        let mut wire = Wire {
            at: now.epoch_seconds(),
            is: String::new(),
            user: None,
            session: None,
            app: None,
            code: None,
            query: None,
            link: None,
            ended: None,
        };
        let mut claimed = |claim: &Claim| {
            wire.app = Some(claim.sharing_url_id.0);
            wire.code = Some(claim.code.expose().to_owned());
            wire.query = claim.query.clone().filter(|query| query.len() <= LONGEST_QUERY);
        };
        match self {
            Self::Ended(page) => page.name().clone_into(&mut wire.is),
            Self::Waiting(user, session) => {
                WAITING.clone_into(&mut wire.is);
                (wire.user, wire.session) = (Some(user.0), Some(session.0));
            }
            Self::CameBack(claim, user) => {
                claimed(claim);
                CAME_BACK.clone_into(&mut wire.is);
                wire.user = Some(user.0);
            }
            Self::TryAgain(claim) => {
                claimed(claim);
                TRY_AGAIN.clone_into(&mut wire.is);
            }
            Self::Linked(pass, page) => {
                LINKED.clone_into(&mut wire.is);
                (wire.user, wire.session) = (Some(pass.leaf_user_id.0), Some(pass.session.0));
                wire.link = Some(pass.link.0);
                wire.ended = page.map(|page| page.name().to_owned());
            }
        }
        let mut bytes = serde_json::to_vec(&wire).expect("texts and numbers are JSON");
        let nonce = sealing(key).seal_in_place_append_tag(Aad::empty(), &mut bytes);
        let nonce = nonce.expect("the operating system gives random bytes");
        bytes.extend_from_slice(nonce.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens a sealed text, and tells how many seconds ago it was sealed. `None` for what is no
    /// ticket, or too old.
    pub fn open(text: &str, key: &IndexKey, now: Timestamp) -> Option<(Self, u64)> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let nonce = bytes.split_off(bytes.len().checked_sub(NONCE_LEN)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let wire = sealing(key).open_in_place(nonce, Aad::empty(), &mut bytes).ok()?;
        let wire: Wire = serde_json::from_slice(wire).ok()?;
        let claim = || {
            let (sharing_url_id, code) =
                (SharingUrlId(wire.app?), wire.code.as_ref()?.parse().ok()?);
            Some(Claim { sharing_url_id, code, query: wire.query.clone() })
        };
        let user = wire.user.map(LeafUserId);
        let ticket = match &*wire.is {
            WAITING => Self::Waiting(user?, SessionId(wire.session?)),
            CAME_BACK => Self::CameBack(claim()?, user?),
            TRY_AGAIN => Self::TryAgain(claim()?),
            LINKED => {
                let pass = Pass {
                    link: MagicLinkId(wire.link?),
                    leaf_user_id: user?,
                    session: SessionId(wire.session?),
                };
                Self::Linked(pass, wire.ended.as_deref().and_then(Page::ended))
            }
            name => Self::Ended(Page::ended(name)?),
        };
        let age = u64::try_from(now.epoch_seconds().saturating_sub(wire.at)).unwrap_or(0);
        (age < ticket.life().as_secs()).then_some((ticket, age))
    }
}

fn sealing(key: &IndexKey) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, &key.derived("tickets")).expect("the key has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
    }

    fn claim() -> Claim {
        Claim {
            sharing_url_id: SharingUrlId::new([1; 16]),
            code: "krwv4vYH".parse().unwrap(),
            query: None,
        }
    }

    #[test]
    fn what_was_sealed_is_read_back_and_nothing_of_it_can_be_seen() {
        let key = IndexKey::new(&[1; 32]);
        let (user, session) = (LeafUserId::new([2; 16]), SessionId::new([3; 16]));
        let pass = Pass { link: MagicLinkId::new([4; 16]), leaf_user_id: user, session };
        for ticket in [
            Ticket::Ended(Page::Connected),
            Ticket::Waiting(user, session),
            Ticket::CameBack(claim(), user),
            Ticket::TryAgain(claim()),
            Ticket::Linked(pass, None),
            Ticket::Linked(pass, Some(Page::OtherOperation)),
        ] {
            let sealed = ticket.seal(&key, now());
            assert_ne!(sealed, ticket.seal(&key, now()), "no two are alike");
            let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("base64url");
            assert!(!bytes.windows(8).any(|part| part == b"krwv4vYH"));
            let (opened, age) =
                Ticket::open(&sealed, &key, now().plus(Duration::from_secs(7))).expect("a ticket");
            assert_eq!((format!("{opened:?}"), age), (format!("{ticket:?}"), 7));
            assert!(!format!("{opened:?}").contains("krwv4vYH"));
            assert!(Ticket::open(&sealed, &key, now().plus(ticket.life())).is_none(), "too old");
        }
    }

    #[test]
    fn what_was_not_sealed_here_is_no_ticket() {
        let key = IndexKey::new(&[1; 32]);
        let sealed = Ticket::Ended(Page::Connected).seal(&key, now());
        assert!(Ticket::open(&sealed, &IndexKey::new(&[2; 32]), now()).is_none());
        for place in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            assert!(
                Ticket::open(&String::from_utf8(forged).unwrap(), &key, now()).is_none(),
                "{place}"
            );
        }
        for text in ["", "A", "connected", &sealed[..20], "?", "%00"] {
            assert!(Ticket::open(text, &key, now()).is_none(), "{text}");
        }
    }
}
