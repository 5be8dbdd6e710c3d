//! What operations share: the sample data, and what the control API has made of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seed::{Environment, Operation, derived, made_operation_id};

/// What was changed of an environment's operations, and which ones were made up.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Recorded {
    /// By organization code.
    made: BTreeMap<String, Made>,
    /// By organization code.
    changes: BTreeMap<String, Changes>,
}

/// An operation of so many fields with so many streams each.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    pub(crate) fields: usize,
    pub(crate) streams: usize,
    /// The sizes of each stream's files in bytes; without it, any.
    pub(crate) files: Option<Vec<u64>>,
}

/// What was changed of one operation.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Changes {
    fields: BTreeMap<Uuid, Names>,
    streams: BTreeMap<Uuid, Change>,
    /// How many streams were ever added.
    added: usize,
}

/// New names of a field.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Names {
    pub(crate) client: Option<String>,
    pub(crate) farm: Option<String>,
    pub(crate) field: Option<String>,
}

/// What a stream has become, if it was there, or is.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Change {
    /// The field that it was added to; without it, it is one of the sample or made ones.
    field: Option<Uuid>,
    description: Description,
    files: Option<Vec<u64>>,
    version: u32,
    is_removed: bool,
}

/// What is said of a stream; what is missing is said by the sample.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description {
    pub(crate) season: Option<u64>,
    pub(crate) task_index: Option<u64>,
    pub(crate) crop: Option<String>,
    pub(crate) task: Option<String>,
}

impl Description {
    /// This one, with the other's word for what it does not say.
    fn or(self, other: Self) -> Self {
        Self {
            season: self.season.or(other.season),
            task_index: self.task_index.or(other.task_index),
            crop: self.crop.or(other.crop),
            task: self.task.or(other.task),
        }
    }
}

/// One operation, as it is now.
pub(crate) struct Shared<'a> {
    origin: Origin<'a>,
    changes: Option<&'a Changes>,
}

enum Origin<'a> {
    Sample(&'static Operation),
    Made(Uuid, &'a Made),
}

/// A field, as it is now.
pub(crate) struct SharedField {
    pub(crate) id: Uuid,
    pub(crate) client: String,
    pub(crate) farm: String,
    pub(crate) name: String,
    pub(crate) streams: Vec<(Uuid, Description)>,
}

/// What a stream's files follow from.
pub(crate) struct Recording {
    pub(crate) version: u32,
    /// Their sizes in bytes, if somebody chose them.
    pub(crate) sizes: Option<Vec<u64>>,
}

impl Recorded {
    /// The codes of the operations that were made.
    pub(crate) fn made(&self) -> impl Iterator<Item = &str> {
        self.made.keys().map(String::as_str)
    }

    /// Makes operations; their codes.
    pub(crate) fn make(
        &mut self,
        environment: Environment,
        count: usize,
        made: &Made,
    ) -> Vec<String> {
        let letter = match environment {
            Environment::Stage => 's',
            Environment::Production => 'p',
        };
        let first = self.made.len() + 1;
        let codes: Vec<_> = (first..first + count).map(|n| format!("M{letter}{n:06}")).collect();
        self.made.extend(codes.iter().map(|code| (code.clone(), made.clone())));
        codes
    }

    /// The operation with this code.
    pub(crate) fn operation(&self, environment: Environment, code: &str) -> Option<Shared<'_>> {
        let sample = environment.pool().operation(code).map(Origin::Sample);
        let made = || Some(Origin::Made(made_operation_id(code), self.made.get(code)?));
        Some(Shared { origin: sample.or_else(made)?, changes: self.changes.get(code) })
    }

    /// Adds streams to a field, the first one if none is named; their ids. `None` if there is no
    /// such field.
    pub(crate) fn add_streams(
        &mut self,
        environment: Environment,
        code: &str,
        field: Option<Uuid>,
        count: usize,
        (description, files): (&Description, Option<&Vec<u64>>),
    ) -> Option<Vec<Uuid>> {
        let operation = self.operation(environment, code)?;
        let field = match field {
            None => operation.field_ids().next()?,
            Some(field) => operation.field_ids().find(|id| *id == field)?,
        };
        let changes = self.changes.entry(code.to_owned()).or_default();
        let ids = (0..count).map(|_| {
            changes.added += 1;
            let id = derived(field, FIRST_ADDED + changes.added);
            let change = Change {
                field: Some(field),
                description: description.clone(),
                files: files.cloned(),
                ..Change::default()
            };
            changes.streams.insert(id, change);
            id
        });
        Some(ids.collect())
    }

    /// Changes what is said of a stream, and all the bytes of its files. Whether there is one.
    pub(crate) fn change_stream(
        &mut self,
        environment: Environment,
        code: &str,
        id: Uuid,
        (description, files): (Description, Option<Vec<u64>>),
    ) -> bool {
        self.with_stream(environment, code, id, |change| {
            change.description = description.or(std::mem::take(&mut change.description));
            change.files = files.or(change.files.take());
            change.version += 1;
        })
    }

    /// Takes a stream away. Whether there was one.
    pub(crate) fn remove_stream(&mut self, environment: Environment, code: &str, id: Uuid) -> bool {
        self.with_stream(environment, code, id, |change| change.is_removed = true)
    }

    fn with_stream(
        &mut self,
        environment: Environment,
        code: &str,
        id: Uuid,
        work: impl FnOnce(&mut Change),
    ) -> bool {
        let is_there = self
            .operation(environment, code)
            .is_some_and(|operation| operation.recording(id).is_some());
        if is_there {
            let changes = self.changes.entry(code.to_owned()).or_default();
            work(changes.streams.entry(id).or_default());
        }
        is_there
    }

    /// Gives a field new names. Whether there is one.
    pub(crate) fn rename_field(
        &mut self,
        environment: Environment,
        code: &str,
        id: Uuid,
        names: Names,
    ) -> bool {
        let is_there = self
            .operation(environment, code)
            .is_some_and(|operation| operation.field_ids().any(|field| field == id));
        if is_there {
            let known =
                self.changes.entry(code.to_owned()).or_default().fields.entry(id).or_default();
            known.client = names.client.or(known.client.take());
            known.farm = names.farm.or(known.farm.take());
            known.field = names.field.or(known.field.take());
        }
        is_there
    }
}

/// The place of the first stream that is added to a field: beyond every one that it has.
const FIRST_ADDED: usize = 1_000_000;

impl Shared<'_> {
    pub(crate) fn serial_number(&self) -> &str {
        match self.origin {
            Origin::Sample(operation) => operation.serial_number,
            Origin::Made(..) => "PP-2020-900000",
        }
    }

    /// Every field with its streams.
    pub(crate) fn fields(&self) -> Vec<SharedField> {
        let mut added: BTreeMap<Uuid, Vec<(Uuid, Description)>> = BTreeMap::new();
        for (id, change) in self.changes.iter().flat_map(|changes| &changes.streams) {
            if let Some(field) = change.field
                && !change.is_removed
            {
                let description = change.description.clone().or(new_stream());
                added.entry(field).or_default().push((*id, description));
            }
        }
        let fields = self.field_ids().enumerate().map(|(f, id)| {
            let names = self
                .changes
                .and_then(|changes| changes.fields.get(&id))
                .cloned()
                .unwrap_or_default();
            let [client, farm, name] = self.names_of(f);
            let streams = self.stream_ids(f).enumerate().filter_map(|(s, id)| {
                let change = self.change(id);
                let is_removed = change.is_some_and(|change| change.is_removed);
                let said = change.map(|change| change.description.clone()).unwrap_or_default();
                (!is_removed).then(|| (id, said.or(self.description_of(f, s))))
            });
            let streams = streams.chain(added.remove(&id).unwrap_or_default()).collect();
            SharedField {
                id,
                client: names.client.unwrap_or(client),
                farm: names.farm.unwrap_or(farm),
                name: names.field.unwrap_or(name),
                streams,
            }
        });
        fields.collect()
    }

    /// What the files of a stream follow from, if there is one with this id.
    pub(crate) fn recording(&self, id: Uuid) -> Option<Recording> {
        let change = self.change(id);
        let is_there = match change {
            Some(change) => !change.is_removed,
            None => (0..self.field_count()).any(|f| self.stream_ids(f).any(|stream| stream == id)),
        };
        let made = || match self.origin {
            Origin::Sample(_) => None,
            Origin::Made(_, made) => made.files.clone(),
        };
        is_there.then(|| Recording {
            version: change.map_or(0, |change| change.version),
            sizes: change.and_then(|change| change.files.clone()).or_else(made),
        })
    }

    fn change(&self, stream: Uuid) -> Option<&Change> {
        self.changes?.streams.get(&stream)
    }

    fn id(&self) -> Uuid {
        match self.origin {
            Origin::Sample(operation) => operation.id,
            Origin::Made(id, _) => id,
        }
    }

    fn field_count(&self) -> usize {
        match self.origin {
            Origin::Sample(operation) => operation.fields.len(),
            Origin::Made(_, made) => made.fields,
        }
    }

    /// Derived from the operation's id and the field's place, so that the tables stay readable.
    fn field_ids(&self) -> impl Iterator<Item = Uuid> + use<> {
        let id = self.id();
        (1..=self.field_count()).map(move |place| derived(id, place))
    }

    /// Those that a field began with.
    fn stream_ids(&self, f: usize) -> impl Iterator<Item = Uuid> + use<> {
        let field = derived(self.id(), f + 1);
        let count = match self.origin {
            Origin::Sample(operation) => operation.fields[f].streams.len(),
            Origin::Made(_, made) => made.streams,
        };
        (1..=count).map(move |place| derived(field, place))
    }

    fn names_of(&self, f: usize) -> [String; 3] {
        match self.origin {
            Origin::Sample(operation) => {
                let field = &operation.fields[f];
                [field.client, field.farm, field.name].map(str::to_owned)
            }
            Origin::Made(..) => {
                let place = f + 1;
                [
                    format!("Grower {}", f / 50 + 1),
                    format!("Farm {}", f / 10 + 1),
                    format!("Field {place}"),
                ]
            }
        }
    }

    fn description_of(&self, f: usize, s: usize) -> Description {
        let (season, task_index, crop, task) = match self.origin {
            Origin::Sample(operation) => {
                let stream = &operation.fields[f].streams[s];
                (stream.season.into(), stream.task_index.into(), stream.crop, stream.task)
            }
            Origin::Made(..) => {
                let year = u64::try_from(s / 2).unwrap_or_default();
                let crop = if (f + s / 2).is_multiple_of(2) { "Corn" } else { "Soybeans" };
                let task = if s.is_multiple_of(2) { "Planting" } else { "Harvest" };
                (2_000 + year % 27, u64::from(s % 2 == 1), crop, task)
            }
        };
        Description {
            season: Some(season),
            task_index: Some(task_index),
            crop: Some(crop.to_owned()),
            task: Some(task.to_owned()),
        }
    }
}

/// What is said of a stream that was added without a word.
fn new_stream() -> Description {
    Description {
        season: Some(2026),
        task_index: Some(9),
        crop: Some("Corn".to_owned()),
        task: Some("Harvest".to_owned()),
    }
}

#[cfg(test)]
mod tests;
