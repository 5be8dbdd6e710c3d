//! Step 2: Leaf users. One that only the upstream knows is taken over at its first use; more of
//! those is in [`super::upstream_users`].

use crate::ports::Ports;
use crate::ports::connections::Account;
use crate::ports::store_error::StoreError;
use crate::ports::upstream::UpstreamError;
use crate::use_cases::upstream_users::mirrored;
use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile};

/// Why nothing is known, or was done, about a Leaf user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The upstream did not tell.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Creates one.
///
/// # Errors
/// The store failed.
pub async fn create_user(ports: &Ports, profile: Profile) -> Result<LeafUser, StoreError> {
    let id = LeafUserId::new(ports.randomness.bytes());
    let user = LeafUser { id, profile, created_at: ports.clock.now() };
    ports.leaf_users.create(&user).await?;
    Ok(user)
}

/// Finds one.
///
/// # Errors
/// See [`UserError`].
pub async fn find_user(ports: &Ports, id: LeafUserId) -> Result<Option<LeafUser>, UserError> {
    if let Some(known) = ports.leaf_users.find(id).await? {
        return Ok(Some(known));
    }
    take_over(ports, id).await
}

/// A Leaf user and its connection.
///
/// # Errors
/// See [`UserError`].
pub async fn account(ports: &Ports, id: LeafUserId) -> Result<Option<Account>, UserError> {
    if let Some(account) = ports.connections.account(id).await? {
        return Ok(Some(account));
    }
    Ok(take_over(ports, id).await?.map(|user| Account { user, session: None, credential: None }))
}

async fn take_over(ports: &Ports, id: LeafUserId) -> Result<Option<LeafUser>, UserError> {
    let Some(keeper) = &ports.record_keeper else { return Ok(None) };
    let Some(record) = keeper.find_user(id).await? else { return Ok(None) };
    let user = mirrored(ports, id, &record);
    // Two requests may take it over at once; the row of one of them is there then.
    if let Err(error) = ports.leaf_users.create(&user).await
        && ports.leaf_users.find(id).await?.is_none()
    {
        return Err(error.into());
    }
    Ok(Some(user))
}
