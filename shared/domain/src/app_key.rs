//! App keys: a partner's registration of its Panorama account.

use std::fmt;
use std::str::FromStr;

use super::client_environment::ClientEnvironment;
use super::ids::SharingUrlId;
use super::invalid::Invalid;
use super::organization_code::ClientHash;
use super::timestamp::Timestamp;

/// `appName`: what the partner calls the app key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppName(String);

impl AppName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppName {
    type Err = Invalid;

    /// 1 to 64 letters, digits, `-`, `_` and `.`: it is part of a URL and of a secret's name. Not
    /// `.` or `..`: in a URL's path those are resolved before they are sent, and such an app key
    /// could be neither read nor deleted.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            Err(Invalid::EMPTY)
        } else if text.len() > 64 {
            Err(Invalid::too_long("must have at most 64 characters"))
        } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            Err(Invalid::malformed("may only have letters, digits, '-', '_' and '.'"))
        } else if text == "." || text == ".." {
            Err(Invalid::malformed("must have a letter or a digit, '-' or '_'"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl From<SharingUrlId> for AppName {
    fn from(id: SharingUrlId) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What names an app key: `appName` and `clientEnvironment`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppKeyId {
    /// The partner's name for it.
    pub name: AppName,
    /// Which Panorama it is for.
    pub environment: ClientEnvironment,
}

impl fmt::Display for AppKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.environment)
    }
}

/// An app key, without its secrets: those are in Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppKey {
    /// Its name and environment.
    pub id: AppKeyId,
    /// The id in the partner's Share Initiation URL; it also keys our Sharing Confirmation URL. No
    /// two app keys have the same.
    pub sharing_url_id: SharingUrlId,
    /// The partner's client id, hashed: finds the app key of a request that names only the client
    /// id.
    pub client: ClientHash,
    /// When it was created.
    pub created_at: Timestamp,
    /// Grows with each change; conditional writes compare it.
    pub version: u64,
}
