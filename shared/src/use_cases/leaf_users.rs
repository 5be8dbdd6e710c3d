//! Step 2: Leaf users. Where the upstream keeps them, it is asked, and a row of ours mirrors what keys and conditions need; one that only the
//! upstream knows is taken over at its first use.

use crate::domain::ids::LeafUserId;
use crate::domain::leaf_user::{Filter, LeafUser, Profile};
use crate::ports::connections::Account;
use crate::ports::upstream::UpstreamError;
use crate::ports::{Ports, StoreError};

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
/// See [`UserError`].
pub async fn create_user(ports: &Ports, profile: Profile) -> Result<LeafUser, UserError> {
    let id = match &ports.record_keeper {
        Some(keeper) => keeper.create_user(&profile).await?,
        None => LeafUserId::random(),
    };
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

/// One as it is where Leaf users are kept: a mirror may be behind.
///
/// # Errors
/// See [`UserError`].
pub async fn read_user(ports: &Ports, id: LeafUserId) -> Result<Option<LeafUser>, UserError> {
    let Some(keeper) = &ports.record_keeper else { return find_user(ports, id).await };
    let Some(profile) = keeper.find_user(id).await? else { return Ok(None) };
    Ok(Some(LeafUser { id, profile, created_at: ports.clock.now() }))
}

/// Replaces a profile; `None` when there is no such Leaf user.
///
/// # Errors
/// See [`UserError`].
pub async fn update_user(ports: &Ports, id: LeafUserId, profile: Profile) -> Result<Option<LeafUser>, UserError> {
    if let Some(keeper) = &ports.record_keeper {
        if !keeper.update_user(id, &profile).await? {
            return Ok(None);
        }
        let mirrored = ports.leaf_users.update(id, &profile).await?;
        return Ok(Some(mirrored.unwrap_or(LeafUser { id, profile, created_at: ports.clock.now() })));
    }
    Ok(ports.leaf_users.update(id, &profile).await?)
}

/// A page of those that match.
///
/// # Errors
/// See [`UserError`].
pub async fn list_users(ports: &Ports, filter: &Filter, page: u32, size: u32) -> Result<Vec<LeafUser>, UserError> {
    let Some(keeper) = &ports.record_keeper else { return Ok(ports.leaf_users.list(filter, page, size).await?) };
    let created_at = ports.clock.now();
    let users = keeper.list_users(filter, page, size).await?;
    Ok(users.into_iter().map(|(id, profile)| LeafUser { id, profile, created_at }).collect())
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
    let Some(profile) = keeper.find_user(id).await? else { return Ok(None) };
    let user = LeafUser { id, profile, created_at: ports.clock.now() };
    // Two requests may take it over at once; the row of one of them is there then.
    if let Err(error) = ports.leaf_users.create(&user).await
        && ports.leaf_users.find(id).await?.is_none()
    {
        return Err(error.into());
    }
    Ok(Some(user))
}
