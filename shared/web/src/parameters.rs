//! Parameters in the path and the query, each refused by its name.

use std::str::FromStr;

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::error_key::ErrorKey;
use super::fields::key_of;
use super::problem::Problem;
use domain::invalid::Invalid;
use domain::sent::{Page, SentQuery};

/// The largest page that one can ask for (Leaf's documents).
pub const MAX_PAGE_SIZE: u32 = 100;

/// The named segments of a path, as texts. As axum's [`Path`], but what is no text is refused with
/// a problem document.
#[derive(Debug)]
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(match error.into_kind() {
                    ErrorKind::InvalidUtf8InPathParam { key } => Problem::of_field(
                        ErrorKey::MalformedField,
                        &key,
                        "must be percent-encoded UTF-8",
                    ),
                    _ => unreadable_path(),
                })
            }
            Err(_) => Err(unreadable_path()),
        }
    }
}

fn unreadable_path() -> Problem {
    Problem::new(ErrorKey::RouteNotFound, "The path cannot be read.")
}

/// Reads a segment of the path.
///
/// # Errors
/// It has the wrong form.
pub fn segment<T: FromStr<Err = Invalid>>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| invalid(name, error))
}

/// The refusal of a parameter that is not what it should be.
pub fn invalid(name: &str, error: Invalid) -> Problem {
    Problem::of_field(key_of(error), name, error.rule)
}

/// A request's query.
#[derive(Debug, Default)]
pub struct Query(SentQuery);

impl Query {
    /// Reads a URI's query. Broken escapes are read as they stand.
    pub fn of(uri: &http::Uri) -> Self {
        Self::read(uri.query().unwrap_or_default())
    }

    /// Reads a query.
    pub fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self(SentQuery(pairs.collect()))
    }

    /// A parameter's first value; an empty one counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// Whether a parameter is `true`; left out, it is not.
    ///
    /// # Errors
    /// It is something else than `true` and `false`.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                Err(Problem::of_field(ErrorKey::MalformedField, name, "must be true or false"))
            }
        }
    }

    /// All of it, as it was sent.
    pub const fn sent(&self) -> &SentQuery {
        &self.0
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// It is missing or has the wrong form.
    pub fn required<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<T, Problem> {
        let missing =
            || Problem::of_field(ErrorKey::MissingField, name, "is required as a query parameter");
        segment(name, self.get(name).ok_or_else(missing)?)
    }

    /// `page` (from 0, default 0) and `size` (1 to 100, with a default).
    ///
    /// # Errors
    /// One of them is not such a number.
    pub fn page(&self, default_size: u32) -> Result<Page, Problem> {
        let number = self.whole_number(
            "page",
            0,
            0..=1_000_000,
            "must be a whole number from 0 to 1000000",
        )?;
        let size = self.whole_number(
            "size",
            default_size,
            1..=MAX_PAGE_SIZE,
            "must be a whole number from 1 to 100",
        )?;
        Ok(Page { number, size })
    }

    /// The same for a list that is short by nature: whole, unless a `size` asks for less.
    ///
    /// # Errors
    /// One of them is not such a number.
    pub fn page_of_short_list(&self) -> Result<Page, Problem> {
        self.page(u32::MAX)
    }

    fn whole_number(
        &self,
        name: &str,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
        rule: &str,
    ) -> Result<u32, Problem> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| Problem::of_field(ErrorKey::MalformedField, name, rule))
    }
}

/// The provider in a path: there is one.
///
/// # Errors
/// It is another.
pub fn provider(text: &str) -> Result<(), Problem> {
    if text == "Panorama" {
        Ok(())
    } else {
        Err(Problem::of_field(ErrorKey::UnknownProvider, "provider", "must be Panorama"))
    }
}
