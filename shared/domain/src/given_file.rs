//! A file of an upstream's that is too large to be passed on in an answer, and so is copied into
//! the bucket for a while: whoever asks for it meanwhile is told to ask again.
//!
//! The client drives it. What was not copied is asked for anew by its next request, so nothing has
//! to be tried again without anybody who wants it.

use std::time::Duration;

use super::file_output::FileOutput;
use super::ids::{FileId, LeafUserId};
use super::object_key::ObjectKey;
use super::timestamp::Timestamp;

/// How long a copy is given out after it was asked for. The bucket forgets it after a day.
pub const GIVEN_FOR: Duration = Duration::from_hours(12);

/// How long a copy may be under way: as long as a function can run.
pub const UNDER_WAY: Duration = Duration::from_mins(15);

/// An output of an upstream's file, as it is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Whose file it is.
    pub leaf_user_id: LeafUserId,
    /// Which file.
    pub file: FileId,
    /// Which of its outputs.
    pub output: FileOutput,
    /// When it was asked for. What is asked for later is another copy.
    pub asked_at: Timestamp,
    /// How its copy stands.
    pub copy: GivenCopy,
}

/// How a copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenCopy {
    /// It was asked for.
    Requested,
    /// It is in the bucket.
    Stored,
    /// There is none; the next try may be better.
    Failed,
    /// It has more bytes than a file may have.
    TooLarge,
}

impl GivenCopy {
    /// What it is stored as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Stored => "stored",
            Self::Failed => "failed",
            Self::TooLarge => "tooLarge",
        }
    }

    /// The one that is stored so.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Requested, Self::Stored, Self::Failed, Self::TooLarge]
            .into_iter()
            .find(|copy| copy.as_str() == name)
    }
}

impl GivenFile {
    /// A file that is asked for.
    pub const fn asked_for(
        leaf_user_id: LeafUserId,
        file: FileId,
        output: FileOutput,
        asked_at: Timestamp,
    ) -> Self {
        Self { leaf_user_id, file, output, asked_at, copy: GivenCopy::Requested }
    }

    /// Whether it says anything about now; otherwise the file is to be asked for anew.
    pub fn holds(&self, now: Timestamp) -> bool {
        let time = match self.copy {
            GivenCopy::Requested => UNDER_WAY,
            GivenCopy::Stored | GivenCopy::TooLarge => GIVEN_FOR,
            GivenCopy::Failed => return false,
        };
        now < self.asked_at.plus(time)
    }

    /// The object that it is copied to.
    pub fn key(&self) -> ObjectKey {
        let Self { leaf_user_id, file, output, asked_at, .. } = self;
        ObjectKey::given(*leaf_user_id, *file, output, *asked_at)
    }

    /// What it is saved as.
    pub fn file_name(&self) -> String {
        format!("{}-{}", self.file, self.output)
    }

    /// The same, when its copy stands so.
    #[must_use]
    pub fn with(&self, copy: GivenCopy) -> Self {
        Self { copy, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_given_out_for_half_a_day_and_one_that_failed_is_asked_for_anew() {
        let start = Timestamp::new(time::macros::datetime!(2026-11-29 12:00 UTC));
        let after = |minutes| start.plus(Duration::from_mins(minutes));
        let asked = GivenFile::asked_for(
            LeafUserId::new([1; 16]),
            FileId::new([2; 16]),
            FileOutput::original(),
            start,
        );
        assert!(asked.holds(after(14)) && !asked.holds(after(15)), "whoever copied it has died");
        assert!(!asked.with(GivenCopy::Failed).holds(start));
        for copy in [GivenCopy::Stored, GivenCopy::TooLarge] {
            assert!(asked.with(copy).holds(after(12 * 60 - 1)));
            assert!(!asked.with(copy).holds(after(12 * 60)));
        }
        for copy in [GivenCopy::Requested, GivenCopy::Stored, GivenCopy::Failed] {
            assert_eq!(GivenCopy::named(copy.as_str()), Some(copy));
        }
    }
}
