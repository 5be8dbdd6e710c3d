//! What is told of what farmers share: fields, field operations and machine files.

use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

use crate::catalogue::file_copy::CopyFailure;
use crate::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use crate::invalid::Invalid;
use crate::leaf_json;
use crate::timestamp::Timestamp;

/// What is told. All are Leaf's (docs.withleaf.io, "Alert Events").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DataAlertType {
    /// The bytes of a file are stored.
    ProviderFileProcessingFinished,
    /// They will not come.
    ProviderFileProcessingFailed,
    /// A field is listed for the first time.
    FieldCreated,
    /// It has changed, or is listed no longer, or again.
    FieldUpdated,
    /// The same of a field operation.
    OperationCreated,
    /// Likewise.
    OperationUpdated,
}

impl DataAlertType {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::ProviderFileProcessingFinished,
        Self::ProviderFileProcessingFailed,
        Self::FieldCreated,
        Self::FieldUpdated,
        Self::OperationCreated,
        Self::OperationUpdated,
    ];

    /// The contract's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderFileProcessingFinished => "providerFileProcessingFinished",
            Self::ProviderFileProcessingFailed => "providerFileProcessingFailed",
            Self::FieldCreated => "fieldCreated",
            Self::FieldUpdated => "fieldUpdated",
            Self::OperationCreated => "operationCreated",
            Self::OperationUpdated => "operationUpdated",
        }
    }
}

impl FromStr for DataAlertType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or(Invalid::malformed("must be the type of an alert about data"))
    }
}

/// Something that has happened to what a Leaf user's operation shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataAlert {
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// What has happened.
    pub what: DataEvent,
}

/// What has happened to which thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataEvent {
    /// The bytes of this file are stored.
    FileProcessed(FileId),
    /// They will not come, and why.
    FileFailed(FileId, CopyFailure),
    /// This field is new.
    FieldCreated(FieldId),
    /// It has changed.
    FieldUpdated(FieldId),
    /// This field operation is new.
    OperationCreated(FieldOperationId),
    /// It has changed.
    OperationUpdated(FieldOperationId),
}

impl DataEvent {
    /// The event of this type about the thing with this id; none if it is a failure without a
    /// reason.
    pub const fn new(kind: DataAlertType, thing: Uuid, why: Option<CopyFailure>) -> Option<Self> {
        Some(match (kind, why) {
            (DataAlertType::ProviderFileProcessingFinished, _) => {
                Self::FileProcessed(FileId(thing))
            }
            (DataAlertType::ProviderFileProcessingFailed, Some(why)) => {
                Self::FileFailed(FileId(thing), why)
            }
            (DataAlertType::ProviderFileProcessingFailed, None) => return None,
            (DataAlertType::FieldCreated, _) => Self::FieldCreated(FieldId(thing)),
            (DataAlertType::FieldUpdated, _) => Self::FieldUpdated(FieldId(thing)),
            (DataAlertType::OperationCreated, _) => Self::OperationCreated(FieldOperationId(thing)),
            (DataAlertType::OperationUpdated, _) => Self::OperationUpdated(FieldOperationId(thing)),
        })
    }

    /// What it is told as.
    pub const fn kind(&self) -> DataAlertType {
        match self {
            Self::FileProcessed(_) => DataAlertType::ProviderFileProcessingFinished,
            Self::FileFailed(..) => DataAlertType::ProviderFileProcessingFailed,
            Self::FieldCreated(_) => DataAlertType::FieldCreated,
            Self::FieldUpdated(_) => DataAlertType::FieldUpdated,
            Self::OperationCreated(_) => DataAlertType::OperationCreated,
            Self::OperationUpdated(_) => DataAlertType::OperationUpdated,
        }
    }

    /// The id of the thing.
    pub const fn thing(&self) -> Uuid {
        match self {
            Self::FileProcessed(id) | Self::FileFailed(id, _) => id.0,
            Self::FieldCreated(id) | Self::FieldUpdated(id) => id.0,
            Self::OperationCreated(id) | Self::OperationUpdated(id) => id.0,
        }
    }

    /// Why a file's bytes will not come.
    pub const fn failure(&self) -> Option<CopyFailure> {
        match self {
            Self::FileFailed(_, why) => Some(*why),
            _ => None,
        }
    }
}

/// What is told of a file (docs.withleaf.io, "Alert Events").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfFile {
    file_id: FileId,
    leaf_user_id: LeafUserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    timestamp: Timestamp,
    r#type: DataAlertType,
}

/// What is told of a field, likewise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfField {
    /// "SYNC" when it comes from a provider.
    source: &'static str,
    leaf_user_id: LeafUserId,
    field_id: FieldId,
    timestamp: Timestamp,
    r#type: DataAlertType,
}

/// What is told of a field operation, likewise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfOperation {
    operation_id: FieldOperationId,
    leaf_user_id: LeafUserId,
    timestamp: Timestamp,
    r#type: DataAlertType,
}

impl DataAlert {
    /// The body of a call that tells it, in Leaf's bytes.
    pub(super) fn body(&self, timestamp: Timestamp) -> serde_json::Result<String> {
        let (leaf_user_id, r#type) = (self.leaf_user_id, self.what.kind());
        match self.what {
            DataEvent::FileProcessed(file_id) | DataEvent::FileFailed(file_id, _) => {
                let message = self.what.failure().map(|why| format!("{why}."));
                leaf_json::to_string(&OfFile { file_id, leaf_user_id, message, timestamp, r#type })
            }
            DataEvent::FieldCreated(field_id) | DataEvent::FieldUpdated(field_id) => {
                let source = "SYNC";
                leaf_json::to_string(&OfField { source, leaf_user_id, field_id, timestamp, r#type })
            }
            DataEvent::OperationCreated(operation_id)
            | DataEvent::OperationUpdated(operation_id) => {
                leaf_json::to_string(&OfOperation { operation_id, leaf_user_id, timestamp, r#type })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THING: Uuid = Uuid::from_u128(0x0202_0202_0202_4202_8202_0202_0202_0202);

    fn body(what: DataEvent) -> String {
        let at = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let alert = DataAlert { leaf_user_id: LeafUserId(Uuid::from_u128(1)), what };
        alert.body(at).expect("JSON")
    }

    /// The fields of Leaf's documents, in their order.
    #[test]
    fn bodies_are_leafs() {
        let user = "\"leafUserId\": \"00000000-0000-0000-0000-000000000001\"";
        let thing = "\"02020202-0202-4202-8202-020202020202\"";
        let end = |kind| {
            format!("\"timestamp\": \"2026-11-22T12:00:00.000000Z\", \"type\": \"{kind}\"}}")
        };
        for (what, begin, kind) in [
            (
                DataEvent::FileProcessed(FileId(THING)),
                format!("{{\"fileId\": {thing}, {user}, "),
                "providerFileProcessingFinished",
            ),
            (
                DataEvent::FileFailed(FileId(THING), CopyFailure::NoConsent),
                format!(
                    "{{\"fileId\": {thing}, {user}, \"message\": \"sharing ended before this file \
                     was downloaded.\", "
                ),
                "providerFileProcessingFailed",
            ),
            (
                DataEvent::FieldUpdated(FieldId(THING)),
                format!("{{\"source\": \"SYNC\", {user}, \"fieldId\": {thing}, "),
                "fieldUpdated",
            ),
            (
                DataEvent::OperationCreated(FieldOperationId(THING)),
                format!("{{\"operationId\": {thing}, {user}, "),
                "operationCreated",
            ),
        ] {
            assert_eq!(body(what), format!("{begin}{}", end(kind)));
        }
    }

    #[test]
    fn every_type_is_read_as_it_is_written_and_makes_an_event_of_its_own() {
        for kind in DataAlertType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
            let event = DataEvent::new(kind, THING, Some(CopyFailure::TooLarge)).expect("an event");
            assert_eq!((event.kind(), event.thing()), (kind, THING));
            assert_eq!(DataEvent::new(kind, THING, event.failure()), Some(event));
        }
        let failed = DataAlertType::ProviderFileProcessingFailed;
        assert_eq!(DataEvent::new(failed, THING, None), None, "nobody would know why");
    }
}
