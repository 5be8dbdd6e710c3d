//! What can be downloaded of a machine file: its bytes as they were recorded, or what a converter
//! made of them. In Leaf's shape of a file each has a field, `download` and the output's name.

use std::fmt::{self, Display, Formatter};

use url::Url;

use super::ids::FileId;

/// What the names of such fields begin with.
const DOWNLOAD: &str = "download";

/// Its field has one word more than its address.
const ORIGINAL: &str = "original";
const ORIGINAL_FIELD: &str = "downloadOriginalFile";

/// Leaf's name for it.
const STANDARD_GEOJSON: &str = "standardGeojson";

/// The longest name.
const MAX: usize = 40;

/// An output, by the name that stands in the address that it is downloaded from: `original`, or
/// Leaf's name for a step of the conversion, e.g. `standardGeojson`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOutput(String);

impl FileOutput {
    /// The bytes as they were recorded.
    pub fn original() -> Self {
        Self(ORIGINAL.to_owned())
    }

    /// What a converter made of the points.
    pub fn standard_geojson() -> Self {
        Self(STANDARD_GEOJSON.to_owned())
    }

    /// The output of this name; `None` when no output can have it: letters and digits, at most 40,
    /// the first one a small letter.
    pub fn parse(name: &str) -> Option<Self> {
        let is_small = name.bytes().next()?.is_ascii_lowercase();
        let is_name = name.len() <= MAX && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_small && is_name).then(|| Self(name.to_owned()))
    }

    /// The output that a field of a file has the address of.
    pub fn of_field(field: &str) -> Option<Self> {
        if field == ORIGINAL_FIELD {
            return Some(Self::original());
        }
        let name = field.strip_prefix(DOWNLOAD)?;
        let first = name.chars().next().filter(char::is_ascii_uppercase)?;
        let output = Self::parse(&format!("{}{}", first.to_ascii_lowercase(), &name[1..]))?;
        // Two fields with one address would be two files.
        (!output.is_original()).then_some(output)
    }

    /// Whether a field of a record has such an address in it, or may have.
    pub fn is_field(field: &str) -> bool {
        field.starts_with(DOWNLOAD)
    }

    /// The name of the field with its address.
    pub fn field(&self) -> String {
        if self.is_original() {
            return ORIGINAL_FIELD.to_owned();
        }
        let (first, rest) = self.0.split_at(1);
        format!("{DOWNLOAD}{}{rest}", first.to_ascii_uppercase())
    }

    /// Whether these are the bytes as they were recorded.
    pub fn is_original(&self) -> bool {
        self.0 == ORIGINAL
    }

    /// Whether it is what a converter made of the points.
    pub fn is_standard_geojson(&self) -> bool {
        self.0 == STANDARD_GEOJSON
    }

    /// Where this output of a file is downloaded from, of the files below `files`.
    pub fn address(&self, files: &Url, id: FileId) -> Url {
        let mut url = files.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([&id.to_string(), "download", &self.0]);
        }
        url
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for FileOutput {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_output_has_one_field() {
        for (name, field) in [
            ("original", "downloadOriginalFile"),
            ("standardGeojson", "downloadStandardGeojson"),
            ("x2", "downloadX2"),
        ] {
            let output = FileOutput::parse(name).expect("a name");
            assert_eq!(output.field(), field);
            assert_eq!(FileOutput::of_field(field), Some(output));
        }
        assert_eq!(FileOutput::standard_geojson().field(), "downloadStandardGeojson");
    }

    #[test]
    fn what_is_no_name_is_none() {
        let long = "a".repeat(41);
        for name in ["", "Original", "../x", "a/b", "ä", "a-b", "1a", "a%2f", &*long] {
            assert_eq!(FileOutput::parse(name), None, "{name}");
        }
        for field in ["download", "downloads", "downloadOriginal", "downloadÄ", "fileName", ""] {
            assert_eq!(FileOutput::of_field(field), None, "{field}");
        }
    }
}
