//! What a Leaf user has after success.

use super::app_key::AppKeyId;
use super::ids::{CredentialId, LeafUserId};
use super::operation::Operation;
use super::organization_code::OrganizationCode;
use super::timestamp::Timestamp;

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
}

/// Whether a credential works, in Leaf's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
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
    pub const ALL: [Self; 4] = [Self::Active, Self::Revoked, Self::Unauthenticated, Self::LimitedPermission];

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
