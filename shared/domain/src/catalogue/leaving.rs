//! The end of what a Leaf user shared: its catalogue and its files are deleted.
//!
//! A deletion is asked for together with the end of the connection, so nothing is written for that
//! connection afterwards. What is still under way are copies: an attempt that had begun may put its
//! object as long as its lease lasts. So there are two looks at least, and the last one begins when
//! every such lease is over. A connection that comes meanwhile waits for the end.

use std::time::Duration;

use crate::catalogue::file_copy::LEASE;
use crate::ids::LeafUserId;
use crate::timestamp::Timestamp;

/// How long it can be seen that a deletion was done.
pub const RETENTION: Duration = Duration::from_hours(24 * 30);

/// How long one look goes on. Its lease lasts a little longer.
pub const LOOK: Duration = Duration::from_mins(14);

/// A deletion of all that is stored of what a Leaf user shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Whose data it is.
    pub leaf_user_id: LeafUserId,
    /// When it was asked for; asked for again, it begins anew.
    pub requested_at: Timestamp,
    /// How it stands.
    pub stage: Stage,
    /// How many files were deleted so far.
    pub files: u64,
    /// How many bytes they had.
    pub bytes: u64,
}

/// How a deletion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has begun.
    Requested,
    /// Somebody is at it, until then at most.
    UnderWay {
        /// When the look began.
        since: Timestamp,
    },
    /// Somebody was, and there will be another look.
    ToBeSeenAgain,
    /// Nothing is left.
    Done {
        /// Since when.
        at: Timestamp,
    },
}

impl Stage {
    /// What it is stored and sent as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::UnderWay { .. } | Self::ToBeSeenAgain => "underWay",
            Self::Done { .. } => "done",
        }
    }
}

impl Leaving {
    /// One that is asked for now.
    pub const fn requested(leaf_user_id: LeafUserId, at: Timestamp) -> Self {
        Self { leaf_user_id, requested_at: at, stage: Stage::Requested, files: 0, bytes: 0 }
    }

    /// Whether anything may be left.
    pub const fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done { .. })
    }

    /// Begins a look; none if it is done, or if somebody is at it.
    #[must_use]
    pub fn begin(&self, now: Timestamp) -> Option<Self> {
        match self.stage {
            Stage::Done { .. } => None,
            Stage::UnderWay { since } if now < since.plus(LEASE) => None,
            Stage::Requested | Stage::UnderWay { .. } | Stage::ToBeSeenAgain => {
                Some(Self { stage: Stage::UnderWay { since: now }, ..self.clone() })
            }
        }
    }

    /// Whether a look has no time any more.
    pub fn is_out_of_time(&self, now: Timestamp) -> bool {
        matches!(self.stage, Stage::UnderWay { since } if now >= since.plus(LOOK))
    }

    /// Ends a look that has seen nothing any more. It was the last if whatever was under way when
    /// the deletion was asked for was over before the look began.
    #[must_use]
    pub fn seen(&self, now: Timestamp) -> Self {
        let last = self.requested_at.plus(LEASE);
        let stage = match self.stage {
            Stage::UnderWay { since } if since >= last => Stage::Done { at: now },
            _ => Stage::ToBeSeenAgain,
        };
        Self { stage, ..self.clone() }
    }

    /// Ends a look that has not come to an end.
    #[must_use]
    pub fn put_off(&self) -> Self {
        Self { stage: Stage::ToBeSeenAgain, ..self.clone() }
    }

    /// The same, with some files less.
    #[must_use]
    pub fn without(&self, files: u64, bytes: u64) -> Self {
        Self { files: self.files + files, bytes: self.bytes + bytes, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-29 12:00 UTC))
            .plus(Duration::from_mins(minutes))
    }

    #[test]
    fn it_is_done_when_a_look_has_begun_after_every_lease_and_seen_nothing() {
        let leaving = Leaving::requested(LeafUserId::new([1; 16]), at(0));
        let first = leaving.begin(at(1)).expect("nobody is at it");
        let first = first.without(2, 300).seen(at(20));
        assert_eq!((first.stage, first.files, first.bytes), (Stage::ToBeSeenAgain, 2, 300));
        let early = first.begin(at(14)).expect("nobody is at it").seen(at(16));
        assert_eq!(early.stage, Stage::ToBeSeenAgain, "a copy may have ended at 14:30");
        let last = early.begin(at(15)).expect("nobody is at it");
        assert_eq!(last.put_off().stage, Stage::ToBeSeenAgain);
        let done = last.seen(at(16));
        assert_eq!((done.stage, done.files), (Stage::Done { at: at(16) }, 2));
        assert_eq!(done.begin(at(60)), None);
    }

    #[test]
    fn one_look_at_a_time_and_the_next_after_the_lease_of_one_that_died() {
        let leaving = Leaving::requested(LeafUserId::new([1; 16]), at(0));
        let look = leaving.begin(at(1)).expect("nobody is at it");
        assert_eq!(look.begin(at(15)), None);
        assert!(!look.is_out_of_time(at(14)) && look.is_out_of_time(at(15)));
        let next = look.begin(at(16)).expect("whoever began is not there any more");
        assert_eq!(next.stage, Stage::UnderWay { since: at(16) });
    }
}
