//! Attributes in and out.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;

use super::schema::{PK, SK, TTL};
use application::ports::store_error::StoreError;
use domain::timestamp::Timestamp;

/// A row as DynamoDB has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A text attribute.
pub(super) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A number attribute.
pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A row's key.
pub(super) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    HashMap::from([(PK.to_owned(), text(pk.into())), (SK.to_owned(), text(sk.into()))])
}

/// A row that is being written.
pub(super) struct Writing(Item);

impl Writing {
    pub(super) fn row(key: Item) -> Self {
        Self(key)
    }

    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(super) fn text(self, name: &str, value: impl ToString) -> Self {
        self.with(name, text(value))
    }

    pub(super) fn optional(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(super) fn ttl(self, at: Timestamp) -> Self {
        self.with(TTL, number(at.epoch_seconds()))
    }

    pub(super) fn done(self) -> Item {
        self.0
    }
}

/// A row that is being read. Its errors name the attribute, never the value.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) operation: &'static str,
    pub(super) item: &'a Item,
}

impl<'a> Reading<'a> {
    pub(super) fn corrupt(self, attribute: &str) -> StoreError {
        StoreError {
            operation: self.operation,
            failure: format!("the attribute `{attribute}` of a row cannot be read"),
        }
    }

    pub(super) fn optional_text(self, name: &str) -> Option<&'a str> {
        self.item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, StoreError> {
        self.optional_text(name).ok_or_else(|| self.corrupt(name))
    }

    pub(super) fn parsed<T: FromStr>(self, name: &str) -> Result<T, StoreError> {
        self.text(name)?.parse().map_err(|_| self.corrupt(name))
    }

    pub(super) fn optional_parsed<T: FromStr>(self, name: &str) -> Result<Option<T>, StoreError> {
        self.optional_text(name)
            .map(|text| text.parse().map_err(|_| self.corrupt(name)))
            .transpose()
    }

    pub(super) fn moment(self, name: &str) -> Result<Timestamp, StoreError> {
        Timestamp::parse(self.text(name)?).map_err(|_| self.corrupt(name))
    }

    pub(super) fn optional_moment(self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        self.optional_text(name)
            .map(|text| Timestamp::parse(text).map_err(|_| self.corrupt(name)))
            .transpose()
    }

    pub(super) fn number<T: FromStr>(self, name: &str) -> Result<T, StoreError> {
        let number = self.item.get(name).and_then(|value| value.as_n().ok());
        number.and_then(|number| number.parse().ok()).ok_or_else(|| self.corrupt(name))
    }
}
