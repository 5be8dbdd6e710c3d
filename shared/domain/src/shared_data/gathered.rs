//! A listing while it is read.

use std::cmp::Ordering;

use super::{SharedData, SharedField, SharedStream};

/// What was read of a listing, in its order and with its repeats.
#[derive(Debug, Default)]
pub struct Gathered {
    fields: Vec<SharedField>,
    /// Fields whose ids are none. With them their streams are passed over.
    pub fields_passed_over: usize,
    /// Streams of other fields whose ids are none.
    pub streams_passed_over: usize,
}

impl Gathered {
    /// A field, as one machine has it.
    pub fn add(&mut self, field: SharedField) {
        self.fields.push(field);
    }

    /// How many fields were added.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All of it in its one form. A field that several machines have worked is one field with the
    /// streams of all; a stream that is there twice is there once. Where repeats differ, the one
    /// that says the most counts, and of those the first in the order of their values: in whatever
    /// order a listing comes, it is the same one.
    pub fn into_shared_data(self) -> SharedData {
        let mut listed = self.fields;
        listed.sort_by(|one, other| one.id.cmp(&other.id).then_with(|| fuller_field(one, other)));
        let mut fields: Vec<SharedField> = Vec::with_capacity(listed.len());
        for mut field in listed {
            match fields.last_mut().filter(|last| last.id == field.id) {
                Some(last) => last.streams.append(&mut field.streams),
                None => fields.push(field),
            }
        }
        keep_each_stream_once(&mut fields);
        SharedData { fields }
    }
}

/// Leaves every stream where it is described best.
fn keep_each_stream_once(fields: &mut [SharedField]) {
    let mut streams: Vec<(SharedStream, usize)> = Vec::new();
    for (place, field) in fields.iter_mut().enumerate() {
        streams.extend(std::mem::take(&mut field.streams).into_iter().map(|it| (it, place)));
    }
    streams.sort_by(|(one, one_place), (other, other_place)| {
        let by_content = || fuller_stream(one, other).then(one_place.cmp(other_place));
        one.id.cmp(&other.id).then_with(by_content)
    });
    streams.dedup_by(|(repeated, _), (kept, _)| repeated.id == kept.id);
    for (stream, place) in streams {
        fields[place].streams.push(stream);
    }
}

fn fuller_field(one: &SharedField, other: &SharedField) -> Ordering {
    let names = |field: &SharedField| {
        let SharedField { client, farm, name, .. } = field;
        [client, farm, name].map(Clone::clone)
    };
    let missing = |field: &SharedField| names(field).iter().filter(|name| name.is_none()).count();
    missing(one).cmp(&missing(other)).then_with(|| names(one).cmp(&names(other)))
}

fn fuller_stream(one: &SharedStream, other: &SharedStream) -> Ordering {
    let missing = |stream: &SharedStream| {
        let SharedStream { id: _, season, task_index, crop, task } = stream;
        [season.is_none(), task_index.is_none(), crop.is_none(), task.is_none()]
            .into_iter()
            .filter(|is_none| *is_none)
            .count()
    };
    missing(one).cmp(&missing(other)).then_with(|| one.cmp(other))
}
