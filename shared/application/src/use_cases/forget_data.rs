//! The deletion of all that is stored of what a Leaf user shared.
//!
//! Rows first: a copy that ends afterwards finds its file's row gone, and deletes its own object.
//! Then what is in the bucket. A copy that dies instead leaves an object, and a sync that was asked
//! for at the last moment a row: both are found by another look, after the time that any of them
//! had ([`domain::catalogue::leaving`]). Each step may be repeated, and a process that dies
//! anywhere is followed by another one when its lease is over.

use crate::ports::Ports;
use crate::ports::catalogue::{CatalogueError, Forgotten};
use crate::ports::files::FilesError;
use crate::ports::store_error::StoreError;
use crate::use_cases::resume_handshake::Remaining;
use domain::catalogue::leaving::{Leaving, Stage};
use domain::ids::LeafUserId;
use domain::object_key::ObjectPrefix;

/// How often a portion of rows is tried when a copy writes one of them at the same moment.
const ATTEMPTS: u32 = 5;

/// A deletion could not be worked on: to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// The bucket failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was asked for anew, or its rows were written again and again.
    #[error("somebody else has written the deletion, or what it deletes")]
    Conflict,
}

impl From<CatalogueError> for ForgetError {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::Store(error) => error.into(),
            CatalogueError::Conflict | CatalogueError::NoConsent => Self::Conflict,
        }
    }
}

/// Takes one look at what is left of a Leaf user's data, and deletes it.
///
/// # Errors
/// See [`ForgetError`]; what was deleted is.
pub async fn forget_data(ports: &Ports, user: LeafUserId) -> Result<Remaining, ForgetError> {
    let Some(asked) = ports.catalogue.leaving(user).await? else { return Ok(Remaining::Nothing) };
    if asked.is_done() {
        return Ok(Remaining::Nothing);
    }
    let Some(begun) = asked.begin(ports.clock.now()) else { return Ok(Remaining::Something) };
    ports.catalogue.write_leaving(&asked, &begun).await?;
    let (looked, is_empty) = look(ports, begun).await?;
    let ended = if is_empty { looked.seen(ports.clock.now()) } else { looked.put_off() };
    ports.catalogue.write_leaving(&looked, &ended).await?;
    let Leaving { files, bytes, .. } = ended;
    tracing::info!(files, bytes, stage = ended.stage.as_str(), "a Leaf user's data was deleted");
    Ok(match ended.stage {
        Stage::Done { .. } => Remaining::Nothing,
        Stage::Requested | Stage::UnderWay { .. } | Stage::ToBeSeenAgain => Remaining::Something,
    })
}

/// Deletes until nothing is left, or time is out. How the deletion stands then, and whether nothing
/// is left.
async fn look(ports: &Ports, mut leaving: Leaving) -> Result<(Leaving, bool), ForgetError> {
    loop {
        let Forgotten { leaving: after, are_left } = forget_some(ports, &leaving).await?;
        leaving = after;
        if !are_left {
            break;
        }
        if leaving.is_out_of_time(ports.clock.now()) {
            return Ok((leaving, false));
        }
    }
    for prefix in ObjectPrefix::of_user(leaving.leaf_user_id) {
        while ports.files.delete_below(&prefix).await?.are_left {
            if leaving.is_out_of_time(ports.clock.now()) {
                return Ok((leaving, false));
            }
        }
    }
    Ok((leaving, true))
}

async fn forget_some(ports: &Ports, leaving: &Leaving) -> Result<Forgotten, ForgetError> {
    for _ in 1..ATTEMPTS {
        match ports.catalogue.forget(leaving).await {
            Err(CatalogueError::Conflict) => {}
            done => return Ok(done?),
        }
    }
    Ok(ports.catalogue.forget(leaving).await?)
}
