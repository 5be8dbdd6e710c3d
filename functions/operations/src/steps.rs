//! How far each step of a file's processing is, and what a converter found in it.

use std::collections::BTreeMap;

use application::ports::catalogue::{CopyStatus, Of};
use application::ports::data::OfFile;
use application::use_cases::file_summary::{FileSummary, read_summary};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::catalogue::conversion::{ConverterMessage, NotMade, Output};
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::FileStatus;
use domain::ids::FileId;
use domain::object_key::ObjectKey;
use domain::record::Shown;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::parameters::{Segments, segment};
use web::problem::Problem;

/// What Leaf does with a file that nobody does here: no converter is asked for it.
const NOBODYS: [&str; 4] = ["propertiesPNGs", "rawGeojson", "units", "zippedPNGs"];

/// How far each step of a file's processing is.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Steps(BTreeMap<&'static str, Step>);

#[derive(Serialize)]
struct Step {
    status: &'static str,
    message: String,
}

impl Step {
    fn new(status: CopyStatus, message: impl Into<String>) -> Self {
        Self { status: status.as_str(), message: message.into() }
    }

    /// Of the original.
    fn of_copy(status: FileStatus) -> Self {
        let message = match status {
            FileStatus::Processed => "ok".to_owned(),
            FileStatus::Processing => "The file is being copied from Panorama.".to_owned(),
            FileStatus::Failed(why) => format!("{why}."),
        };
        Self::new(CopyStatus::of(status), message)
    }

    /// Of what a converter is asked for.
    fn of_output(made: Result<(), &NoOutput>) -> Self {
        match made {
            Ok(()) => Self::new(CopyStatus::Processed, "ok"),
            Err(NoOutput::NotYet(detail)) => Self::new(CopyStatus::Processing, *detail),
            // Of Leaf's three statuses, the one that says that nothing is to be waited for.
            Err(NoOutput::Never(detail)) => Self::new(CopyStatus::Failed, detail.clone()),
        }
    }
}

impl Steps {
    pub(crate) fn of(file: &StoredFile, has_converter: bool) -> Self {
        let nobodys = || Step::new(CopyStatus::Failed, "No converter is asked for this step.");
        let output = |which| Step::of_output(made(file, which, has_converter).as_ref().map(|_| ()));
        let steps = [
            ("originalFile", Step::of_copy(file.copy.status)),
            ("standardGeojson", output(Which::StandardGeojson)),
            ("summary", output(Which::Summary)),
        ];
        Self(steps.into_iter().chain(NOBODYS.map(|name| (name, nobodys()))).collect())
    }
}

/// One of the things that a converter is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    StandardGeojson,
    Summary,
}

/// Why there is none, for people.
#[derive(Debug)]
pub(crate) enum NoOutput {
    /// It may come.
    NotYet(&'static str),
    /// It will not, as things are.
    Never(String),
}

impl NoOutput {
    pub(crate) fn detail(&self) -> &str {
        match self {
            Self::NotYet(detail) => detail,
            Self::Never(detail) => detail,
        }
    }
}

/// Which of a file's copies a converter has made something of.
pub(crate) fn made(file: &StoredFile, which: Which, has_converter: bool) -> Result<u32, NoOutput> {
    let Some(conversion) = file.copy.converted() else {
        return Err(not_converted(file, has_converter));
    };
    let output = match which {
        Which::StandardGeojson => conversion.standard_geojson,
        Which::Summary => conversion.summary,
    };
    match output {
        Output::Made { .. } => Ok(conversion.of_attempt),
        Output::NotMade(why) => Err(not_made(why, conversion.message.as_ref())),
    }
}

/// No converter has come to an end with the bytes that are here.
fn not_converted(file: &StoredFile, has_converter: bool) -> NoOutput {
    if !has_converter {
        let detail = "No converter is configured, so nobody has looked into this file. Its bytes \
                      are as Panorama gave them out.";
        return NoOutput::Never(detail.to_owned());
    }
    match (file.copy.status, &file.copy.stored) {
        (FileStatus::Processing, _) => {
            NoOutput::NotYet("The file is being copied from Panorama, and is converted then.")
        }
        (FileStatus::Failed(why), None) => {
            NoOutput::Never(format!("There is nothing to convert: {why}."))
        }
        (FileStatus::Processed | FileStatus::Failed(_), _) => NoOutput::NotYet(
            "The file has not been converted yet. One that was stored before the converter was \
             configured is converted on request (infra/README.md, \"A converter of your own\").",
        ),
    }
}

fn not_made(why: NotMade, message: Option<&ConverterMessage>) -> NoOutput {
    let why = why.to_string();
    let (first, rest) = why.split_at(1);
    let first = first.to_uppercase();
    NoOutput::Never(match message {
        Some(message) => format!("{first}{rest}. It says: {message}"),
        None => format!("{first}{rest}."),
    })
}

pub(crate) async fn file_status(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Json<Shown<Steps>>, Problem> {
    let id: FileId = segment("id", &id)?;
    let has_converter = service.settings.converter_arn.is_some();
    let file = service.data.file(id, OfFile::Status).await?;
    Ok(Json(file.map(|of| Steps::of(&of.what, has_converter))))
}

pub(crate) async fn file_summary(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Response, Problem> {
    let id: FileId = segment("id", &id)?;
    let Of { leaf_user_id, what } = match service.data.file(id, OfFile::Summary).await? {
        Shown::Theirs(summary) => return Ok(Json(summary).into_response()),
        Shown::Ours(of) => of,
    };
    let has_converter = service.settings.converter_arn.is_some();
    let number = made(&what, Which::Summary, has_converter).map_err(|none| no_summary(&none))?;
    let key = ObjectKey::summary(leaf_user_id, id, number);
    let read = read_summary(&service.ports, &key).await.map_err(|error| {
        tracing::error!(%error, "a summary could not be read");
        Problem::storage_unavailable()
    })?;
    match read {
        FileSummary::Json(bytes) => {
            let json = HeaderValue::from_static("application/json");
            Ok(([(CONTENT_TYPE, json)], bytes).into_response())
        }
        // It was found when it was registered.
        FileSummary::None(NotMade::Missing) => Err(no_summary(&NoOutput::Never(
            "The summary was made, and is not in the bucket any more. The file can be converted \
             again (infra/README.md, \"A converter of your own\")."
                .to_owned(),
        ))),
        // The converter has written something else there since.
        FileSummary::None(why) => Err(no_summary(&not_made(why, None))),
    }
}

fn no_summary(none: &NoOutput) -> Problem {
    Problem::new(ErrorKey::SummaryNotFound, none.detail())
}
