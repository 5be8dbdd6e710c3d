//! A partner's secrets: credentials of its Panorama account, and the tokens they were exchanged
//! for.

use std::str::FromStr;

use aws_lc_rs::constant_time;
use secrecy::{ExposeSecret as _, SecretString};

use super::invalid::Invalid;
use super::timestamp::Timestamp;

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $too_long:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// The text itself.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                if text.trim().is_empty() {
                    Err(Invalid::EMPTY)
                } else if text.chars().count() > $max {
                    Err(Invalid::too_long($too_long))
                } else if text.chars().any(char::is_control) {
                    Err(Invalid::malformed("must not have control characters"))
                } else {
                    Ok(Self(text.into()))
                }
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                constant_time::verify_slices_are_equal(self.expose().as_bytes(), other.expose().as_bytes()).is_ok()
            }
        }

        impl Eq for $name {}
    };
}

bounded_text! {
    /// `clientId` of the partner's Panorama application (a Cognito app client id: at most 128
    /// characters).
    ClientId, 128, "must have at most 128 characters"
}
bounded_text! {
    /// `username` of the partner's Panorama account (Cognito: at most 128 characters).
    Username, 128, "must have at most 128 characters"
}
bounded_text! {
    /// `password` of the partner's Panorama account (Cognito: at most 256 characters).
    Password, 256, "must have at most 256 characters"
}
bounded_text! {
    /// An access or refresh token of Cognito (at most 131,072 characters there; a secret's value
    /// holds 65,536 bytes).
    Token, 20_000, "must have at most 20000 characters"
}

/// What Precision Planting gives a partner for one environment. `Debug` shows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerCredentials {
    /// The application's client id.
    pub client_id: ClientId,
    /// The partner's e-mail address.
    pub username: Username,
    /// The partner's password.
    pub password: Password,
}

/// What a login gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerTokens {
    /// Sent with every call of the partner API.
    pub access: Token,
    /// When Panorama will stop accepting it.
    pub access_expires_at: Timestamp,
    /// Exchanged for the next access token. Cognito may omit it from an answer; then the one before
    /// stays in use.
    pub refresh: Option<Token>,
    /// Whether the user pool is known to retire a refresh token when it is used. It is then
    /// exchanged by another call.
    pub refresh_rotates: bool,
}

/// All that is secret of an app key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerSecret {
    /// How to log in.
    pub credentials: PartnerCredentials,
    /// What the last login gave, shared by all functions.
    pub tokens: Option<PartnerTokens>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_whole_secret_shows_none_of_it() {
        let secret = PartnerSecret {
            credentials: PartnerCredentials {
                client_id: "planted-client".parse().expect("a client id"),
                username: "planted-username".parse().expect("a username"),
                password: "planted-password".parse().expect("a password"),
            },
            tokens: Some(PartnerTokens {
                access: "planted-access".parse().expect("a token"),
                access_expires_at: Timestamp::new(time::macros::datetime!(2026-11-22 20:00 UTC)),
                refresh: Some("planted-refresh".parse().expect("a token")),
                refresh_rotates: false,
            }),
        };
        assert!(!format!("{secret:#?}").contains("planted"), "{secret:#?}");
    }
}
