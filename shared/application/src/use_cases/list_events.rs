//! Step 6, too: a credential's history, from whoever keeps it.

use crate::ports::Ports;
use crate::ports::connections::EventPage;
use crate::ports::portion::Portion;
use crate::use_cases::leaf_users::{UserError, find_user};
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::record::Shown;

/// A page of a Leaf user's events; `None` when there is no such Leaf user.
///
/// # Errors
/// See [`UserError`].
pub async fn list_events(
    ports: &Ports,
    id: LeafUserId,
    page: &EventPage,
) -> Result<Option<Portion<Shown<Event>>>, UserError> {
    if find_user(ports, id).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(match &ports.record_keeper {
        Some(keeper) => keeper.events(id, page).await?.map(Shown::Theirs),
        None => ports.connections.events(id, page).await?.map(Shown::Ours),
    }))
}
