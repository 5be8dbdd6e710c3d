//! `GET …/files/{id}/download/{output}`: `original`, the bytes as Panorama gave them out, and
//! `standardGeojson`, what a converter made of them.
//!
//! HTTP APIs answer at most 6 MB, and a file may have gigabytes: so the answer is a redirect to a
//! link of the file store that lives for some minutes. Nobody may keep the answer.
//!
//! In proxy mode Leaf is asked with its token, which goes no further than that. What it answers is
//! passed on: a link, or the bytes, by way of the bucket if there are many.

use std::time::Duration;

use application::ports::catalogue::Of;
use application::ports::data::{DataError, Download, GivenOut};
use application::ports::files::PresignedUrl;
use application::use_cases::give_out_file::{Given, ask_for_file};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::FileStatus;
use domain::file_output::FileOutput;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::ObjectKey;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use shared::service::Service;
use web::error_key::ErrorKey;
use web::parameters::{Segments, segment};
use web::problem::Problem;

use crate::steps::{NoOutput, Which, made};

/// How long a link lives: as long as a slow client takes to follow it. A download that has begun
/// goes on.
const LINK_LIVES: Duration = Duration::from_mins(5);

/// After how many seconds a file that is being copied is worth another request.
const ASK_AGAIN: u64 = 5;

pub(crate) async fn download(
    State(service): State<Service>,
    Segments((id, output)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let id: FileId = segment("id", &id)?;
    let output = FileOutput::parse(&output).ok_or_else(|| no_such_output(&output))?;
    match service.data.download(id, &output).await? {
        Download::Ours(file) if output.is_original() => original(&service, id, &file).await,
        Download::Ours(file) if output.is_standard_geojson() => {
            standard_geojson(&service, id, &file).await
        }
        Download::Ours(_) | Download::Theirs(GivenOut::Nothing) => {
            Err(no_such_output(output.as_str()))
        }
        Download::Theirs(GivenOut::Link(link)) => redirect(&link),
        Download::Theirs(GivenOut::Bytes(bytes)) => Ok(attachment(bytes)),
        Download::Theirs(GivenOut::TooLarge(of)) => copied(&service, of, id, &output).await,
    }
}

/// An upstream's file that is too large for an answer.
async fn copied(
    service: &Service,
    of: LeafUserId,
    id: FileId,
    output: &FileOutput,
) -> Result<Response, Problem> {
    let given = ask_for_file(&service.ports, of, id, output).await.map_err(DataError::from)?;
    match given {
        Given::Stored(file) => lead_to(service, &file.key(), &file.file_name()).await,
        Given::OnItsWay => Err(Problem::new(
            ErrorKey::FileBeingFetched,
            "Leaf's file is too large for one answer, so it is being copied into the bucket. Send \
             the same request again until it is there.",
        )
        .retry_after(ASK_AGAIN)),
        Given::TooLarge => Err(not_stored(
            "Leaf's file has more bytes than a file may have here (LargestFileBytes).",
        )),
    }
}

async fn original(
    service: &Service,
    id: FileId,
    Of { leaf_user_id, what }: &Of<StoredFile>,
) -> Result<Response, Problem> {
    let Some(stored) = &what.copy.stored else { return Err(why_not_stored(what)) };
    let key = ObjectKey::raw(*leaf_user_id, id, stored.attempt);
    lead_to(service, &key, &stored.file_name).await
}

async fn standard_geojson(
    service: &Service,
    id: FileId,
    Of { leaf_user_id, what }: &Of<StoredFile>,
) -> Result<Response, Problem> {
    let made = made(what, Which::StandardGeojson, service.settings.converter_arn.is_some());
    let not_converted = |none: NoOutput| Problem::new(ErrorKey::FileNotConverted, none.detail());
    let number = made.map_err(not_converted)?;
    let name = what.copy.stored.as_ref().map_or("", |stored| &stored.file_name);
    let key = ObjectKey::standard_geojson(*leaf_user_id, id, number);
    lead_to(service, &key, &format!("{name}.geojson")).await
}

/// A redirect to an object for as long as a link lives.
async fn lead_to(service: &Service, key: &ObjectKey, name: &str) -> Result<Response, Problem> {
    let links = &service.ports.file_links;
    let link = links.presigned_get(key, name, LINK_LIVES).await.map_err(|error| {
        tracing::error!(%error, "no link to a file could be made");
        Problem::storage_unavailable()
    })?;
    redirect(&link)
}

fn redirect(link: &PresignedUrl) -> Result<Response, Problem> {
    let mut response = StatusCode::FOUND.into_response();
    let location = HeaderValue::from_str(link.expose().as_str());
    response.headers_mut().insert(LOCATION, location.map_err(|_| Problem::storage_unavailable())?);
    Ok(response)
}

/// Bytes to be saved. They come from outside: no browser may take them for a page of ours.
fn attachment(bytes: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_DISPOSITION, "attachment")];
    (headers, bytes).into_response()
}

fn no_such_output(name: &str) -> Problem {
    let named = FileOutput::parse(name).map_or_else(
        || "What is named in the path is no output of a file".to_owned(),
        |output| format!("The file has no output `{output}`"),
    );
    not_stored(&format!(
        "{named}. Take the address as it stands in the file, e.g. in downloadOriginalFile."
    ))
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
