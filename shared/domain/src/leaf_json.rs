//! JSON as Leaf writes it: the bytes of Python's `json.dumps`, with a space after `:` and `,` and
//! nothing but printable ASCII.
//!
//! Leaf's documents tell receivers to check the signature over the raw body, and their Python
//! example checks it over `json.dumps(payload)` (docs.withleaf.io, "Alert Authentication"). With
//! these bytes both ways give the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Writes a value.
///
/// # Errors
/// The value cannot be JSON, such as a map whose keys are no texts.
///
/// # Panics
/// Never: what is written is ASCII.
pub fn to_string(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, PythonsDefaults))?;
    Ok(String::from_utf8(bytes).expect("it is ASCII"))
}

/// `separators=(", ", ": ")` and `ensure_ascii=True`.
struct PythonsDefaults;

impl Formatter for PythonsDefaults {
    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for letter in fragment.chars() {
            if matches!(letter, ' '..='~') {
                write!(writer, "{letter}")?;
            } else {
                // A letter beyond U+FFFF is two of them, as in UTF-16.
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The right sides are what Python 3 prints.
    #[test]
    fn every_value_is_written_as_python_writes_it() {
        for (value, expected) in [
            (
                json!({ "a": 1, "b": [1, 2, { "c": null }], "d": {}, "e": [] }),
                r#"{"a": 1, "b": [1, 2, {"c": null}], "d": {}, "e": []}"#,
            ),
            (
                json!("é, \u{2028}: 😀\u{7f}\u{1f}\"\\/\n\t\u{8}\u{c}\r"),
                r#""\u00e9, \u2028: \ud83d\ude00\u007f\u001f\"\\/\n\t\b\f\r""#,
            ),
            (json!({ "ключ": true }), r#"{"\u043a\u043b\u044e\u0447": true}"#),
        ] {
            assert_eq!(to_string(&value).expect("JSON"), expected);
        }
    }
}
