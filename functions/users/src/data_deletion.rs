//! `GET …/users/{leafUserId}/data-deletion`: how far the deletion of a Leaf user's data is. The
//! Leaf user itself may be gone for long.

use axum::Json;
use axum::extract::State;
use domain::catalogue::leaving::{Leaving, Stage};
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::service::Service;
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::refusals::no_deletion;

/// A deletion as the contract shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    leaf_user_id: LeafUserId,
    status: &'static str,
    requested_time: Timestamp,
    finished_time: Option<Timestamp>,
    files: u64,
    size_in_bytes: u64,
}

impl From<Leaving> for Resource {
    fn from(leaving: Leaving) -> Self {
        let Leaving { leaf_user_id, requested_at, stage, files, bytes } = leaving;
        let finished_time = match stage {
            Stage::Done { at } => Some(at),
            Stage::Requested | Stage::UnderWay { .. } | Stage::ToBeSeenAgain => None,
        };
        Self {
            leaf_user_id,
            status: stage.as_str(),
            requested_time: requested_at,
            finished_time,
            files,
            size_in_bytes: bytes,
        }
    }
}

pub(crate) async fn read(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Json<Resource>, Problem> {
    let id = segment("leafUserId", &id)?;
    let leaving = service.ports.catalogue.leaving(id).await?;
    Ok(Json(leaving.ok_or_else(|| no_deletion(id))?.into()))
}
