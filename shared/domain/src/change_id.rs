//! The id of a change in the table's stream.

use std::str::FromStr;

use super::invalid::Invalid;

/// The id of a change: letters, digits and hyphens, so it can stand in a header and in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeId(String);

impl ChangeId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChangeId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::malformed("must be 1 to 64 letters, digits and hyphens"))
        }
    }
}

/// What a change's id is shown as: `webhook-id` in a call's headers.
const MESSAGE_PREFIX: &str = "msg_";

impl ChangeId {
    /// `webhook-id`: what receivers recognise a repeat by.
    pub fn message_id(&self) -> String {
        format!("{MESSAGE_PREFIX}{}", self.0)
    }

    /// Reads a `webhook-id`.
    ///
    /// # Errors
    /// It is none.
    pub fn of_message(text: &str) -> Result<Self, Invalid> {
        let rest = text.trim().strip_prefix(MESSAGE_PREFIX);
        rest.and_then(|id| id.parse().ok())
            .ok_or(Invalid::malformed("must be a call's webhook-id, such as msg_0f3a"))
    }
}
