//! Panorama's two environments.

use std::fmt;
use std::str::FromStr;

use super::invalid::{Invalid, InvalidKind};

/// `clientEnvironment`: which Panorama a partner credential, an operation or a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientEnvironment {
    /// Development: `bananorama.com`.
    Stage,
    /// Live accounts: `panorama.ag`.
    Production,
}

impl ClientEnvironment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stage, Self::Production];

    /// The contract's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "STAGE",
            Self::Production => "PRODUCTION",
        }
    }

    /// The other one: where a client id that is unknown here may well be known.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Stage => Self::Production,
            Self::Production => Self::Stage,
        }
    }
}

impl fmt::Display for ClientEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ClientEnvironment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.trim().is_empty() {
            return Err(Invalid::EMPTY);
        }
        Self::ALL.into_iter().find(|environment| environment.as_str() == text.trim()).ok_or(
            Invalid { kind: InvalidKind::UnknownEnvironment, rule: "must be STAGE or PRODUCTION" },
        )
    }
}
