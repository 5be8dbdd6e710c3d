//! What has to be written so that the stored catalogue says what Panorama's listing says.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::entry::{
    Entry, Farm, Field, FieldOperation, Grower, MachineFile, StoredFile, Thing,
};
use crate::catalogue::file_copy::{CopyFailure, FileCopy, FileStatus};
use crate::catalogue::origin::{FarmId, GrowerId};
use crate::catalogue::snapshot::{FilesOfStreams, Snapshot};
use crate::catalogue::turn::FIRST_STREAMS;
use crate::ids::{FieldId, FieldOperationId, FileId};
use crate::shared_data::Season;
use crate::timestamp::Timestamp;

/// All that is stored of a Leaf user, what Panorama does not list any more included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// The growers.
    pub growers: BTreeMap<GrowerId, Entry<Grower>>,
    /// The farms.
    pub farms: BTreeMap<FarmId, Entry<Farm>>,
    /// The fields.
    pub fields: BTreeMap<FieldId, Entry<Field>>,
    /// The field operations.
    pub field_operations: BTreeMap<FieldOperationId, Entry<FieldOperation>>,
    /// The files.
    pub files: BTreeMap<FileId, StoredFile>,
}

/// Entries as they are to be, each with the status that its file had before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// The growers.
    pub growers: Vec<Entry<Grower>>,
    /// The farms.
    pub farms: Vec<Entry<Farm>>,
    /// The fields.
    pub fields: Vec<Entry<Field>>,
    /// The field operations.
    pub field_operations: Vec<Entry<FieldOperation>>,
    /// The files, each with its status before; none had one that is new.
    pub files: Vec<(StoredFile, Option<FileStatus>)>,
}

impl<T> Entry<T> {
    /// Whether it has not been written yet.
    pub const fn is_new(&self) -> bool {
        self.revision == 1
    }
}

impl Stored {
    /// How many files each stream is known to have.
    pub fn files_of_streams(&self) -> FilesOfStreams {
        let mut streams = FilesOfStreams::default();
        for file in self.files.values() {
            let MachineFile { stream, position, .. } = &file.entry.thing;
            streams.note(stream, *position);
        }
        streams
    }

    /// What a snapshot changes.
    pub fn difference(&self, snapshot: Snapshot, now: Timestamp) -> Difference {
        let Snapshot { growers, farms, fields, field_operations, files } = snapshot;
        Difference {
            growers: changes(&self.growers, growers, now),
            farms: changes(&self.farms, farms, now),
            fields: changes(&self.fields, fields, now),
            field_operations: changes(&self.field_operations, field_operations, now),
            files: self.file_changes(files, now),
        }
    }

    fn file_changes(
        &self,
        files: BTreeMap<FileId, MachineFile>,
        now: Timestamp,
    ) -> Vec<(StoredFile, Option<FileStatus>)> {
        let before = self.files.iter().map(|(id, file)| (*id, file.entry.clone())).collect();
        let stopped = self.files.values().filter(|file| {
            let MachineFile { id, .. } = &file.entry.thing;
            let is_same = files.get(id) == Some(&file.entry.thing);
            is_same && file.entry.removed_at.is_none() && file.copy.is_stopped()
        });
        let shared_again = stopped.map(|file| Entry {
            updated_at: now,
            revision: file.entry.revision + 1,
            ..file.entry.clone()
        });
        let shared_again: Vec<_> = shared_again.collect();
        let with_copy = |entry: Entry<MachineFile>| {
            let Some(before) = self.files.get(&entry.thing.id) else {
                return (StoredFile { entry, copy: FileCopy::wanted() }, None);
            };
            let is_same = entry.thing.is_recorded_as(&before.entry.thing);
            let copy = if entry.removed_at.is_some() {
                before.copy.stopped(CopyFailure::NotListed)
            } else if is_same && !before.copy.is_stopped() {
                before.copy.clone()
            } else {
                before.copy.wanted_again()
            };
            (StoredFile { entry, copy }, Some(before.copy.status))
        };
        changes(&before, files, now).into_iter().chain(shared_again).map(with_copy).collect()
    }
}

impl Difference {
    /// The files whose bytes may come later: all but those of [`FIRST_STREAMS`], which are of the
    /// newest season. A stream's other files are fetched with its first.
    pub fn later(&self) -> BTreeSet<FileId> {
        let is_wanted = |(file, before): &&(StoredFile, Option<FileStatus>)| {
            file.entry.thing.position == 0
                && file.copy.status == FileStatus::Processing
                && *before != Some(FileStatus::Processing)
        };
        let mut wanted: Vec<_> =
            self.files.iter().filter(is_wanted).map(|(file, _)| &file.entry.thing).collect();
        wanted.sort_by_key(|file| Reverse(file.done.season.as_ref().map(Season::as_str)));
        wanted.iter().skip(FIRST_STREAMS).map(|file| file.id).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let Self { growers, farms, fields, field_operations, files } = self;
        growers.is_empty()
            && farms.is_empty()
            && fields.is_empty()
            && field_operations.is_empty()
            && files.is_empty()
    }
}

fn changes<T: Thing>(
    stored: &BTreeMap<T::Id, Entry<T>>,
    mut wanted: BTreeMap<T::Id, T>,
    now: Timestamp,
) -> Vec<Entry<T>> {
    let mut changes = Vec::new();
    for (id, entry) in stored {
        let revised = |thing, removed_at| Entry {
            thing,
            updated_at: now,
            removed_at,
            revision: entry.revision + 1,
            created_at: entry.created_at,
        };
        match wanted.remove(id) {
            Some(thing) if thing == entry.thing && entry.removed_at.is_none() => {}
            Some(thing) => changes.push(revised(thing, None)),
            None if entry.removed_at.is_some() => {}
            None => changes.push(revised(entry.thing.clone(), Some(now))),
        }
    }
    let new =
        |thing| Entry { thing, created_at: now, updated_at: now, removed_at: None, revision: 1 };
    changes.extend(wanted.into_values().map(new));
    changes
}

#[cfg(test)]
mod tests;
