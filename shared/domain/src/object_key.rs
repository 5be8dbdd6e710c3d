//! What the objects of the files' bucket are called.
//!
//! A key is made of ids alone, never of a name that Panorama or a partner gave: it says nothing of
//! a farm, may stand in a log, and no name can lead it elsewhere.

use std::fmt;

use super::file_output::FileOutput;
use super::ids::{FileId, LeafUserId};
use super::timestamp::Timestamp;

/// The key of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The bytes of a machine file as Panorama gave them out. The file's row counts them: what
    /// Panorama gives out later is another object, for none is ever changed.
    pub fn raw(user: LeafUserId, file: FileId, number: u32) -> Self {
        Self(format!("{RAW}/{user}/{file}/{number}"))
    }

    /// What a converter made of the points of the raw object with this number.
    pub fn standard_geojson(user: LeafUserId, file: FileId, number: u32) -> Self {
        Self(format!("{CONVERTED}/{user}/{file}/{number}/standard.geojson"))
    }

    /// What a converter made of it as a whole.
    pub fn summary(user: LeafUserId, file: FileId, number: u32) -> Self {
        Self(format!("{CONVERTED}/{user}/{file}/{number}/summary.json"))
    }

    /// A copy of an upstream's file that was asked for at this time. The bucket forgets it.
    pub fn given(user: LeafUserId, file: FileId, output: &FileOutput, asked_at: Timestamp) -> Self {
        Self(format!("{GIVEN}/{user}/{file}/{output}/{}", asked_at.epoch_milliseconds()))
    }

    /// As S3 knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the keys of some objects begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPrefix(String);

impl ObjectPrefix {
    /// Those of everything that is a Leaf user's.
    pub fn of_user(user: LeafUserId) -> [Self; 2] {
        [RAW, CONVERTED].map(|kind| Self(format!("{kind}/{user}/")))
    }

    /// Those of everything that is a machine file's.
    pub fn of_file(user: LeafUserId, file: FileId) -> [Self; 2] {
        [RAW, CONVERTED].map(|kind| Self(format!("{kind}/{user}/{file}/")))
    }

    /// Those of everything that a converter made of a machine file.
    pub fn converted(user: LeafUserId, file: FileId) -> Self {
        Self(format!("{CONVERTED}/{user}/{file}/"))
    }

    /// As S3 knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const RAW: &str = "raw";
const CONVERTED: &str = "converted";
const GIVEN: &str = "given";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_below_its_users_and_its_files_prefixes_and_below_nobody_elses() {
        let (user, other) = (LeafUserId::new([1; 16]), LeafUserId::new([2; 16]));
        let (file, another) = (FileId::new([3; 16]), FileId::new([4; 16]));
        let is_below = |key: &ObjectKey, prefixes: [ObjectPrefix; 2]| {
            prefixes.iter().any(|prefix| key.as_str().starts_with(prefix.as_str()))
        };
        for key in [
            ObjectKey::raw(user, file, 1),
            ObjectKey::standard_geojson(user, file, 1),
            ObjectKey::summary(user, file, 1),
        ] {
            assert!(is_below(&key, ObjectPrefix::of_user(user)), "{key}");
            assert!(is_below(&key, ObjectPrefix::of_file(user, file)), "{key}");
            assert!(!is_below(&key, ObjectPrefix::of_user(other)), "{key}");
            assert!(!is_below(&key, ObjectPrefix::of_file(user, another)), "{key}");
        }
    }

    #[test]
    fn keys_are_what_a_partners_converter_is_told() {
        let (user, file) = (LeafUserId::new([1; 16]), FileId::new([2; 16]));
        let ids = "01010101-0101-4101-8101-010101010101/02020202-0202-4202-8202-020202020202";
        for (key, text) in [
            (ObjectKey::raw(user, file, 2), format!("raw/{ids}/2")),
            (
                ObjectKey::standard_geojson(user, file, 2),
                format!("converted/{ids}/2/standard.geojson"),
            ),
            (ObjectKey::summary(user, file, 2), format!("converted/{ids}/2/summary.json")),
        ] {
            assert_eq!(key.as_str(), text);
        }
    }
}
