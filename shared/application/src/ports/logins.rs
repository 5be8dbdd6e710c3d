//! The store of what is known of partners' logins: one row per app key, never one per farmer.

use async_trait::async_trait;

use super::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::attempt::{Attempt, Tried};
use domain::login_state::{EntryCursor, LoginState};
use domain::timestamp::Timestamp;

/// What is known of partners' logins.
#[async_trait]
pub trait Logins: Send + Sync {
    /// What is known of an app key's login; the default when nothing is.
    async fn state(&self, app_key: &AppKeyId) -> Result<LoginState, StoreError>;

    /// Notes that Panorama refused the login, and when it may be tried again.
    async fn note_refusal(&self, app_key: &AppKeyId, state: &LoginState) -> Result<(), StoreError>;

    /// Notes that the partner's listing was compared with all of its credentials.
    async fn note_checked(&self, app_key: &AppKeyId, at: Timestamp) -> Result<(), StoreError>;

    /// Notes where a comparison that ran out of time is to go on.
    async fn note_resume_after(
        &self,
        app_key: &AppKeyId,
        cursor: &EntryCursor,
    ) -> Result<(), StoreError>;

    /// Notes that the login works again, if it was refused.
    async fn clear_refusal(&self, app_key: &AppKeyId) -> Result<(), StoreError>;

    /// Takes the one status refresh that an app key has in a while: `true` when nobody has taken
    /// one since `since`.
    async fn take_refresh(
        &self,
        app_key: &AppKeyId,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Takes the lease under which one process renews the app key's tokens: `true` when nobody else
    /// has it.
    async fn take_lease(
        &self,
        app_key: &AppKeyId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back.
    async fn release_lease(&self, app_key: &AppKeyId, until: Timestamp) -> Result<(), StoreError>;

    /// What came of trying something the last time, if that was lately.
    async fn attempt(&self, tried: Tried<'_>) -> Result<Option<Attempt>, StoreError>;

    /// Notes what came of it now.
    async fn note_attempt(&self, tried: Tried<'_>, attempt: &Attempt) -> Result<(), StoreError>;
}
