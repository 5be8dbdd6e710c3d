//! Request bodies: a JSON object of at most 64 KiB, read field by field, so that every refusal
//! names its field and none repeats what was in it.

use std::fmt;
use std::str::FromStr;

use axum::body::{Body, to_bytes};
use serde_json::Value;

use super::error_key::ErrorKey;
use super::problem::{FieldError, Problem};
use domain::invalid::{Invalid, InvalidKind};
use domain::sent::{Refusals, Sent};

/// The largest body that is read.
pub const MAX_BODY: usize = 64 * 1024;

/// A body's fields. Unknown ones are ignored; what is wrong with known ones is collected, so that
/// one answer names all of them.
pub struct Fields {
    sent: Sent,
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
            Value::Object(object) => Ok(Self { sent: Sent(object), errors: Vec::new() }),
            _ => Err(Problem::new(
                ErrorKey::MalformedJson,
                "The body must be a JSON object, such as {\"name\": \"value\"}.",
            )),
        }
    }

    /// Whether a field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.sent.has(name)
    }

    /// All of it, as it was sent.
    pub fn into_sent(self) -> Sent {
        self.sent
    }

    /// A field that must be there.
    pub fn required<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<T> {
        let read = self.sent.required(name);
        self.take(name, read)
    }

    /// A field that may be missing or null. An empty one is refused: it is more often a mistake
    /// than a wish.
    pub fn optional<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<T> {
        let read = self.sent.optional(name);
        self.take(name, read).flatten()
    }

    fn take<T>(&mut self, name: &str, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|invalid| self.refuse_invalid(name, invalid)).ok()
    }

    /// A list of texts that must be there, and have one entry at least.
    pub fn required_list<T: FromStr<Err = Invalid>>(&mut self, name: &str) -> Option<Vec<T>> {
        let texts = match self.sent.0.get(name) {
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
        match self.sent.0.get(name) {
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

    /// A whole number that may be missing or null.
    pub fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
        rule: &str,
    ) -> Option<u64> {
        match self.sent.0.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Number(number)) => {
                let number = number.as_u64().filter(|number| range.contains(number));
                if number.is_none() {
                    self.refuse(name, ErrorKey::MalformedField, rule);
                }
                return number;
            }
            Some(_) => self.refuse(name, ErrorKey::MistypedField, rule),
        }
        None
    }

    /// A field as it was sent.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.sent.0.get(name)
    }

    /// Notes that fields are refused which somebody else has read.
    pub fn refuse_all(&mut self, Refusals(refusals): Refusals) {
        for (name, invalid) in refusals {
            self.refuse_invalid(name, invalid);
        }
    }

    /// Notes that a field is refused.
    pub fn refuse(&mut self, name: &str, key: ErrorKey, message: &str) {
        self.errors.push((key, field_error(name, key, message)));
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
        Err(problem(key, self.errors.drain(..).map(|(_, error)| error).collect()))
    }
}

fn problem(key: ErrorKey, fields: Vec<FieldError>) -> Problem {
    let sentences: Vec<_> =
        fields.iter().map(|error| format!("`{}` {}.", error.field, error.message)).collect();
    Problem { fields, ..Problem::new(key, sentences.join(" ")) }
}

fn field_error(name: &str, key: ErrorKey, message: &str) -> FieldError {
    FieldError { field: name.to_owned(), error_key: key.as_str(), message: message.to_owned() }
}

impl From<Refusals> for Problem {
    fn from(Refusals(refusals): Refusals) -> Self {
        let key = refusals.first().map_or(ErrorKey::MalformedField, |(_, first)| key_of(*first));
        let error_of = |(name, why): (&str, Invalid)| field_error(name, key_of(why), why.rule);
        problem(key, refusals.into_iter().map(error_of).collect())
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
        InvalidKind::Missing => ErrorKey::MissingField,
        InvalidKind::Mistyped => ErrorKey::MistypedField,
        InvalidKind::UnknownEnvironment => ErrorKey::UnknownEnvironment,
    }
}
