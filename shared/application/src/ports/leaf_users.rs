//! The store of Leaf users.

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use domain::ids::LeafUserId;
use domain::leaf_user::{Filter, LeafUser, Order, ProfileChange};

/// Leaf users. Deleting one also ends its connection, so that is in
/// [`super::connections::Connections`].
#[async_trait]
pub trait LeafUsers: Send + Sync {
    /// Stores a new one.
    async fn create(&self, user: &LeafUser) -> Result<(), StoreError>;

    /// Finds one.
    async fn find(&self, id: LeafUserId) -> Result<Option<LeafUser>, StoreError>;

    /// Changes a profile, and nothing of it that is not named; `None` when there is no such user.
    async fn change(
        &self,
        id: LeafUserId,
        change: &ProfileChange,
    ) -> Result<Option<LeafUser>, StoreError>;

    /// One page of those that match. `page` counts from 0. A page is read from the beginning of the
    /// listing, so far pages cost more; with a filter all that match it are read, and nothing else.
    async fn list(
        &self,
        filter: &Filter,
        order: Order,
        page: u32,
        size: u32,
    ) -> Result<Portion<LeafUser>, StoreError>;
}
