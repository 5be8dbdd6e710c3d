//! The store of Leaf users.

use std::time::Duration;

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use domain::ids::LeafUserId;
use domain::leaf_user::{Filter, LeafUser, Order, ProfileChange, ProfileText};
use domain::timestamp::Timestamp;

/// Leaf users. Deleting one also ends its connection, so that is in
/// [`super::connections::Connections`].
#[async_trait]
pub trait LeafUsers: Send + Sync {
    /// Stores a new one.
    async fn create(&self, user: &LeafUser) -> Result<(), StoreError>;

    /// Claims an external id for a Leaf user that has it or is about to have it, unless it is
    /// claimed; `instead_of` gives up a claim that was found. The claim that there is then. It ends
    /// with the Leaf user.
    async fn claim_external_id(
        &self,
        id: &ProfileText,
        claim: Claim,
        instead_of: Option<Claim>,
    ) -> Result<Claim, StoreError>;

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

/// Who is, or is about to be, the one Leaf user that an external id finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The Leaf user.
    pub leaf_user_id: LeafUserId,
    /// Since when.
    pub at: Timestamp,
}

impl Claim {
    /// How long a claim may be without its Leaf user: longer than it takes to make one.
    const MAKING: Duration = Duration::from_mins(1);

    /// Whether whoever made the claim may still be making its Leaf user.
    pub fn may_be_fresh(self, now: Timestamp) -> bool {
        now < self.at.plus(Self::MAKING)
    }
}
