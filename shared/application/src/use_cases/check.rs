//! How the scheduled check of an app key's connections ends.

use crate::ports::secrets::SecretsError;
use crate::ports::store_error::StoreError;

/// What a check did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Credentials that were compared.
    pub compared: usize,
    /// Credentials that became REVOKED.
    pub revoked: usize,
    /// Credentials that became ACTIVE again.
    pub recovered: usize,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// All credentials were compared.
    Done(Counts),
    /// Time ran out; the next check goes on.
    OutOfTime(Counts),
    /// The login was refused lately and is left alone for now.
    LeftAlone,
    /// Panorama refuses the partner's login.
    LoginRefused,
    /// Panorama could not be asked.
    Unavailable,
}

/// Our own trouble.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}
