//! Identifiers: one type each, so that they cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Uuid;

use super::invalid::Invalid;

macro_rules! uuid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one, of random bytes: 122 bits of them are in it.
            pub const fn new(random: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(random).into_uuid())
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            /// Reads the hyphenated form, in either case; other forms (braces, `urn:uuid:`, no
            /// hyphens) are refused, so that one id has one spelling.
            fn from_str(text: &str) -> Result<Self, Invalid> {
                const RULE: Invalid = Invalid::malformed(
                    "must be a UUID such as 0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44",
                );
                let text = text.trim();
                if text.is_empty() {
                    return Err(Invalid::EMPTY);
                }
                if text.len() != 36 {
                    return Err(RULE);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| RULE)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_newtype! {
    /// The partner's record of one farmer (Leaf's term). One Leaf user maps to one Panorama
    /// operation.
    LeafUserId
}
uuid_newtype! {
    /// One run of one-click. Whoever has it can open its hop link, so it goes to the partner and to
    /// the farmer alone.
    SessionId
}
impl SessionId {
    /// What may be shown of it: tells the partner which session it was, and opens nothing. A
    /// one-way function of the id, so nothing has to be stored.
    ///
    /// # Panics
    /// Never: a hash has more bytes than an id.
    pub fn reference(self) -> SessionReference {
        let hash = digest(&SHA256, format!("session reference {self}").as_bytes());
        let bytes = *hash.as_ref().first_chunk().expect("a hash has 32 bytes");
        SessionReference(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}
uuid_newtype! {
    /// A session's public name: in the partner's return URL, and in the answer to its start.
    SessionReference
}
uuid_newtype! {
    /// The UUID in a partner's Share Initiation URL, common to all farmers of that partner. Not a
    /// secret: every farmer sees it.
    SharingUrlId
}
uuid_newtype! {
    /// A magic link. Tells which link it is and opens nothing; what opens it is its whole address.
    MagicLinkId
}
uuid_newtype! {
    /// An API key. Tells which key it is; what is accepted is the whole key.
    ApiKeyId
}
uuid_newtype! {
    /// A credential: what a Leaf user has after success.
    CredentialId
}
uuid_newtype! {
    /// A row of the credential's history.
    EventId
}
uuid_newtype! {
    /// A machine file: what one stream of an operation holds.
    FileId
}
uuid_newtype! {
    /// A webhook of the partner's.
    WebhookId
}
uuid_newtype! {
    /// A wish that alerts be told once more.
    ReplayId
}
uuid_newtype! {
    /// A field of the catalogue.
    FieldId
}
uuid_newtype! {
    /// A field operation: what was done to a field, in Leaf's words `operation`.
    FieldOperationId
}
