//! A machine file in Leaf's shape. What is not known is left out.

use std::fmt::Write as _;

use application::ports::catalogue::{CopyStatus, Of};
use domain::catalogue::conversion::Output;
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
    download_standard_geojson: Option<String>,
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
        let has_geojson = copy
            .converted()
            .is_some_and(|made| matches!(made.standard_geojson, Output::Made { .. }));
        let geojson = || FileOutput::standard_geojson().address(&settings.files_url(), id).into();
        Self {
            id,
            provider: "Panorama",
            leaf_user_id,
            api_owner_username: owner.to_owned(),
            fields: [field],
            file_format: stored.and_then(StoredBytes::format),
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
            download_standard_geojson: has_geojson.then(geojson),
            sha256: stored.map(hash),
            removed_time: entry.removed_at,
        }
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
