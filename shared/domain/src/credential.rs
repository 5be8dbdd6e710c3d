//! What a Leaf user has after success.

use std::str::FromStr;
use std::time::Duration;

use super::app_key::AppKeyId;
use super::ids::{CredentialId, LeafUserId};
use super::invalid::Invalid;
use super::operation::Operation;
use super::organization_code::OrganizationCode;
use super::timestamp::Timestamp;

/// How long after its handshake an operation may be missing from Panorama's listing, and how long a
/// farmer may still repeat the callback by loading the page again.
pub const SETTLING: Duration = Duration::from_mins(2);

/// A Leaf user's Panorama credential: its operation, and whether we may still read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// The app key whose partner login reads it.
    pub app_key: AppKeyId,
    /// The operation's code.
    pub organization_code: OrganizationCode,
    /// The operation.
    pub operation: Operation,
    /// Whether it works.
    pub status: CredentialStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// Since when it has its status. A listing that was read before says nothing about it.
    pub status_since: Timestamp,
    /// Since when neither a file has come nor the status changed, to the hour.
    pub silent_since: Timestamp,
    /// When Panorama was last asked about this one in particular.
    pub checked_at: Option<Timestamp>,
    /// Whether it is a copy of the upstream's own record; its id is the one there.
    pub is_upstreams: bool,
}

impl Credential {
    /// It, as a check needs it.
    pub fn entry(&self) -> ConnectionEntry {
        ConnectionEntry {
            leaf_user_id: self.leaf_user_id,
            credential_id: self.id,
            operation: self.operation.clone(),
            status: self.status,
            status_since: self.status_since,
        }
    }
}

/// Whether a credential works, in Leaf's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CredentialStatus {
    /// Connected.
    Active,
    /// The farmer switched sharing off.
    Revoked,
    /// The partner's login or refresh token was refused.
    Unauthenticated,
    /// The partner may see only part of it.
    LimitedPermission,
}

impl CredentialStatus {
    /// All.
    pub const ALL: [Self; 4] =
        [Self::Active, Self::Revoked, Self::Unauthenticated, Self::LimitedPermission];

    /// The contract's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Revoked => "REVOKED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::LimitedPermission => "LIMITED_PERMISSION",
        }
    }
}

impl FromStr for CredentialStatus {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or(Invalid::malformed(
            "must be ACTIVE, REVOKED, UNAUTHENTICATED or LIMITED_PERMISSION",
        ))
    }
}

/// A credential, as a check needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionEntry {
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// The credential.
    pub credential_id: CredentialId,
    /// Its operation.
    pub operation: Operation,
    /// Its status.
    pub status: CredentialStatus,
    /// Since when it has that.
    pub status_since: Timestamp,
}
