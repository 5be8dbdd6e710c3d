//! The store of Leaf users.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::ids::LeafUserId;
use crate::domain::leaf_user::{Filter, LeafUser, Profile};

/// Leaf users. Deleting one also ends its connection, so that is in [`super::connections::Connections`].
#[async_trait]
pub trait LeafUsers: Send + Sync {
    /// Stores a new one.
    async fn create(&self, user: &LeafUser) -> Result<(), StoreError>;

    /// Finds one.
    async fn find(&self, id: LeafUserId) -> Result<Option<LeafUser>, StoreError>;

    /// Replaces a profile; `None` when there is no such user.
    async fn update(&self, id: LeafUserId, profile: &Profile) -> Result<Option<LeafUser>, StoreError>;

    /// One page of those that match, oldest first. `page` counts from 0. A page is read from the beginning of the listing, so far pages
    /// cost more; a filter by `externalId`, `email` or `name` reads only what matches it.
    async fn list(&self, filter: &Filter, page: u32, size: u32) -> Result<Vec<LeafUser>, StoreError>;
}
