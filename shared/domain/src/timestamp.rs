//! Moments, as the contract writes them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{datetime, format_description};

use super::invalid::Invalid;

/// Leaf's form of a time: `yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'`. Of fixed width, so texts sort as the
/// moments do.
const LEAF_FORM: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// The last moment that there is.
const LATEST: OffsetDateTime = datetime!(9999-12-31 23:59:59.999999 UTC);

/// A moment in UTC, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The moment, cut to whole microseconds, which is what a stored one holds. One before 1970 or
    /// after the year 9999 is the next that there is room for: texts from outside name such
    /// moments.
    ///
    /// # Panics
    /// Never: cutting digits off a fraction of a second leaves one.
    pub fn new(moment: OffsetDateTime) -> Self {
        let edge = if moment.year() < 1970 { OffsetDateTime::UNIX_EPOCH } else { LATEST };
        let moment = moment.checked_to_offset(time::UtcOffset::UTC).unwrap_or(edge);
        let moment = moment.clamp(OffsetDateTime::UNIX_EPOCH, LATEST);
        let whole = moment.nanosecond() / 1_000 * 1_000;
        Self(
            moment
                .replace_nanosecond(whole)
                .expect("fewer than 1e9 nanoseconds stay fewer when cut"),
        )
    }

    /// Seconds since 1970, cut: the unit of DynamoDB's TTL and of a token's `exp`.
    pub fn epoch_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// Milliseconds since 1970, cut: the unit of a metric's time.
    pub fn epoch_milliseconds(self) -> i64 {
        self.0.unix_timestamp() * 1_000 + i64::from(self.0.millisecond())
    }

    /// The moment that is so many milliseconds after 1970; none when that is beyond the calendar.
    pub fn from_epoch_milliseconds(milliseconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
            .ok()
            .map(Self::new)
    }

    /// This moment and `length` more, but no later than the year 9999: the last that the form has
    /// room for.
    #[must_use]
    pub fn plus(self, length: Duration) -> Self {
        let sum =
            time::Duration::try_from(length).ok().and_then(|length| self.0.checked_add(length));
        sum.map_or(Self(LATEST), Self)
    }

    /// This moment and `length` less, but no earlier than 1970.
    #[must_use]
    pub fn minus(self, length: Duration) -> Self {
        let rest =
            time::Duration::try_from(length).ok().and_then(|length| self.0.checked_sub(length));
        Self(rest.map_or(OffsetDateTime::UNIX_EPOCH, |rest| rest.max(OffsetDateTime::UNIX_EPOCH)))
    }

    /// Whole seconds from `earlier` to this moment; 0 when it is not earlier.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        u64::try_from((self.0 - earlier.0).whole_seconds()).unwrap_or(0)
    }

    /// The hour that it is in, e.g. `2026-11-22T19`.
    pub fn hour(self) -> String {
        self.to_string()[..13].to_owned()
    }

    /// Reads Leaf's form.
    ///
    /// # Errors
    /// The text is not in that form.
    pub fn parse(text: &str) -> Result<Self, time::error::Parse> {
        time::PrimitiveDateTime::parse(text, LEAF_FORM).map(|moment| Self(moment.assume_utc()))
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    /// Reads any form of RFC 3339, Leaf's among them.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        let moment = OffsetDateTime::parse(text, &Rfc3339);
        moment
            .map(Self::new)
            .map_err(|_| Invalid::malformed("must be a time such as 2026-11-22T12:00:00Z"))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(moment: Timestamp) -> Self {
        moment.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(LEAF_FORM).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_the_end_of_it() {
        let moment = Timestamp::new(datetime!(2026-11-22 12:00 UTC));
        assert_eq!(moment.plus(Duration::MAX).to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(
            moment.plus(Duration::from_hours(24 * 365 * 9_000)).to_string(),
            "9999-12-31T23:59:59.999999Z"
        );
        assert_eq!(moment.minus(Duration::MAX).to_string(), "1970-01-01T00:00:00.000000Z");
    }

    #[test]
    fn a_text_may_name_a_moment_that_there_is_no_room_for() {
        for (text, moment) in [
            ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"),
            ("0000-01-01T00:00:00+01:00", "1970-01-01T00:00:00.000000Z"),
            ("1969-12-31T23:59:59Z", "1970-01-01T00:00:00.000000Z"),
        ] {
            assert_eq!(
                text.parse::<Timestamp>().map(|read| read.to_string()),
                Ok(moment.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn is_written_as_leaf_writes_it_and_read_back() {
        let moment = Timestamp::new(datetime!(2026-11-22 19:52:49.123456789 UTC));
        assert_eq!(moment.to_string(), "2026-11-22T19:52:49.123456Z");
        assert_eq!(Timestamp::parse("2026-11-22T19:52:49.123456Z"), Ok(moment));
        assert_eq!(moment.hour(), "2026-11-22T19");
    }

    #[test]
    fn is_read_from_any_form_of_rfc_3339() {
        let moment = Timestamp::new(datetime!(2026-11-22 19:52:49 UTC));
        for text in
            ["2026-11-22T19:52:49Z", " 2026-11-22T19:52:49.000000Z", "2026-11-22T14:52:49-05:00"]
        {
            assert_eq!(text.parse(), Ok(moment), "{text}");
        }
        for text in ["", "2026-11-22", "2026-11-22T19:52:49", "1795348800", "2026-13-01T00:00:00Z"]
        {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
