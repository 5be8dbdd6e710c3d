//! Multipart uploads that are not finished.

use std::collections::{BTreeMap, HashMap};

use s3s::dto::CompletedPart;
use s3s::{S3Result, s3_error};
use uuid::Uuid;

use crate::blob::Blob;
use crate::object::Name;

/// Each part but the last one has at least so many bytes.
const SMALLEST_PART: u64 = 5 * 1_024 * 1_024;

/// An unfinished upload, with the parts that came, by their numbers.
pub(crate) struct Upload {
    name: Name,
    pub(crate) content_type: Option<String>,
    parts: BTreeMap<i32, Blob>,
}

/// All of them, by their ids.
#[derive(Default)]
pub(crate) struct Uploads(HashMap<String, Upload>);

impl Uploads {
    /// Begins one, and tells its id.
    pub(crate) fn begin(&mut self, name: Name, content_type: Option<String>) -> String {
        let id = Uuid::new_v4().simple().to_string();
        self.0.insert(id.clone(), Upload { name, content_type, parts: BTreeMap::new() });
        id
    }

    /// The upload of this id, if it is of this name.
    pub(crate) fn get(&mut self, id: &str, name: &Name) -> S3Result<&mut Upload> {
        let upload = self.0.get_mut(id).filter(|upload| upload.name == *name);
        upload.ok_or_else(|| s3_error!(NoSuchUpload))
    }

    /// Takes one out.
    pub(crate) fn end(&mut self, id: &str, name: &Name) -> S3Result<Upload> {
        self.get(id, name)?;
        self.0.remove(id).ok_or_else(|| s3_error!(NoSuchUpload))
    }
}

impl Upload {
    /// Adds a part, in the place of one with the same number.
    pub(crate) fn add(&mut self, number: i32, part: Blob) {
        self.parts.insert(number, part);
    }

    /// The parts that a list names, if they make an object.
    pub(crate) fn listed(&self, list: &[CompletedPart]) -> S3Result<Vec<&Blob>> {
        let numbers: Vec<_> = list.iter().map(|part| part.part_number.unwrap_or(0)).collect();
        if list.is_empty() {
            return Err(s3_error!(MalformedXML));
        }
        if !numbers.is_sorted_by(|one, next| one < next) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let mut found = Vec::new();
        for (part, number) in list.iter().zip(&numbers) {
            let blob = self.parts.get(number).filter(|blob| {
                part.e_tag.as_ref().is_some_and(|e_tag| e_tag.value() == blob.e_tag())
            });
            found.push(blob.ok_or_else(|| s3_error!(InvalidPart))?);
        }
        if found.iter().rev().skip(1).any(|blob| blob.size < SMALLEST_PART) {
            return Err(s3_error!(EntityTooSmall));
        }
        Ok(found)
    }

    /// The listed parts are an object's now.
    pub(crate) fn keep(&mut self, list: &[CompletedPart]) {
        for number in list.iter().filter_map(|part| part.part_number) {
            if let Some(blob) = self.parts.get_mut(&number) {
                blob.keep();
            }
        }
    }
}
