//! The entries of the catalogue.

use std::collections::BTreeSet;

use crate::catalogue::file_copy::FileCopy;
use crate::catalogue::operation_type::OperationType;
use crate::catalogue::origin::{FarmId, GrowerId};
use crate::ids::{FieldId, FieldOperationId, FileId};
use crate::shared_data::{ProviderFieldId, ProviderName, Season, StreamId};
use crate::timestamp::Timestamp;

/// One that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// What it is.
    pub thing: T,
    /// When it was listed for the first time.
    pub created_at: Timestamp,
    /// When anything of it changed last.
    pub updated_at: Timestamp,
    /// Since when Panorama does not list it; what we have of it stays.
    pub removed_at: Option<Timestamp>,
    /// Counts the writes of its row, from 1: a write on a row that somebody else has written since
    /// is refused.
    pub revision: u32,
}

/// What an [`Entry`] is of.
pub trait Thing: Clone + PartialEq {
    /// What it is known by.
    type Id: Copy + Ord;

    /// Its id.
    fn id(&self) -> Self::Id;
}

/// A grower: Panorama's client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grower {
    /// Its id.
    pub id: GrowerId,
    /// What Panorama calls it.
    pub name: ProviderName,
    /// Its farms.
    pub farms: BTreeSet<FarmId>,
}

/// A farm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farm {
    /// Its id.
    pub id: FarmId,
    /// Who farms it, where Panorama says so.
    pub grower: Option<GrowerId>,
    /// What Panorama calls it.
    pub name: ProviderName,
    /// Its fields.
    pub fields: BTreeSet<FieldId>,
}

/// A field. Panorama lists no boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// Panorama's.
    pub provider_id: ProviderFieldId,
    /// What Panorama calls it.
    pub name: Option<ProviderName>,
    /// The farm that it belongs to, where Panorama says so.
    pub farm: Option<FarmId>,
    /// What was recorded on it.
    pub files: BTreeSet<FileId>,
}

/// What was done to a field in one season, with one crop: the files of it belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOperation {
    /// Its id.
    pub id: FieldOperationId,
    /// Where it was done.
    pub field: FieldId,
    /// What was done.
    pub done: Done,
    /// What was recorded of it.
    pub files: BTreeSet<FileId>,
}

/// What Panorama says of a stream: what was done, when, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Leaf's type of it, if the task's name tells.
    pub operation_type: Option<OperationType>,
    /// The task's name.
    pub task: Option<ProviderName>,
    /// The season.
    pub season: Option<Season>,
    /// The crop.
    pub crop: Option<ProviderName>,
}

/// One file of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineFile {
    /// Its id.
    pub id: FileId,
    /// The stream.
    pub stream: StreamId,
    /// Which of the stream's files, from 0.
    pub position: u16,
    /// Where it was recorded.
    pub field: FieldId,
    /// What it is of.
    pub field_operation: FieldOperationId,
    /// What was done.
    pub done: Done,
    /// Panorama's number of the task.
    pub task_index: Option<i64>,
}

impl MachineFile {
    /// Whether Panorama describes what was recorded as it did before. Where it is filed may change
    /// without the bytes.
    pub fn is_recorded_as(&self, other: &Self) -> bool {
        self.done == other.done && self.task_index == other.task_index
    }
}

/// A file, and how far the copy of its bytes is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The file.
    pub entry: Entry<MachineFile>,
    /// The copy.
    pub copy: FileCopy,
}

macro_rules! things {
    ($($thing:ident: $id:ident),*) => {$(
        impl Thing for $thing {
            type Id = $id;

            fn id(&self) -> $id {
                self.id
            }
        }
    )*};
}

things!(
    Grower: GrowerId,
    Farm: FarmId,
    Field: FieldId,
    FieldOperation: FieldOperationId,
    MachineFile: FileId
);
