//! Points in time as AWS JSON writes them.

use serde::{Deserialize, Serialize, Serializer};
use time::{Duration, OffsetDateTime};

/// Milliseconds since the Unix epoch: the resolution of AWS's answers.
///
/// The state file holds it as an integer; on the wire it is a number of seconds with a fraction
/// ([`Timestamp::as_seconds`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    const MILLISECONDS_A_DAY: i64 = 86_400_000;

    /// The midnight (UTC) before it: dates of last access have no time of day.
    pub(crate) fn day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(Self::MILLISECONDS_A_DAY))
    }

    pub(crate) fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * Self::MILLISECONDS_A_DAY)
    }

    /// Serializes as epoch seconds, the wire format of AWS JSON 1.1.
    ///
    /// # Errors
    /// Those of the serializer.
    // serde's `serialize_with` passes a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(crate) fn as_seconds<S: Serializer>(at: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(Duration::milliseconds(at.0).as_seconds_f64())
    }

    /// The same for a date that may be missing (pair it with `skip_serializing_if`).
    #[allow(clippy::ref_option)]
    pub(crate) fn as_optional_seconds<S: Serializer>(
        at: &Option<Self>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => Self::as_seconds(at, serializer),
            None => serializer.serialize_none(),
        }
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        Self(at.unix_timestamp() * 1_000 + i64::from(at.millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_epoch_seconds_with_milliseconds() {
        #[derive(Serialize)]
        struct Wire {
            #[serde(serialize_with = "Timestamp::as_seconds")]
            at: Timestamp,
        }
        let at = Timestamp(1_523_477_145_713);
        assert_eq!(serde_json::to_string(&Wire { at }).unwrap(), r#"{"at":1523477145.713}"#);
    }

    #[test]
    fn a_day_starts_at_midnight_utc() {
        assert_eq!(Timestamp(86_400_000 + 5).day().0, 86_400_000);
    }
}
