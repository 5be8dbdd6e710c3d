//! The store of magic links. That a session is started by one, and that it is counted, is one
//! transaction with the start: see [`super::connections::Start`].

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::magic_link::{Kind, MagicLink};
use domain::timestamp::Timestamp;

/// Magic links.
#[async_trait]
pub trait MagicLinks: Send + Sync {
    /// Stores a new one, if there is its Leaf user.
    async fn create(&self, link: &MagicLink) -> Result<(), CreateLinkError>;

    /// Finds one. Strongly consistent.
    async fn find(&self, id: MagicLinkId) -> Result<Option<MagicLink>, StoreError>;

    /// Notes that its page was opened. Nothing happens when there is none.
    async fn note_access(&self, id: MagicLinkId, at: Timestamp) -> Result<(), StoreError>;

    /// A page of those of a kind, the newest first; of one Leaf user, if one is named. `page`
    /// counts from 0. Those that have expired are among them, for as long as they are known.
    /// Eventually consistent, unless a Leaf user is named.
    async fn list(
        &self,
        kind: Kind,
        of: Option<LeafUserId>,
        page: u32,
        size: u32,
    ) -> Result<Portion<MagicLink>, StoreError>;

    /// Deletes one: nothing is started by it any more. Nothing happens when there is none.
    async fn delete(&self, link: &MagicLink) -> Result<(), StoreError>;
}

/// Why a link was not stored.
#[derive(Debug, thiserror::Error)]
pub enum CreateLinkError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
