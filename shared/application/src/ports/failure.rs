//! What the service depends on has failed.

use super::secrets::SecretsError;
use super::store_error::StoreError;
use super::upstream::UpstreamError;

/// A failure that whoever asked can do nothing about but try again; what else can go wrong with a
/// use case is in its own error, beside this.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be read or written.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The upstream did not tell, or refused.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}
