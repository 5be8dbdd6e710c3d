//! The store of sign-ins that failed: a row for each name and client that failed lately.

use async_trait::async_trait;

use super::store_error::StoreError;
use domain::sign_in::{Failures, SignInKey};
use domain::timestamp::Timestamp;

/// Sign-ins that failed.
#[async_trait]
pub trait SignIns: Send + Sync {
    /// What failed, as it was last written; `None` when nothing is known.
    async fn failures(&self, key: &SignInKey) -> Result<Option<Failures>, StoreError>;

    /// Counts one more, with all that count still. Of failures at the same time each is counted.
    async fn count_failure(&self, key: &SignInKey, now: Timestamp) -> Result<(), StoreError>;

    /// Counts anew from this one: the others are too old.
    async fn first_failure(&self, key: &SignInKey, now: Timestamp) -> Result<(), StoreError>;

    /// Forgets them: a sign-in has not failed.
    async fn forgive(&self, key: &SignInKey) -> Result<(), StoreError>;
}
