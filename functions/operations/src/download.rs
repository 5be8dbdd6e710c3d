//! `GET …/files/{id}/download/original`: the bytes as Panorama gave them out.
//!
//! HTTP APIs answer at most 6 MB, and a file may have gigabytes: so the answer is a redirect to a
//! link of the file store that lives for some minutes. Nobody may keep the answer.

use std::time::Duration;

use application::ports::catalogue::Of;
use application::ports::data::OfFile;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::FileStatus;
use domain::ids::FileId;
use domain::object_key::ObjectKey;
use domain::record::Shown;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use shared::service::Service;
use shared::settings::Settings;
use web::error_key::ErrorKey;
use web::parameters::{Segments, segment};
use web::problem::Problem;

/// How long a link lives: as long as a slow client takes to follow it. A download that has begun
/// goes on.
const LINK_LIVES: Duration = Duration::from_mins(5);

/// Where a file's bytes are to be had.
pub(crate) fn address(settings: &Settings, id: FileId) -> String {
    let id = id.to_string();
    let path = ["services", "operations", "api", "files", &id, "download", "original"];
    settings.public_url(&path).into()
}

pub(crate) async fn original(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Response, Problem> {
    let id: FileId = segment("id", &id)?;
    let Shown::Ours(Of { leaf_user_id, what }) = service.data.file(id, OfFile::Itself).await?
    else {
        return Err(not_stored(
            "In proxy mode the bytes of Leaf's files are not copied, so they cannot be downloaded \
             here.",
        ));
    };
    let Some(stored) = &what.copy.stored else { return Err(why_not_stored(&what)) };
    let key = ObjectKey::raw(leaf_user_id, id, stored.attempt);
    let links = &service.ports.file_links;
    let link = links.presigned_get(&key, &stored.file_name, LINK_LIVES).await.map_err(|error| {
        tracing::error!(%error, "no link to a file could be made");
        Problem::storage_unavailable()
    })?;
    let mut response = StatusCode::FOUND.into_response();
    let location = HeaderValue::from_str(link.expose().as_str());
    response.headers_mut().insert(LOCATION, location.map_err(|_| Problem::storage_unavailable())?);
    Ok(response)
}

fn why_not_stored(file: &StoredFile) -> Problem {
    match file.copy.status {
        FileStatus::Failed(why) => not_stored(&format!("The file could not be copied: {why}.")),
        FileStatus::Processing | FileStatus::Processed => {
            not_stored("The file is still being copied from Panorama. Try again later.")
        }
    }
}

fn not_stored(detail: &str) -> Problem {
    Problem::new(ErrorKey::FileNotStored, detail)
}
