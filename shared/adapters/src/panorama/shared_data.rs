//! Reads what an operation shares (`GET /sharing/{orgCode}`), in the shape that Precision
//! Planting's public demo application reads: all of it or nothing.
//!
//! An entry whose id is none is passed over, and a name that is not fit to be shown is made so
//! ([`ProviderName`]). All else that is not as expected makes the listing unreadable: read in part,
//! it would look as if the rest were gone.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::listing::Unreadable;
use super::values::{AtMost, Read};
use domain::shared_data::gathered::Gathered;
use domain::shared_data::{
    ProviderFieldId, ProviderName, Season, SharedData, SharedField, SharedStream, StreamId,
};

/// Fields of one operation, each as often as machines have worked it. Beyond it, and beyond the
/// streams, they would fill the memory.
const MOST_FIELDS: usize = 100_000;

/// Streams of one operation.
const MOST_STREAMS: usize = 200_000;

/// Reads it.
pub(super) fn read(body: &[u8]) -> Result<SharedData, Unreadable> {
    let reading = RefCell::new(Reading::default());
    let mut json = serde_json::Deserializer::from_slice(body);
    // Without serde's message: it may quote what it could not read.
    let is_read = Each(&Machine(&reading)).deserialize(&mut json).and_then(|()| json.end()).is_ok();
    let reading = reading.into_inner();
    if reading.has_too_many {
        return Err(Unreadable::TooMany);
    }
    if !is_read || reading.is_in_other_words() {
        return Err(Unreadable::UnknownForm);
    }
    let Gathered { fields_passed_over, streams_passed_over, .. } = reading.gathered;
    if fields_passed_over + streams_passed_over > 0 {
        tracing::warn!(
            fields_passed_over,
            streams_passed_over,
            "what an operation shares has entries whose ids are none"
        );
    }
    Ok(reading.gathered.into_shared_data())
}

/// A listing, as far as it is read.
#[derive(Default)]
struct Reading {
    gathered: Gathered,
    machines: usize,
    /// Machines that have `fields`, if only an empty list.
    with_fields: usize,
    fields: usize,
    /// Fields that have `streams`, if only an empty list.
    with_streams: usize,
    streams: usize,
    has_too_many: bool,
}

impl Reading {
    /// Whether the lists in it must be called something else: no machine has fields, no field has
    /// streams, or there is no field with an id. Taken at its word, everything would be gone.
    fn is_in_other_words(&self) -> bool {
        let Self { gathered, machines, with_fields, fields, with_streams, .. } = self;
        (*machines > 0 && *with_fields == 0)
            || (*fields > 0 && (*with_streams == 0 || gathered.is_empty()))
    }

    /// Takes a field up; whether there was still room for it.
    fn take(&mut self, field: WorkedField) -> bool {
        let WorkedField { uuid: Read(id), client, farm, name, streams } = field;
        let listed = streams.as_ref().map_or(0, |streams| streams.0.len());
        self.fields += 1;
        self.with_streams += usize::from(streams.is_some());
        self.streams += listed;
        self.has_too_many = self.fields > MOST_FIELDS || self.streams > MOST_STREAMS;
        if self.has_too_many {
            return false;
        }
        let Some(id) = id else {
            self.gathered.fields_passed_over += 1;
            return true;
        };
        let streams: Vec<SharedStream> =
            streams.into_iter().flat_map(|streams| streams.0).filter_map(Stream::shared).collect();
        self.gathered.streams_passed_over += listed - streams.len();
        let [client, farm, name] = [client, farm, name].map(|name| name.0);
        self.gathered.add(SharedField { id, client, farm, name, streams });
        true
    }
}

#[derive(Deserialize)]
struct WorkedField {
    uuid: Read<ProviderFieldId>,
    #[serde(default)]
    client: Read<ProviderName>,
    #[serde(default)]
    farm: Read<ProviderName>,
    #[serde(default, rename = "field")]
    name: Read<ProviderName>,
    #[serde(default)]
    streams: Option<AtMost<Stream, MOST_STREAMS>>,
}

#[derive(Deserialize)]
struct Stream {
    id: Read<StreamId>,
    #[serde(default)]
    season: Read<Season>,
    #[serde(default)]
    task_index: Read<i64>,
    #[serde(default)]
    crop: Option<Named>,
    #[serde(default)]
    task: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: Read<ProviderName>,
}

impl Stream {
    fn shared(self) -> Option<SharedStream> {
        let Self { id, season, task_index, crop, task } = self;
        let [crop, task] = [crop, task].map(|named| named.and_then(|named| named.name.0));
        let (season, task_index) = (season.0, task_index.0);
        Some(SharedStream { id: id.0?, season, task_index, crop, task })
    }
}

/// Reads one element, and keeps of it what it likes.
trait Element<'de> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error>;
}

/// A list of such elements, read one after the other.
struct Each<'a, T>(&'a T);

struct One<'a, T>(&'a T);

impl<'de, T: Element<'de>> DeserializeSeed<'de> for One<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        self.0.read(from)
    }
}

impl<'de, T: Element<'de>> DeserializeSeed<'de> for Each<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, T: Element<'de>> Visitor<'de> for Each<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(One(self.0))?.is_some() {}
        Ok(())
    }
}

/// A machine, of which its fields are read.
struct Machine<'a>(&'a RefCell<Reading>);

impl<'de> Element<'de> for Machine<'_> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error> {
        self.0.borrow_mut().machines += 1;
        from.deserialize_map(Fields(self.0))
    }
}

struct Fields<'a>(&'a RefCell<Reading>);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a machine")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut machine: A) -> Result<(), A::Error> {
        while let Some(name) = machine.next_key::<String>()? {
            if name == "fields" {
                self.0.borrow_mut().with_fields += 1;
                machine.next_value_seed(Each(&Field(self.0)))?;
            } else {
                machine.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Field<'a>(&'a RefCell<Reading>);

impl<'de> Element<'de> for Field<'_> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error> {
        let field = WorkedField::deserialize(from)?;
        let has_room = self.0.borrow_mut().take(field);
        if has_room { Ok(()) } else { Err(D::Error::custom("too many fields or streams")) }
    }
}

#[cfg(test)]
mod tests;
