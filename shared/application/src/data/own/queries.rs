//! What the parameters of a list mean for what Panorama shares.
//!
//! Leaf's filters are of many providers. One that cannot apply to Panorama is read all the same,
//! and then matches nothing, as a file without the value does at Leaf.

use std::str::FromStr;

use crate::ports::catalogue::{CopyStatus, OrderBy};
use domain::catalogue::operation_type::OperationType;
use domain::ids::{FileId, LeafUserId};
use domain::invalid::Invalid;
use domain::sent::{Refusals, SentQuery};
use domain::timestamp::Timestamp;
use time::macros::format_description;
use time::{Date, PrimitiveDateTime};

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) by: OrderBy,
    pub(super) descending: bool,
}

/// A query while it is read.
pub(super) struct Query<'a> {
    sent: &'a SentQuery,
    /// What is wrong with it.
    pub(super) refusals: Refusals,
    /// Nothing here has what is asked for.
    pub(super) matches_nothing: bool,
    /// What was read, for the links to other pages. Free texts are not in it: they may be anything.
    pub(super) asked: Vec<(String, String)>,
}

impl<'a> Query<'a> {
    pub(super) fn of(sent: &'a SentQuery) -> Self {
        let (refusals, asked) = (Refusals::default(), Vec::new());
        Self { sent, refusals, matches_nothing: false, asked }
    }

    /// A parameter that may be left out.
    pub(super) fn optional<T: FromStr<Err = Invalid>>(&mut self, name: &'static str) -> Option<T> {
        self.read(name, str::parse)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let text = self.sent.get(name)?;
        let read = self.refusals.take(name, read(text));
        if read.is_some() {
            self.asked.push((name.to_owned(), text.to_owned()));
        }
        read
    }

    pub(super) fn leaf_user(&mut self) -> Option<LeafUserId> {
        self.optional("leafUserId")
    }

    /// Any word is a provider's name that we do not know.
    pub(super) fn is_of_panorama(&mut self) -> bool {
        self.is_word("provider", "Panorama")
    }

    /// Nothing matches but this word.
    pub(super) fn only_word(&mut self, name: &'static str, word: &str) {
        let is = self.is_word(name, word);
        self.matches_nothing |= !is;
    }

    fn is_word(&mut self, name: &'static str, word: &str) -> bool {
        let Some(text) = self.sent.get(name) else { return true };
        // What looks like no word is not repeated.
        if text.bytes().all(|letter| letter.is_ascii_alphabetic() || letter == b'_') {
            self.asked.push((name.to_owned(), text.to_owned()));
        }
        text == word
    }

    /// Everything here comes from the provider.
    pub(super) fn origin(&mut self) {
        const KNOWN: [&str; 4] = ["provider", "automerged", "merged", "uploaded"];
        const RULE: Invalid =
            Invalid::malformed("must be provider, automerged, merged or uploaded");
        let read = |text: &str| KNOWN.contains(&text).then_some(text == "provider").ok_or(RULE);
        self.matches_nothing |= self.read("origin", read) == Some(false);
    }

    /// Panorama names the season of what was done, and no time of the day.
    pub(super) fn times_of_work(&mut self) {
        for name in ["startTime", "endTime"] {
            self.matches_nothing |= self.moment(name).is_some();
        }
    }

    /// Organizations with ids are John Deere's, batches are uploads, and areas are measured in
    /// files.
    pub(super) fn what_panorama_has_not(&mut self) {
        const AREA: Invalid = Invalid::malformed("must be a number of square meters, such as 1000");
        // There are no batches here, so there is no type of their ids: they look like all others.
        let batch = |text: &str| text.parse::<FileId>().map(|_| ());
        let area = |text: &str| {
            let area = text.parse::<f64>().ok();
            area.filter(|area| area.is_finite() && *area >= 0.0).map(|_| ()).ok_or(AREA)
        };
        self.matches_nothing |= self.sent.get("organizationId").is_some();
        self.matches_nothing |= self.read("batchId", batch).is_some();
        self.matches_nothing |= self.read("minArea", area).is_some();
    }

    pub(super) fn status(&mut self) -> Option<CopyStatus> {
        const RULE: Invalid = Invalid::malformed("must be processed, failed or processing");
        self.read("status", |text| CopyStatus::named(text).ok_or(RULE))
    }

    /// Leaf knows one type more of a field's files. Nothing here is of it: what Panorama's words do
    /// not tell is of no type.
    pub(super) fn operation_type_or_other(&mut self) -> Option<OperationType> {
        if self.sent.get("operationType") == Some("other") {
            self.asked.push(("operationType".to_owned(), "other".to_owned()));
            self.matches_nothing = true;
            return None;
        }
        self.optional("operationType")
    }

    /// A crop, in lower case: Leaf's names are in it.
    pub(super) fn crop(&mut self) -> Option<String> {
        self.sent.get("crop").map(str::to_lowercase)
    }

    /// A moment, in any of the usual forms of ISO 8601; a day is its beginning, and what has no
    /// time zone is in UTC.
    pub(super) fn moment(&mut self, name: &'static str) -> Option<Timestamp> {
        self.read(name, moment)
    }

    pub(super) fn order_of_files(&mut self) -> Order {
        const RULE: Invalid = Invalid::malformed(
            "must be one of id, fileName, createdTime, updatedTime, origin, leafUserId, \
             sizeInBytes, provider and fileFormat, alone or followed by ,asc or ,desc",
        );
        self.order(RULE, |field| {
            Some(match field {
                "id" => Some(OrderBy::Id),
                "fileName" => Some(OrderBy::Name),
                "createdTime" => Some(OrderBy::Creation),
                "updatedTime" => Some(OrderBy::Update),
                "leafUserId" => Some(OrderBy::LeafUser),
                "sizeInBytes" => Some(OrderBy::Size),
                "origin" | "provider" | "fileFormat" => None,
                _ => return None,
            })
        })
    }

    pub(super) fn order_of_operations(&mut self) -> Order {
        const RULE: Invalid = Invalid::malformed(
            "must be one of id, leafUserId, startTime, endTime, type and updatedTime, alone or \
             followed by ,asc or ,desc",
        );
        self.order(RULE, |field| {
            Some(match field {
                "id" => Some(OrderBy::Id),
                "leafUserId" => Some(OrderBy::LeafUser),
                "type" => Some(OrderBy::Name),
                "updatedTime" => Some(OrderBy::Update),
                "startTime" | "endTime" => None,
                _ => return None,
            })
        })
    }

    /// `known` tells what a field's order is; in that of a field in which all are alike, the order
    /// is that of creation.
    fn order(&mut self, rule: Invalid, known: impl Fn(&str) -> Option<Option<OrderBy>>) -> Order {
        if self.sent.all("sort").filter(|order| !order.is_empty()).count() > 1 {
            self.refusals.0.push(("sort", Invalid::malformed("may be given once")));
            return Order::CREATION;
        }
        let read = |text: &str| {
            let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
            let by = known(field.trim()).ok_or(rule)?;
            let descending = match &*direction.trim().to_ascii_lowercase() {
                "asc" => false,
                "desc" => true,
                _ => return Err(rule),
            };
            Ok(by.map_or(Order::CREATION, |by| Order { by, descending }))
        };
        self.read("sort", read).unwrap_or(Order::CREATION)
    }
}

fn moment(text: &str) -> Result<Timestamp, Invalid> {
    let text = text.trim();
    let day = format_description!("[year]-[month]-[day]");
    let time = format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]"
    );
    if let Ok(day) = Date::parse(text, day) {
        return Ok(Timestamp::new(day.midnight().assume_utc()));
    }
    if let Ok(moment) = PrimitiveDateTime::parse(text, time) {
        return Ok(Timestamp::new(moment.assume_utc()));
    }
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> SentQuery {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        SentQuery(pairs.collect())
    }

    #[test]
    fn a_moment_is_read_in_the_usual_forms() {
        for (text, read) in [
            ("2026-11-22", "2026-11-22T00:00:00.000000Z"),
            ("2026-11-22T19:52:49", "2026-11-22T19:52:49.000000Z"),
            ("2026-11-22T19:52:49.723", "2026-11-22T19:52:49.723000Z"),
            ("2026-11-22T19:52:49.5Z", "2026-11-22T19:52:49.500000Z"),
            ("2026-11-22T19:52:49-05:00", "2026-11-23T00:52:49.000000Z"),
        ] {
            assert_eq!(moment(text).map(|read| read.to_string()), Ok(read.to_owned()), "{text}");
        }
        for text in ["yesterday", "2026-13-01", "2026-11-22 19:52:49", "1795348800"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_alike_for_all_leaves_the_order_of_creation() {
        for (sort, by, descending) in [
            ("sizeInBytes,desc", OrderBy::Size, true),
            ("id, DESC", OrderBy::Id, true),
            ("provider,desc", OrderBy::Creation, false),
        ] {
            let sent = sent(&[("sort", sort)]);
            let mut query = Query::of(&sent);
            assert_eq!(query.order_of_files(), Order { by, descending }, "{sort}");
            assert_eq!(query.refusals, Refusals::default(), "{sort}");
        }
        for sort in ["name", "id,up", "id;desc", ","] {
            let sent = sent(&[("sort", sort)]);
            let mut query = Query::of(&sent);
            query.order_of_files();
            assert_eq!(query.refusals.0.len(), 1, "{sort}");
            assert!(query.asked.is_empty(), "{sort}");
        }
    }
}
