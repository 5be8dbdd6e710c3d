//! Counts what an operation shares while its field list is read: of a list of many megabytes only
//! hashes stay.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use application::ports::upstream::SyncSummary;

/// Counts a field list: machines, and the fields that each has worked. The same field may come from
/// several machines.
pub(super) fn count(body: &[u8]) -> Result<SyncSummary, serde_json::Error> {
    let counts = RefCell::new(Counts::default());
    let mut json = serde_json::Deserializer::from_slice(body);
    Each(&Machine(&counts)).deserialize(&mut json)?;
    json.end()?;
    let Counts { growers, farms, fields, .. } = counts.into_inner();
    let [growers, farms, fields] =
        [growers.len(), farms.len(), fields.len()].map(|count| count as u64);
    Ok(SyncSummary { growers, farms, fields })
}

/// What was seen, hashed under a key of this count's own: nobody can choose names that look alike.
#[derive(Default)]
struct Counts {
    key: RandomState,
    growers: HashSet<u64>,
    farms: HashSet<u64>,
    fields: HashSet<u64>,
}

impl Counts {
    fn add(&mut self, field: &Field<'_>) {
        let Self { key, growers, farms, fields } = self;
        growers.insert(key.hash_one(&field.client));
        farms.insert(key.hash_one((&field.client, &field.farm)));
        fields.insert(key.hash_one(&field.uuid));
    }
}

#[derive(Deserialize, Hash)]
struct Field<'a> {
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow, default)]
    client: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    farm: Option<Cow<'a, str>>,
}

/// Reads one element, and keeps nothing of it.
trait Element<'de> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error>;
}

/// A list of such elements.
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

/// A machine: its `fields` are counted.
struct Machine<'a>(&'a RefCell<Counts>);

impl<'de> Element<'de> for Machine<'_> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(Fields(self.0))
    }
}

struct Fields<'a>(&'a RefCell<Counts>);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a machine")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut machine: A) -> Result<(), A::Error> {
        while let Some(name) = machine.next_key::<Cow<'_, str>>()? {
            if name == "fields" {
                machine.next_value_seed(Each(&CountedField(self.0)))?;
            } else {
                machine.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct CountedField<'a>(&'a RefCell<Counts>);

impl<'de> Element<'de> for CountedField<'_> {
    fn read<D: Deserializer<'de>>(&self, from: D) -> Result<(), D::Error> {
        self.0.borrow_mut().add(&Field::deserialize(from)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_are_counted_once_each() {
        let list = br#"[
            {"serial_number": "1", "fields": [
                {"uuid": "a", "client": "North", "farm": "Home", "field": "1", "streams": [{"id": "x"}]},
                {"uuid": "b", "client": "North", "farm": "Home"},
                {"uuid": "a", "client": "North", "farm": "Home"}
            ]},
            {"fields": [{"uuid": "\u0061", "client": "North", "farm": "Home"}, {"uuid": "c", "client": "South", "farm": "Home"}, {"uuid": "d"}]},
            {"serial_number": "2"}
        ]"#;
        let SyncSummary { growers, farms, fields } = count(list).expect("a list");
        assert_eq!((growers, farms, fields), (3, 3, 4));
    }

    #[test]
    fn what_is_no_field_list_is_not_counted() {
        for body in [
            "",
            "{}",
            "[1]",
            r#"[{"fields": [{"client": "no uuid"}]}]"#,
            "[]<html>",
            r#"[{"fields": ["#,
        ] {
            assert!(count(body.as_bytes()).is_err(), "{body}");
        }
        assert_eq!(count(b"[]").expect("an empty list").fields, 0);
    }
}
