//! A machine file in Leaf's shape, and how far each step of its processing is. What is not known is
//! left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use application::ports::catalogue::{CopyStatus, Of};
use domain::catalogue::entry::{MachineFile, StoredFile};
use domain::catalogue::file_copy::{FileStatus, StoredBytes};
use domain::catalogue::operation_type::OperationType;
use domain::file_output::FileOutput;
use domain::ids::{FieldId, FileId, LeafUserId};
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::settings::Settings;

/// A file. The last two fields are ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    id: FileId,
    provider: &'static str,
    leaf_user_id: LeafUserId,
    api_owner_username: String,
    fields: [FieldId; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    file_format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    created_time: Timestamp,
    updated_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_type: Option<&'static str>,
    status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    download_original_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Since when Panorama does not list it.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_time: Option<Timestamp>,
}

impl Resource {
    pub(crate) fn new(of: Of<StoredFile>, owner: &str, settings: &Settings) -> Self {
        let Of { leaf_user_id, what: StoredFile { entry, copy } } = of;
        let MachineFile { id, field, done, .. } = entry.thing;
        let stored = copy.stored.as_ref();
        Self {
            id,
            provider: "Panorama",
            leaf_user_id,
            api_owner_username: owner.to_owned(),
            fields: [field],
            file_format: stored.and_then(|bytes| format(&bytes.file_name)),
            file_name: stored.map(|bytes| bytes.file_name.clone()),
            origin: "provider",
            size_in_bytes: stored.map(|bytes| bytes.size),
            created_time: entry.created_at,
            updated_time: entry.updated_at,
            operation_type: done.operation_type.map(OperationType::as_str),
            status: CopyStatus::of(copy.status).as_str(),
            message: reason(copy.status),
            download_original_file: stored
                .map(|_| FileOutput::original().address(&settings.files_url(), id).into()),
            sha256: stored.map(hash),
            removed_time: entry.removed_at,
        }
    }
}

/// Leaf's names of Precision Planting's formats, by the file's.
fn format(file_name: &str) -> Option<&'static str> {
    let (_, ending) = file_name.rsplit_once('.')?;
    match &*ending.to_ascii_lowercase() {
        "2020" => Some("PP2020"),
        "dat" => Some("dat"),
        _ => None,
    }
}

fn reason(status: FileStatus) -> Option<String> {
    match status {
        FileStatus::Failed(why) => Some(format!("{why}.")),
        FileStatus::Processing | FileStatus::Processed => None,
    }
}

/// As texts have hashes everywhere: hexadecimal digits.
fn hash(bytes: &StoredBytes) -> String {
    bytes.sha256.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a converter would do, in Leaf's words.
const OF_A_CONVERTER: [&str; 6] =
    ["propertiesPNGs", "rawGeojson", "standardGeojson", "summary", "units", "zippedPNGs"];

/// How far each step of a file's processing is.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Steps(BTreeMap<&'static str, Step>);

#[derive(Serialize)]
struct Step {
    status: &'static str,
    message: String,
}

impl Steps {
    pub(crate) fn of(file: &StoredFile) -> Self {
        let status = file.copy.status;
        let message = match status {
            FileStatus::Processed => "ok".to_owned(),
            FileStatus::Processing => "The file is being copied from Panorama.".to_owned(),
            FileStatus::Failed(why) => format!("{why}."),
        };
        let original = Step { status: CopyStatus::of(status).as_str(), message };
        // Of Leaf's three statuses, the one that says that nothing is to be waited for.
        let not_done = || Step {
            status: CopyStatus::Failed.as_str(),
            message: "No converter is configured, so this step is not done.".to_owned(),
        };
        let others = OF_A_CONVERTER.map(|name| (name, not_done()));
        Self([("originalFile", original)].into_iter().chain(others).collect())
    }
}
