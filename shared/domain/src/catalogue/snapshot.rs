//! What a listing says, as entries of the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::entry::{Done, Farm, Field, FieldOperation, Grower, MachineFile};
use crate::catalogue::operation_type::OperationType;
use crate::catalogue::origin::{FarmId, GrowerId, Origin};
use crate::ids::{FieldId, FieldOperationId, FileId};
use crate::shared_data::{ProviderName, Season, SharedData, SharedField, SharedStream, StreamId};

/// The most files that an entry names. A row of DynamoDB has 400 KB, and a list of everything that
/// was recorded on a field is read page by page.
pub const MOST_FILES: usize = 10_000;

/// What there is, each kind by its ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The growers.
    pub growers: BTreeMap<GrowerId, Grower>,
    /// The farms.
    pub farms: BTreeMap<FarmId, Farm>,
    /// The fields.
    pub fields: BTreeMap<FieldId, Field>,
    /// The field operations.
    pub field_operations: BTreeMap<FieldOperationId, FieldOperation>,
    /// The files.
    pub files: BTreeMap<FileId, MachineFile>,
}

/// How many files each stream has, as far as is known: at least one. How many there are turns out
/// when they are fetched.
#[derive(Debug, Clone, Default)]
pub struct FilesOfStreams(pub BTreeMap<StreamId, u16>);

impl FilesOfStreams {
    /// Notes that a stream has a file at this position.
    pub fn note(&mut self, stream: &StreamId, position: u16) {
        let count = position.saturating_add(1);
        let known = self.0.entry(stream.clone()).or_insert(count);
        *known = count.max(*known);
    }

    fn of(&self, stream: &StreamId) -> u16 {
        self.0.get(stream).copied().unwrap_or(1)
    }
}

impl Snapshot {
    /// What an operation shares.
    pub fn of(origin: &Origin, data: &SharedData, streams: &FilesOfStreams) -> Self {
        let mut snapshot = Self::default();
        for field in data.fields() {
            snapshot.add(origin, field, streams);
        }
        snapshot
    }

    fn add(&mut self, origin: &Origin, listed: &SharedField, streams: &FilesOfStreams) {
        let id = origin.field(&listed.id);
        let farm = self.farm_of(origin, listed, id);
        let mut field = Field {
            id,
            provider_id: listed.id.clone(),
            name: listed.name.clone(),
            farm,
            files: BTreeSet::new(),
        };
        for stream in &listed.streams {
            let operations = &mut self.field_operations;
            let field_operation = operation_of(operations, origin, id, stream);
            for position in 0..streams.of(&stream.id) {
                let file = MachineFile {
                    id: origin.file(&stream.id, position),
                    stream: stream.id.clone(),
                    position,
                    field: id,
                    field_operation: field_operation.id,
                    done: field_operation.done.clone(),
                    task_index: stream.task_index,
                };
                note(&mut field.files, file.id);
                note(&mut field_operation.files, file.id);
                self.files.insert(file.id, file);
            }
        }
        self.fields.insert(id, field);
    }

    /// The farm that a field belongs to, which now has it, and whose grower has the farm.
    fn farm_of(&mut self, origin: &Origin, listed: &SharedField, field: FieldId) -> Option<FarmId> {
        let grower = listed.client.as_ref().map(|client| {
            let id = origin.grower(client);
            let new = || Grower { id, name: client.clone(), farms: BTreeSet::new() };
            self.growers.entry(id).or_insert_with(new)
        });
        let name = listed.farm.as_ref()?;
        let id = origin.farm(listed.client.as_ref(), name);
        let by = grower.map(|grower| {
            grower.farms.insert(id);
            grower.id
        });
        let new = || Farm { id, grower: by, name: name.clone(), fields: BTreeSet::new() };
        self.farms.entry(id).or_insert_with(new).fields.insert(field);
        Some(id)
    }
}

/// The field operation that a stream is of.
fn operation_of<'a>(
    operations: &'a mut BTreeMap<FieldOperationId, FieldOperation>,
    origin: &Origin,
    field: FieldId,
    stream: &SharedStream,
) -> &'a mut FieldOperation {
    let SharedStream { season, crop, task, .. } = stream;
    let text = |name: &Option<ProviderName>| {
        name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default()
    };
    let done = Done {
        operation_type: task.as_ref().and_then(|task| OperationType::of_task(task.as_str())),
        task: task.clone(),
        season: season.clone(),
        crop: crop.clone(),
    };
    let season = season.as_ref().map(Season::as_str).unwrap_or_default();
    let id = origin.field_operation(field, [&text(task), season, &text(crop)]);
    let new = || FieldOperation { id, field, done, files: BTreeSet::new() };
    operations.entry(id).or_insert_with(new)
}

fn note(files: &mut BTreeSet<FileId>, id: FileId) {
    if files.len() < MOST_FILES {
        files.insert(id);
    }
}
