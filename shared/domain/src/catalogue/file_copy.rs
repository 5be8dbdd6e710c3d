//! How far the copy of a file's bytes is.
//!
//! A copy is attempted by one process at a time, under a lease that outlives the process. Each
//! attempt writes an object of its own, named by the attempt's number, so no object is ever
//! written twice; the row says which one holds the file, and which ones are left over.

use std::str::FromStr;
use std::time::Duration;

use crate::catalogue::conversion::Conversion;
use crate::invalid::Invalid;
use crate::timestamp::Timestamp;

/// How long an attempt has: as long as a Lambda function can run, so that whoever holds an expired
/// lease is no longer there.
pub const LEASE: Duration = Duration::from_mins(15);

/// The state of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    /// What Panorama has described the file as so far, counted from 1: another description may mean
    /// other bytes, which are fetched anew.
    pub version: u32,
    /// How many attempts have begun.
    pub attempts: u32,
    /// Until when an attempt is under way.
    pub lease_until: Option<Timestamp>,
    /// How it stands.
    pub status: FileStatus,
    /// The bytes that are there: of the version before, while those of this one are fetched.
    pub stored: Option<StoredBytes>,
    /// The attempts whose objects, if they wrote any, nobody needs.
    pub left_over: Vec<u32>,
    /// What a converter made, of these bytes or of those before.
    pub conversion: Option<Conversion>,
}

/// Leaf's `status` of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// Its bytes are on their way.
    Processing,
    /// They are here.
    Processed,
    /// They will not come, unless the file changes at Panorama or somebody wants it tried again.
    Failed(CopyFailure),
}

/// Why a file's bytes will not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CopyFailure {
    /// Panorama has no download of it.
    #[error("Panorama lists this file but has no download of it")]
    NoDownload,
    /// It is larger than what is allowed.
    #[error("the file is larger than this deployment stores (the parameter LargestFileBytes)")]
    TooLarge,
    /// The download's address is not a public one on https.
    #[error("Panorama named a download address that is not on the public internet over https")]
    AddressRefused,
    /// Panorama did not list it any more before its bytes were here.
    #[error("Panorama stopped listing this file before it was downloaded")]
    NotListed,
    /// The farmer's consent ended before its bytes were here.
    #[error("sharing ended before this file was downloaded")]
    NoConsent,
    /// It could not be fetched, for as long as it was tried.
    #[error("the file could not be downloaded from Panorama within a day")]
    GivenUp,
}

impl CopyFailure {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::NoDownload,
        Self::TooLarge,
        Self::AddressRefused,
        Self::NotListed,
        Self::NoConsent,
        Self::GivenUp,
    ];

    /// What it is stored and sent as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoDownload => "noDownload",
            Self::TooLarge => "tooLarge",
            Self::AddressRefused => "addressRefused",
            Self::NotListed => "notListed",
            Self::NoConsent => "noConsent",
            Self::GivenUp => "givenUp",
        }
    }
}

impl FromStr for CopyFailure {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or(Invalid::malformed("must be why a file could not be copied"))
    }
}

/// Bytes that are stored, as they were when they were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBytes {
    /// The attempt that stored them.
    pub attempt: u32,
    /// How many.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// What Panorama calls the file.
    pub file_name: String,
}

impl StoredBytes {
    /// Leaf's name of Precision Planting's format, by the file's name; none for one that is not
    /// known.
    pub fn format(&self) -> Option<&'static str> {
        let (_, ending) = self.file_name.rsplit_once('.')?;
        match &*ending.to_ascii_lowercase() {
            "2020" => Some("PP2020"),
            "dat" => Some("dat"),
            _ => None,
        }
    }
}

/// Why no attempt begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNow {
    /// There is nothing to fetch.
    Nothing,
    /// Somebody is at it.
    UnderWay {
        /// Until when at most.
        until: Timestamp,
    },
}

impl FileCopy {
    /// That of a file which has just been listed.
    pub const fn wanted() -> Self {
        Self {
            version: 1,
            attempts: 0,
            lease_until: None,
            status: FileStatus::Processing,
            stored: None,
            left_over: Vec::new(),
            conversion: None,
        }
    }

    /// The same file, whose bytes are wanted anew. An attempt that is under way comes too late.
    #[must_use]
    pub fn wanted_again(&self) -> Self {
        Self { version: self.version + 1, status: FileStatus::Processing, ..self.clone() }
    }

    /// The same file, whose bytes are not to be fetched any more. Bytes that are here stay.
    #[must_use]
    pub fn stopped(&self, why: CopyFailure) -> Self {
        match self.status {
            FileStatus::Processing => Self { status: FileStatus::Failed(why), ..self.clone() },
            FileStatus::Processed | FileStatus::Failed(_) => self.clone(),
        }
    }

    /// Whether its bytes were not fetched only because it was not shared for a time.
    pub fn is_stopped(&self) -> bool {
        matches!(self.status, FileStatus::Failed(CopyFailure::NotListed | CopyFailure::NoConsent))
    }

    /// Whether it was given up, so that whoever asks for it anew wants it tried again.
    pub fn is_given_up(&self) -> bool {
        self.status == FileStatus::Failed(CopyFailure::GivenUp)
    }

    /// Begins an attempt, which is the one numbered [`Self::attempts`].
    ///
    /// # Errors
    /// There is nothing to do, or somebody is at it.
    pub fn begin(&self, now: Timestamp) -> Result<Self, NotNow> {
        if self.status != FileStatus::Processing {
            return Err(NotNow::Nothing);
        }
        if let Some(until) = self.lease_until.filter(|until| now < *until) {
            return Err(NotNow::UnderWay { until });
        }
        let mut begun = Self {
            attempts: self.attempts + 1,
            lease_until: Some(now.plus(LEASE)),
            ..self.clone()
        };
        // The one before has ended without a word, or it would have given its lease back.
        if self.lease_until.is_some() {
            begun.left_over.push(self.attempts);
        }
        Ok(begun)
    }

    /// The bytes of the attempt `bytes.attempt`, which was begun for `version`, are stored. `None`
    /// if that attempt no longer counts; then its object is nobody's.
    #[must_use]
    pub fn finish(&self, version: u32, bytes: StoredBytes) -> Option<Self> {
        if !self.is_at(version, bytes.attempt) {
            return None;
        }
        let mut left_over = self.left_over.clone();
        left_over.extend(self.stored.as_ref().map(|stored| stored.attempt));
        Some(Self {
            lease_until: None,
            status: FileStatus::Processed,
            stored: Some(bytes),
            left_over,
            ..self.clone()
        })
    }

    /// The attempt will be made again later: its lease ends. What it wrote is left over.
    #[must_use]
    pub fn put_off(&self, attempt: u32) -> Option<Self> {
        self.is_under_way(attempt).then(|| self.ended(FileStatus::Processing))
    }

    /// The attempt has failed for good.
    #[must_use]
    pub fn fail(&self, version: u32, attempt: u32, why: CopyFailure) -> Option<Self> {
        self.is_at(version, attempt).then(|| self.ended(FileStatus::Failed(why)))
    }

    /// What a converter made of the bytes that are here.
    pub fn converted(&self) -> Option<&Conversion> {
        let stored = self.stored.as_ref()?;
        self.conversion.as_ref().filter(|conversion| conversion.of_attempt == stored.attempt)
    }

    /// A converter has done its work. None if other bytes are here by now; then what it made is
    /// nobody's.
    #[must_use]
    pub fn with_conversion(&self, conversion: Conversion) -> Option<Self> {
        let is_of_these = self.stored.as_ref()?.attempt == conversion.of_attempt;
        is_of_these.then(|| Self { conversion: Some(conversion), ..self.clone() })
    }

    /// The objects of these attempts are gone.
    #[must_use]
    pub fn cleaned(&self, gone: &[u32]) -> Self {
        let mut cleaned = self.clone();
        cleaned.left_over.retain(|attempt| !gone.contains(attempt));
        cleaned
    }

    fn ended(&self, status: FileStatus) -> Self {
        let mut left_over = self.left_over.clone();
        left_over.push(self.attempts);
        Self { lease_until: None, status, left_over, ..self.clone() }
    }

    fn is_under_way(&self, attempt: u32) -> bool {
        self.attempts == attempt && self.lease_until.is_some()
    }

    fn is_at(&self, version: u32, attempt: u32) -> bool {
        self.version == version && self.is_under_way(attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::conversion::NotMade;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-28 12:00 UTC))
            .plus(Duration::from_mins(minutes))
    }

    fn bytes(attempt: u32) -> StoredBytes {
        StoredBytes { attempt, size: 1, sha256: [0; 32], file_name: "a.2020".to_owned() }
    }

    #[test]
    fn one_attempt_at_a_time_and_the_next_after_its_lease() {
        let first = FileCopy::wanted().begin(at(0)).expect("the first attempt");
        assert_eq!(first.begin(at(14)), Err(NotNow::UnderWay { until: at(15) }));
        let second = first.begin(at(15)).expect("the second attempt");
        assert_eq!((second.attempts, &*second.left_over), (2, &[1][..]));
        // The first one was not dead after all: it comes too late.
        assert_eq!(second.finish(1, bytes(1)), None);
        let done = second.finish(1, bytes(2)).expect("it counts");
        assert_eq!(done.status, FileStatus::Processed);
        assert_eq!(done.begin(at(60)), Err(NotNow::Nothing));
        assert!(done.cleaned(&[1]).left_over.is_empty());
    }

    #[test]
    fn what_changed_while_it_was_fetched_is_fetched_again() {
        let begun = FileCopy::wanted().begin(at(0)).expect("an attempt");
        let changed = begun.wanted_again();
        assert_eq!(changed.finish(1, bytes(1)), None);
        assert_eq!(changed.fail(1, 1, CopyFailure::TooLarge), None);
        let put_off = changed.put_off(1).expect("it is under way");
        let again = put_off.begin(at(1)).expect("no lease is in the way");
        assert_eq!((again.attempts, again.version, &*again.left_over), (2, 2, &[1][..]));
        let done = again.finish(2, bytes(2)).expect("it counts");
        assert_eq!(done.stored, Some(bytes(2)));
    }

    #[test]
    fn the_bytes_before_stay_until_there_are_others() {
        let begun = FileCopy::wanted().begin(at(0)).expect("an attempt");
        let done = begun.finish(1, bytes(1)).expect("it counts").wanted_again();
        assert_eq!(done.stored, Some(bytes(1)));
        let begun = done.begin(at(1)).expect("an attempt");
        let failed = begun.fail(2, 2, CopyFailure::GivenUp).expect("it counts");
        assert_eq!((failed.stored.as_ref(), &*failed.left_over), (Some(&bytes(1)), &[2][..]));
        let begun = failed.wanted_again().begin(at(2)).expect("an attempt");
        let done = begun.finish(3, bytes(3)).expect("it counts");
        assert_eq!((done.stored, &*done.left_over), (Some(bytes(3)), &[2, 1][..]));
    }

    #[test]
    fn a_conversion_is_of_the_bytes_that_it_was_made_of() {
        let conversion = |of_attempt| Conversion::nothing(of_attempt, NotMade::Failed, None);
        let begun = FileCopy::wanted().begin(at(0)).expect("an attempt");
        assert_eq!(begun.with_conversion(conversion(1)), None, "there are no bytes");
        let done = begun.finish(1, bytes(1)).expect("it counts");
        let converted = done.with_conversion(conversion(1)).expect("it is of these");
        assert_eq!(converted.converted(), Some(&conversion(1)));
        let begun = converted.wanted_again().begin(at(1)).expect("an attempt");
        assert_eq!(begun.converted(), Some(&conversion(1)), "the bytes before are here");
        let done = begun.finish(2, bytes(2)).expect("it counts");
        assert_eq!(done.converted(), None);
        assert_eq!(done.with_conversion(conversion(1)), None, "it comes too late");
    }
}
