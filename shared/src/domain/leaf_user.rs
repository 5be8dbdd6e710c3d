//! Leaf users: the partner's records of its farmers.

use std::fmt;
use std::str::FromStr;

use super::ids::LeafUserId;
use super::invalid::{Invalid, one_line};
use super::timestamp::Timestamp;

/// A Leaf user, with Leaf's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafUser {
    /// Its id.
    pub id: LeafUserId,
    /// What the partner says of the farmer.
    pub profile: Profile,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What the partner says of a farmer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The farmer's name.
    pub name: ProfileText,
    /// The farmer's e-mail address.
    pub email: Email,
    /// The farmer's phone number, as the partner writes it.
    pub phone: Option<ProfileText>,
    /// The farmer's address.
    pub address: Option<ProfileText>,
    /// The partner's own id of the farmer.
    pub external_id: Option<ProfileText>,
}

/// A text of a profile: 1 to 255 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileText(String);

/// An e-mail address: something on both sides of one `@`, at most 254 characters. Whether it exists, only a letter to it could tell.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

macro_rules! personal_text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Redacted: it is about a person.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
personal_text!(ProfileText, Email);

impl FromStr for ProfileText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text).map(Self)
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.chars().count() > 254 {
            return Err(Invalid::too_long("must have at most 254 characters"));
        }
        let in_form = text.split_once('@').is_some_and(|(user, host)| {
            let blank = |letter: char| letter.is_whitespace() || letter.is_control();
            !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(blank)
        });
        if in_form { Ok(Self(text.to_owned())) } else { Err(Invalid::malformed("must be an e-mail address")) }
    }
}

/// Which Leaf users a listing is to have: each given field equals.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The e-mail address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The partner's own id.
    pub external_id: Option<String>,
}
