//! Step 2 where the upstream keeps the Leaf users: what is sent goes there as it was sent, what is
//! there is shown as it is. A row of ours mirrors what keys and conditions need. It is written
//! after the upstream has answered, and only if it can be: without it, or with an old one, a Leaf
//! user is taken over at its next use, and an answer that says "nothing was changed" would not be
//! true.

use crate::ports::Ports;
use crate::ports::upstream::{RecordKeeper, UpstreamError};
use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile};
use domain::record::{Record, Sent};

/// Creates one.
///
/// # Errors
/// See [`UpstreamError`].
pub async fn create_there(
    ports: &Ports,
    keeper: &dyn RecordKeeper,
    sent: Sent,
) -> Result<Record, UpstreamError> {
    let record = keeper.create_user(sent).await?;
    if let Some(id) = record.text("id").and_then(|id| id.parse().ok()) {
        let user = mirrored(ports, id, &record);
        if let Err(error) = ports.leaf_users.create(&user).await {
            tracing::warn!(
                %error,
                leaf_user_id = %id,
                "a new Leaf user is not known here yet; it is taken over at its first use"
            );
        }
    }
    Ok(record)
}

/// Replaces the whole of one; `None` when there is no such Leaf user.
///
/// # Errors
/// See [`UpstreamError`].
pub async fn replace_there(
    ports: &Ports,
    keeper: &dyn RecordKeeper,
    id: LeafUserId,
    sent: Sent,
) -> Result<Option<Record>, UpstreamError> {
    let record = keeper.replace_user(sent).await?;
    changed(ports, id, record).await
}

/// Changes what is sent of one, and nothing else; `None` when there is no such Leaf user.
///
/// # Errors
/// See [`UpstreamError`].
pub async fn change_there(
    ports: &Ports,
    keeper: &dyn RecordKeeper,
    id: LeafUserId,
    sent: Sent,
) -> Result<Option<Record>, UpstreamError> {
    let record = keeper.change_user(id, sent).await?;
    changed(ports, id, record).await
}

/// What we keep of one.
pub(super) fn mirrored(ports: &Ports, id: LeafUserId, record: &Record) -> LeafUser {
    LeafUser {
        id,
        profile: Profile::mirrored(id, |field| record.text(field)),
        created_at: ports.clock.now(),
    }
}

async fn changed(
    ports: &Ports,
    id: LeafUserId,
    record: Option<Record>,
) -> Result<Option<Record>, UpstreamError> {
    let Some(record) = record else { return Ok(None) };
    let profile = mirrored(ports, id, &record).profile;
    if let Err(error) = ports.leaf_users.change(id, &profile.into()).await {
        tracing::warn!(
            %error,
            leaf_user_id = %id,
            "a Leaf user has changed, and what is known of it here has not"
        );
    }
    Ok(Some(record))
}
