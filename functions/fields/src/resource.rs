//! Growers, farms, fields and their files, in Leaf's shapes. What is not known is left out; the
//! time since when Panorama does not list a thing is ours.

use std::collections::BTreeSet;

use application::ports::catalogue::Of;
use domain::catalogue::entry::{self, Entry, StoredFile};
use domain::catalogue::operation_type::OperationType;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::ids::{FieldId, FileId, LeafUserId};
use domain::timestamp::Timestamp;
use serde::Serialize;

/// Who it is that all of it comes from.
const PROVIDER: &str = "Panorama";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grower {
    id: GrowerId,
    name: String,
    leaf_user_id: LeafUserId,
    provider_name: &'static str,
    /// Panorama has no ids of growers and farms: their names are what they are known by.
    provider_grower_id: String,
    farm_ids: BTreeSet<FarmId>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Farm {
    id: FarmId,
    name: String,
    leaf_user_id: LeafUserId,
    provider_name: &'static str,
    provider_farm_id: String,
    provider_farm_name: String,
    field_ids: BTreeSet<FieldId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grower_id: Option<GrowerId>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    id: FieldId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    leaf_user_id: LeafUserId,
    provider_name: &'static str,
    provider_field_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_field_name: Option<String>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    farm_id: Option<FarmId>,
    /// Panorama lists none.
    boundaries: [&'static str; 0],
    files: BTreeSet<FileId>,
    /// Those of a merged field, which there are none of.
    sources: [&'static str; 0],
    status: &'static str,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileOfField {
    id: FileId,
    leaf_user_id: LeafUserId,
    provider: &'static str,
    provider_file_id: String,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_type: Option<&'static str>,
    crops: Vec<String>,
    /// They are in the files.
    varieties: [&'static str; 0],
}

#[derive(Serialize)]
struct Times {
    #[serde(rename = "createdTime")]
    created: Timestamp,
    #[serde(rename = "updatedTime")]
    updated: Timestamp,
    #[serde(rename = "removedTime", skip_serializing_if = "Option::is_none")]
    removed: Option<Timestamp>,
}

impl<T> From<&Entry<T>> for Times {
    fn from(entry: &Entry<T>) -> Self {
        Self { created: entry.created_at, updated: entry.updated_at, removed: entry.removed_at }
    }
}

impl From<Of<Entry<entry::Grower>>> for Grower {
    fn from(Of { leaf_user_id, what }: Of<Entry<entry::Grower>>) -> Self {
        let times = Times::from(&what);
        let entry::Grower { id, name, farms } = what.thing;
        Self {
            id,
            name: name.to_string(),
            leaf_user_id,
            provider_name: PROVIDER,
            provider_grower_id: name.to_string(),
            farm_ids: farms,
            times,
        }
    }
}

impl From<Of<Entry<entry::Farm>>> for Farm {
    fn from(Of { leaf_user_id, what }: Of<Entry<entry::Farm>>) -> Self {
        let times = Times::from(&what);
        let entry::Farm { id, grower, name, fields } = what.thing;
        Self {
            id,
            name: name.to_string(),
            leaf_user_id,
            provider_name: PROVIDER,
            provider_farm_id: name.to_string(),
            provider_farm_name: name.to_string(),
            field_ids: fields,
            grower_id: grower,
            times,
        }
    }
}

impl From<Of<Entry<entry::Field>>> for Field {
    fn from(Of { leaf_user_id, what }: Of<Entry<entry::Field>>) -> Self {
        let times = Times::from(&what);
        let entry::Field { id, provider_id, name, farm, files } = what.thing;
        let name = name.map(|name| name.to_string());
        Self {
            id,
            name: name.clone(),
            leaf_user_id,
            provider_name: PROVIDER,
            provider_field_id: provider_id.to_string(),
            provider_field_name: name,
            r#type: "ORIGINAL",
            farm_id: farm,
            boundaries: [],
            files,
            sources: [],
            status: "PROCESSED",
            times,
        }
    }
}

impl From<Of<StoredFile>> for FileOfField {
    fn from(Of { leaf_user_id, what }: Of<StoredFile>) -> Self {
        let entry::MachineFile { id, stream, done, .. } = what.entry.thing;
        Self {
            id,
            leaf_user_id,
            provider: PROVIDER,
            provider_file_id: stream.to_string(),
            origin: "provider",
            operation_type: done.operation_type.map(OperationType::as_str),
            crops: done.crop.iter().map(ToString::to_string).collect(),
            varieties: [],
        }
    }
}
