//! Request bodies: a JSON object of at most 64 KiB, read field by field, so that every refusal
//! names its field and none repeats what was in it.

use std::fmt;
use std::str::FromStr;

use axum::body::{Body, to_bytes};
use serde_json::{Map, Value};

use super::error_key::ErrorKey;
use super::problem::{FieldError, Problem};
use domain::invalid::{Invalid, InvalidKind};
use domain::leaf_user::Change;
use domain::record::Sent;

/// The largest body that is read.
pub const MAX_BODY: usize = 64 * 1024;

/// A body's fields. Unknown ones are ignored; what is wrong with known ones is collected, so that
/// one answer names all of them.
pub struct Fields {
    object: Map<String, Value>,
    errors: Vec<(ErrorKey, FieldError)>,
}

impl fmt::Debug for Fields {
    /// What is wrong with the fields, and nothing of what is in them: passwords are sent in bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("errors", &self.errors).finish_non_exhaustive()
    }
}

impl Fields {
    /// Reads a body.
    ///
    /// # Errors
    /// It is too large, or not a JSON object.
    pub async fn read(body: Body) -> Result<Self, Problem> {
        let too_large = |_| {
            Problem::new(ErrorKey::BodyTooLarge, "The body may have at most 65536 bytes (64 KiB).")
        };
        let bytes = to_bytes(body, MAX_BODY).await.map_err(too_large)?;
        if bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]) {
            return Err(Problem::new(
                ErrorKey::MalformedJson,
                "The body must be JSON in UTF-8; this is UTF-16.",
            ));
        }
        let bytes = without_byte_order_mark(&bytes);
        // serde_json's message about a syntax error has a place in it, and no content.
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Problem::new(
                ErrorKey::MalformedJson,
                format!("The body must be a JSON object; it cannot be read at {place}."),
            )
        })?;
        match value {
            Value::Object(object) => Ok(Self { object, errors: Vec::new() }),
            _ => Err(Problem::new(
                ErrorKey::MalformedJson,
                "The body must be a JSON object, such as {\"name\": \"value\"}.",
            )),
        }
    }

    /// Whether a field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether a field is there, be it null.
    pub fn names(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// All of it, as it was sent: for an upstream that answers in our place.
    pub fn into_sent(self) -> Sent {
        Sent(self.object)
    }

    /// A field that must be there.
    pub fn required<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<T> {
        if !self.has(name) {
            self.refuse(name, ErrorKey::MissingField, "is required");
            return None;
        }
        self.optional(name)
    }

    /// A field that may be missing or null. An empty one is refused: it is more often a mistake
    /// than a wish.
    pub fn optional<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<T> {
        match self.object.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => match text.parse() {
                Ok(value) => Some(value),
                Err(invalid) => {
                    self.refuse_invalid(name, invalid);
                    None
                }
            },
            Some(other) => {
                let message = format!("must be a string, not {}", type_name(other));
                self.refuse(name, ErrorKey::MistypedField, &message);
                None
            }
        }
    }

    /// A field that may be missing, null or an empty text, which all mean that there is no such
    /// thing.
    pub fn clearable<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<T> {
        match self.object.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => None,
            _ => self.optional(name),
        }
    }

    /// What is to become of a field: one that is missing stays as it is; null or an empty text
    /// means that there is to be no such thing.
    pub fn change<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Change<T> {
        if self.names(name) {
            self.clearable(name).map_or(Change::Clear, Change::Set)
        } else {
            Change::Keep
        }
    }

    /// A list of texts that must be there, and have one entry at least.
    pub fn required_list<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<Vec<T>> {
        let texts = match self.object.get(name) {
            None | Some(Value::Null) => {
                self.refuse(name, ErrorKey::MissingField, "is required");
                return None;
            }
            Some(Value::Array(entries)) => {
                entries.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
            }
            Some(_) => None,
        };
        let parsed =
            texts.map(|texts| texts.into_iter().map(str::parse).collect::<Result<Vec<T>, _>>());
        match parsed {
            Some(Ok(list)) if !list.is_empty() => return Some(list),
            Some(Ok(_)) => self.refuse_invalid(name, Invalid::EMPTY),
            Some(Err(invalid)) => self.refuse_invalid(name, invalid),
            None => self.refuse(name, ErrorKey::MistypedField, "must be a list of strings"),
        }
        None
    }

    /// A truth value, as JSON's or as a text; missing means no.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.object.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if text == "true" => true,
            Some(Value::String(text)) if text == "false" => false,
            Some(_) => {
                self.refuse(name, ErrorKey::MistypedField, "must be true or false");
                false
            }
        }
    }

    /// Notes that a field is refused.
    pub fn refuse(&mut self, name: &str, key: ErrorKey, message: &str) {
        let error = FieldError {
            field: name.to_owned(),
            error_key: key.as_str(),
            message: message.to_owned(),
        };
        self.errors.push((key, error));
    }

    fn refuse_invalid(&mut self, name: &str, invalid: Invalid) {
        self.refuse(name, key_of(invalid), invalid.rule);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Fields were refused: the first gives the problem its `errorKey`, all are listed.
    pub fn finish(&mut self) -> Result<(), Problem> {
        let Some((key, _)) = self.errors.first() else { return Ok(()) };
        let key = *key;
        let fields: Vec<_> = self.errors.drain(..).map(|(_, error)| error).collect();
        let sentences: Vec<_> =
            fields.iter().map(|error| format!("`{}` {}.", error.field, error.message)).collect();
        Err(Problem { fields, ..Problem::new(key, sentences.join(" ")) })
    }
}

/// A body without the mark that some editors and clients put before UTF-8. A parser may ignore it
/// (RFC 8259, 8.1).
fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// The `errorKey` of a text that is not what it should be.
pub(super) fn key_of(invalid: Invalid) -> ErrorKey {
    match invalid.kind {
        InvalidKind::Empty => ErrorKey::EmptyField,
        InvalidKind::TooLong => ErrorKey::FieldTooLong,
        InvalidKind::Malformed => ErrorKey::MalformedField,
        InvalidKind::UnknownEnvironment => ErrorKey::UnknownEnvironment,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
