//! An operation, as this service names it.

use super::client_environment::ClientEnvironment;
use super::organization_code::{IndexKey, OrganizationCode, OrganizationHash};
use super::timestamp::Timestamp;

/// One Panorama operation: its environment, and the keyed hash of its code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Which Panorama it is in.
    pub environment: ClientEnvironment,
    /// Its organization code, hashed.
    pub hash: OrganizationHash,
}

/// An operation that is nobody's until Panorama does not list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The operation.
    pub operation: Operation,
    /// When it was withdrawn.
    pub at: Timestamp,
}

impl Operation {
    /// The operation that has this code.
    pub fn new(key: &IndexKey, environment: ClientEnvironment, code: &OrganizationCode) -> Self {
        Self { environment, hash: key.organization(environment, code) }
    }
}
