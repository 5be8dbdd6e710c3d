//! The catalogue's entries as rows.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::conversion_rows;
use super::schema::{
    BY_CREATION, BY_NAME, BY_PARENT, BY_SIZE, BY_UPDATE, KIND_STATUS, KIND_TYPE, TURN,
};
use crate::dynamodb::item::{Item, Reading, Writing, key, number};
use application::ports::catalogue::CopyStatus;
use application::ports::store_error::StoreError;
use domain::catalogue::entry::{
    Done, Entry, Farm, Field, FieldOperation, Grower, MachineFile, StoredFile, Thing,
};
use domain::catalogue::file_copy::{FileCopy, FileStatus, StoredBytes};
use domain::catalogue::operation_type::OperationType;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::catalogue::turn::Turn;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::leaf_user::place;
use domain::object_key::ObjectKey;
use domain::shared_data::{ProviderName, Season};

pub(super) use super::schema::KIND;

const USER_PREFIX: &str = "USER#";

/// Digits of a size in an index: an object of S3 has at most 5 TB.
const SIZE_DIGITS: usize = 15;

/// A thing as a row.
pub(super) trait Row: Thing<Id: ToString> {
    /// What its rows are called.
    const KIND: &'static str;

    /// What lists in the order of names go by.
    fn name(&self) -> Option<&str>;

    /// The id of what it belongs to.
    fn parent(&self) -> Option<String>;

    /// Its attributes.
    fn written(&self, row: Writing) -> Writing;

    /// Reads them.
    fn read(row: Reading<'_>) -> Result<Self, StoreError>;
}

pub(super) fn user_partition(user: LeafUserId) -> String {
    format!("{USER_PREFIX}{user}")
}

/// Whose row it is.
pub(super) fn read_user(row: Reading<'_>) -> Result<LeafUserId, StoreError> {
    let user = row.text("pk")?.strip_prefix(USER_PREFIX).and_then(|id| id.parse().ok());
    user.ok_or_else(|| row.corrupt("pk"))
}

pub(super) fn entry_key<T: Row>(user: LeafUserId, id: T::Id) -> Item {
    key(user_partition(user), format!("{}#{}", T::KIND, id.to_string()))
}

/// A row of an entry, with what its indexes are ordered by.
pub(super) fn entry_row<T: Row>(user: LeafUserId, entry: &Entry<T>) -> Item {
    written(user, entry).done()
}

fn written<T: Row>(user: LeafUserId, entry: &Entry<T>) -> Writing {
    let Entry { thing, created_at, updated_at, removed_at, revision } = entry;
    let id = thing.id();
    let in_order = |of: &str| format!("{}#{of}#{}", T::KIND, id.to_string());
    let created = created_at.to_string();
    let name = thing.name().unwrap_or_default();
    let row = Writing::row(entry_key::<T>(user, id))
        .text(KIND, T::KIND)
        .text("id", id.to_string())
        .text("leafUserId", user)
        .text("createdTime", created_at)
        .text("updatedTime", updated_at)
        .optional("removedTime", *removed_at)
        .with("revision", number(revision))
        .text(BY_CREATION, in_order(&created))
        .text(BY_UPDATE, in_order(&updated_at.to_string()))
        .text(BY_NAME, format!("{}#{}", T::KIND, place(name, &created)))
        .optional(BY_PARENT, thing.parent().map(|parent| in_order(&format!("{parent}#{created}"))));
    thing.written(row)
}

pub(super) fn read_entry<T: Row>(row: Reading<'_>) -> Result<Entry<T>, StoreError> {
    Ok(Entry {
        thing: T::read(row)?,
        created_at: row.moment("createdTime")?,
        updated_at: row.moment("updatedTime")?,
        removed_at: row.optional_moment("removedTime")?,
        revision: row.number("revision")?,
    })
}

impl Row for Grower {
    const KIND: &'static str = "GROWER";

    fn name(&self) -> Option<&str> {
        Some(self.name.as_str())
    }

    fn parent(&self) -> Option<String> {
        None
    }

    fn written(&self, row: Writing) -> Writing {
        let farms = self.farms.iter().flat_map(|farm| farm.0.to_be_bytes());
        row.text("name", &self.name).with("farms", bytes(farms))
    }

    fn read(row: Reading<'_>) -> Result<Self, StoreError> {
        let farms = read_bytes(row, "farms")?;
        Ok(Self {
            id: read_number(row).map(GrowerId)?,
            name: read_name(row, "name")?.ok_or_else(|| row.corrupt("name"))?,
            farms: farms.as_chunks().0.iter().map(|id| FarmId(u64::from_be_bytes(*id))).collect(),
        })
    }
}

impl Row for Farm {
    const KIND: &'static str = "FARM";

    fn name(&self) -> Option<&str> {
        Some(self.name.as_str())
    }

    fn parent(&self) -> Option<String> {
        self.grower.map(|grower| grower.to_string())
    }

    fn written(&self, row: Writing) -> Writing {
        row.text("name", &self.name)
            .optional("growerId", self.grower)
            .with("fields", ids(self.fields.iter().map(|id| id.0)))
    }

    fn read(row: Reading<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: read_number(row).map(FarmId)?,
            name: read_name(row, "name")?.ok_or_else(|| row.corrupt("name"))?,
            grower: row.optional_parsed("growerId")?,
            fields: read_ids(row, "fields", FieldId)?,
        })
    }
}

impl Row for Field {
    const KIND: &'static str = "FIELD";

    fn name(&self) -> Option<&str> {
        self.name.as_ref().map(ProviderName::as_str)
    }

    fn parent(&self) -> Option<String> {
        self.farm.map(|farm| farm.to_string())
    }

    fn written(&self, row: Writing) -> Writing {
        row.text("providerFieldId", &self.provider_id)
            .optional("name", self.name.as_ref())
            .optional("farmId", self.farm)
            .with("files", ids(self.files.iter().map(|id| id.0)))
    }

    fn read(row: Reading<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parsed("id")?,
            provider_id: row.parsed("providerFieldId")?,
            name: read_name(row, "name")?,
            farm: row.optional_parsed("farmId")?,
            files: read_ids(row, "files", FileId)?,
        })
    }
}

impl Row for FieldOperation {
    const KIND: &'static str = "OPERATION";

    /// It has none: in the place of names there are types.
    fn name(&self) -> Option<&str> {
        self.done.operation_type.map(OperationType::as_str)
    }

    fn parent(&self) -> Option<String> {
        Some(self.field.to_string())
    }

    fn written(&self, row: Writing) -> Writing {
        let row =
            row.text("fieldId", self.field).with("files", ids(self.files.iter().map(|id| id.0)));
        write_done(row, Self::KIND, &self.done)
    }

    fn read(row: Reading<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parsed::<FieldOperationId>("id")?,
            field: row.parsed("fieldId")?,
            done: read_done(row)?,
            files: read_ids(row, "files", FileId)?,
        })
    }
}

impl Row for MachineFile {
    const KIND: &'static str = "FILE";

    /// It is Panorama's own, and comes with the bytes.
    fn name(&self) -> Option<&str> {
        None
    }

    fn parent(&self) -> Option<String> {
        Some(self.field.to_string())
    }

    fn written(&self, row: Writing) -> Writing {
        let mut row = row
            .text("streamId", &self.stream)
            .with("position", number(self.position))
            .text("fieldId", self.field)
            .text("operationId", self.field_operation);
        if let Some(index) = self.task_index {
            row = row.with("taskIndex", number(index));
        }
        write_done(row, Self::KIND, &self.done)
    }

    fn read(row: Reading<'_>) -> Result<Self, StoreError> {
        let has_index = row.item.contains_key("taskIndex");
        Ok(Self {
            id: row.parsed("id")?,
            stream: row.parsed("streamId")?,
            position: row.number("position")?,
            field: row.parsed("fieldId")?,
            field_operation: row.parsed("operationId")?,
            done: read_done(row)?,
            task_index: has_index.then(|| row.number("taskIndex")).transpose()?,
        })
    }
}

/// A row of a file, with the state of its copy. `turn` is for whoever reads the change that this
/// write is, and is not read from the row.
pub(super) fn file_row(user: LeafUserId, file: &StoredFile, turn: Turn) -> Item {
    let StoredFile { entry, copy } = file;
    let FileCopy { version, attempts, lease_until, status, stored, left_over, conversion } = copy;
    let created = entry.created_at.to_string();
    let size = stored.as_ref().map_or(0, |stored| stored.size);
    let left_over: Vec<_> = left_over.iter().map(ToString::to_string).collect();
    let failure = match status {
        FileStatus::Failed(why) => Some(why.as_str()),
        FileStatus::Processing | FileStatus::Processed => None,
    };
    let mut row = written(user, entry)
        .with("version", number(version))
        .with("attempts", number(attempts))
        .optional("leaseUntil", *lease_until)
        .text("status", CopyStatus::of(*status).as_str())
        .optional(TURN, turn.as_str())
        .optional("failure", failure)
        .optional("leftOver", (!left_over.is_empty()).then(|| left_over.join(",")))
        .text(BY_SIZE, format!("FILE#{size:0SIZE_DIGITS$}#{created}#{}", entry.thing.id))
        .text(KIND_STATUS, kind_status(CopyStatus::of(*status)));
    if let Some(StoredBytes { attempt, size, sha256, file_name }) = stored {
        row = row
            .with("storedAttempt", number(attempt))
            // For whoever reads the change on the event bus.
            .text("objectKey", ObjectKey::raw(user, entry.thing.id, *attempt))
            .with("size", number(size))
            .with("sha256", bytes(sha256.iter().copied()))
            .text("fileName", file_name)
            .text(BY_NAME, format!("FILE#{}", place(file_name, &created)));
    }
    if let Some(conversion) = conversion {
        row = conversion_rows::written(row, conversion);
    }
    row.done()
}

pub(super) fn read_file(row: Reading<'_>) -> Result<StoredFile, StoreError> {
    let status = match row.text("status")? {
        "processing" => FileStatus::Processing,
        "processed" => FileStatus::Processed,
        "failed" => FileStatus::Failed(row.parsed("failure")?),
        _ => return Err(row.corrupt("status")),
    };
    let stored = if row.item.contains_key("storedAttempt") {
        Some(StoredBytes {
            attempt: row.number("storedAttempt")?,
            size: row.number("size")?,
            sha256: read_bytes(row, "sha256")?.try_into().map_err(|_| row.corrupt("sha256"))?,
            file_name: row.text("fileName")?.to_owned(),
        })
    } else {
        None
    };
    let left_over = row.optional_text("leftOver").unwrap_or_default().split(',');
    let left_over = left_over.filter(|text| !text.is_empty()).map(str::parse);
    Ok(StoredFile {
        entry: read_entry(row)?,
        copy: FileCopy {
            version: row.number("version")?,
            attempts: row.number("attempts")?,
            lease_until: row.optional_moment("leaseUntil")?,
            status,
            stored,
            left_over: left_over.collect::<Result<_, _>>().map_err(|_| row.corrupt("leftOver"))?,
            conversion: conversion_rows::read(row)?,
        },
    })
}

pub(super) fn kind_status(status: CopyStatus) -> String {
    format!("{}#{}", MachineFile::KIND, status.as_str())
}

fn write_done(row: Writing, kind: &str, done: &Done) -> Writing {
    let Done { operation_type, task, season, crop } = done;
    row.optional(KIND_TYPE, operation_type.map(|it| format!("{kind}#{}", it.as_str())))
        .optional("operationType", operation_type.map(OperationType::as_str))
        .optional("task", task.as_ref())
        .optional("season", season.as_ref().map(Season::as_str))
        .optional("crop", crop.as_ref())
}

fn read_done(row: Reading<'_>) -> Result<Done, StoreError> {
    Ok(Done {
        operation_type: row.optional_parsed("operationType")?,
        task: read_name(row, "task")?,
        season: row.optional_text("season").and_then(Season::of),
        crop: read_name(row, "crop")?,
    })
}

fn read_name(row: Reading<'_>, name: &str) -> Result<Option<ProviderName>, StoreError> {
    let read = |text| ProviderName::of(text).ok_or_else(|| row.corrupt(name));
    row.optional_text(name).map(read).transpose()
}

fn read_number(row: Reading<'_>) -> Result<u64, StoreError> {
    row.text("id")?.parse().map_err(|_| row.corrupt("id"))
}

/// Ids take 16 bytes each: a field may have thousands of files, and a row has 400 KB.
fn ids(ids: impl Iterator<Item = Uuid>) -> AttributeValue {
    bytes(ids.flat_map(Uuid::into_bytes))
}

fn read_ids<T: Ord>(
    row: Reading<'_>,
    name: &str,
    id: fn(Uuid) -> T,
) -> Result<BTreeSet<T>, StoreError> {
    let ids = read_bytes(row, name)?.as_chunks().0;
    Ok(ids.iter().map(|bytes| id(Uuid::from_bytes(*bytes))).collect())
}

fn bytes(bytes: impl Iterator<Item = u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes.collect::<Vec<_>>()))
}

fn read_bytes<'a>(row: Reading<'a>, name: &str) -> Result<&'a [u8], StoreError> {
    let value = row.item.get(name).and_then(|value| value.as_b().ok());
    value.map(AsRef::as_ref).ok_or_else(|| row.corrupt(name))
}
