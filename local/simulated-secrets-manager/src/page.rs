//! Pages of a listing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::constraints::page_length;
use crate::error::{ErrorKind, ServiceError};
use crate::timestamp::Timestamp;

/// Where a result stands in its listing: by age, then by name. It stays valid when others come and
/// go between two pages.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    created: i64,
    id: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

impl Position {
    pub(crate) fn new(created: Timestamp, id: &str) -> Self {
        Self { created: created.milliseconds(), id: id.to_owned() }
    }

    fn to_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.created, self.id))
    }

    fn from_token(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (created, id) = text.split_once(' ')?;
        Some(Self { created: created.parse().ok()?, id: id.to_owned() })
    }
}

/// The page after `next_token`, and the token of the one that follows, if there is one.
///
/// # Errors
/// `InvalidNextTokenException` for a token that is not ours, `ValidationException` for a
/// `max_results` outside 1–100.
pub(crate) fn page<T>(
    mut results: Vec<T>,
    position: impl Fn(&T) -> Position,
    order: Order,
    max_results: Option<i64>,
    next_token: Option<&str>,
) -> Result<(Vec<T>, Option<String>), ServiceError> {
    let length = page_length(max_results)?;
    let after = match next_token {
        Some(token) => Some(Position::from_token(token).ok_or_else(|| {
            ServiceError::new(ErrorKind::InvalidNextToken, "The NextToken value is invalid.")
        })?),
        None => None,
    };
    results.sort_by_cached_key(&position);
    if order == Order::NewestFirst {
        results.reverse();
    }
    if let Some(after) = after {
        results.retain(|result| match order {
            Order::OldestFirst => position(result) > after,
            Order::NewestFirst => position(result) < after,
        });
    }
    let more = results.len() > length;
    results.truncate(length);
    let next = results.last().filter(|_| more).map(|last| position(last).to_token());
    Ok((results, next))
}
