//! What a client sends, as it was sent: a body's fields, and a query. Whoever keeps the records
//! reads of it what it understands, and a field's refusal names the field.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::ids::LeafUserId;
use super::invalid::Invalid;

/// A new value for a field, if it gets one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    Keep,
    /// It has none from now on.
    Clear,
    /// It has this one from now on.
    Set(T),
}

impl<T> Change<T> {
    /// What a whole record says of a field.
    pub(super) fn to(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// A body's fields.
#[derive(Clone)]
pub struct Sent(pub Map<String, Value>);

impl Sent {
    /// Whether a field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether a field is there, be it null.
    pub fn names(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// It is missing or has the wrong form.
    pub fn required<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<T, Invalid> {
        self.optional(name)?.ok_or(Invalid::MISSING)
    }

    /// A field that may be missing or null. An empty one is refused: it is more often a mistake
    /// than a wish.
    ///
    /// # Errors
    /// It has the wrong form.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Invalid> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some),
            Some(other) => Err(no_string(other)),
        }
    }

    /// A field that may be missing, null or an empty text, which all mean that there is no such
    /// thing.
    ///
    /// # Errors
    /// It has the wrong form.
    pub fn clearable<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Invalid> {
        match self.0.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            _ => self.optional(name),
        }
    }

    /// What is to become of a field: one that is missing stays as it is; null or an empty text
    /// means that there is to be no such thing.
    ///
    /// # Errors
    /// It has the wrong form.
    pub fn change<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Change<T>, Invalid> {
        if self.names(name) { self.clearable(name).map(Change::to) } else { Ok(Change::Keep) }
    }

    /// The `id` of a body whose path names the Leaf user already.
    ///
    /// # Errors
    /// It is another one, or has the wrong form.
    pub fn same_id(&self, id: LeafUserId) -> Result<(), Invalid> {
        match self.optional::<LeafUserId>("id")? {
            Some(other) if other != id => {
                Err(Invalid::malformed("must be the one in the path, or be left out"))
            }
            _ => Ok(()),
        }
    }
}

fn no_string(value: &Value) -> Invalid {
    Invalid::mistyped(match value {
        Value::Bool(_) => "must be a string, not a boolean",
        Value::Number(_) => "must be a string, not a number",
        Value::Array(_) => "must be a string, not an array",
        Value::Object(_) => "must be a string, not an object",
        Value::String(_) | Value::Null => "must be a string",
    })
}

/// What is wrong with fields: all of it, so that one answer names all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusals(pub Vec<(&'static str, Invalid)>);

impl Refusals {
    /// What was read of a field, or nothing and the field is refused.
    pub fn take<T>(&mut self, field: &'static str, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|invalid| self.0.push((field, invalid))).ok()
    }

    /// What was read, if no field is refused.
    ///
    /// # Errors
    /// The refusals.
    pub fn or<T>(self, read: Option<T>) -> Result<T, Self> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(self),
        }
    }
}

/// A query.
#[derive(Clone, Default)]
pub struct SentQuery(pub Vec<(String, String)>);

/// One page of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Counts from 0.
    pub number: u32,
    /// Entries on a page.
    pub size: u32,
}

impl SentQuery {
    /// A parameter's first value; an empty one counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All of it.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The parameters of these names that have a value.
    pub fn named(&self, names: &[&str]) -> Vec<(String, String)> {
        let wanted =
            |(name, value): &&(String, String)| names.contains(&&**name) && !value.is_empty();
        self.0.iter().filter(wanted).cloned().collect()
    }

    /// The query for an upstream that answers in our place: as it came, with the page as we read
    /// it.
    pub fn passed_on(&self, page: Page) -> Vec<(String, String)> {
        let others = self.0.iter().filter(|(name, _)| name != "page" && name != "size").cloned();
        let page = [("page", page.number), ("size", page.size)];
        others.chain(page.map(|(name, number)| (name.to_owned(), number.to_string()))).collect()
    }
}

redacted!(Sent, SentQuery);
