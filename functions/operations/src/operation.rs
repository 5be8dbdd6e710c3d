//! A field operation in Leaf's shape. What is not known is left out: Panorama names the season of
//! what was done, and no time of the day.

use std::collections::BTreeSet;

use application::ports::catalogue::Of;
use domain::catalogue::entry::{Done, Entry, FieldOperation};
use domain::catalogue::operation_type::OperationType;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::shared_data::Season;
use domain::timestamp::Timestamp;
use serde::Serialize;

/// A field operation. What Panorama says of it in its own words comes last, and is ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    id: FieldOperationId,
    api_owner_username: String,
    leaf_user_id: LeafUserId,
    updated_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    files: BTreeSet<FileId>,
    fields: [Place; 1],
    providers: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    season: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crop: Option<String>,
    /// Since when Panorama does not list it.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_time: Option<Timestamp>,
}

/// A field by its id, as Leaf writes it there.
#[derive(Serialize)]
struct Place {
    id: FieldId,
}

impl Operation {
    pub(crate) fn new(of: Of<Entry<FieldOperation>>, owner: &str) -> Self {
        let Of { leaf_user_id, what: entry } = of;
        let FieldOperation { id, field, done, files } = entry.thing;
        let Done { operation_type, task, season, crop } = done;
        Self {
            id,
            api_owner_username: owner.to_owned(),
            leaf_user_id,
            updated_time: entry.updated_at,
            r#type: operation_type.map(OperationType::as_str),
            files,
            fields: [Place { id: field }],
            providers: ["Panorama"],
            task: task.map(|task| task.to_string()),
            season: season.as_ref().map(Season::as_str).map(ToOwned::to_owned),
            crop: crop.map(|crop| crop.to_string()),
            removed_time: entry.removed_at,
        }
    }
}
