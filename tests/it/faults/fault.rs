//! What can go wrong with a call.

use std::fmt;

/// How a call goes wrong. Each is for good as far as the call is concerned: every attempt that the
/// SDK makes of it meets the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Nothing is done, and nothing is answered.
    TimeOut,
    /// Nothing is done: there is no connection.
    Refused,
    /// Nothing is done, and the answer says that the other side is at fault.
    ServerError,
    /// Nothing is done: a bare 429, as what stands in front of a service answers.
    TooManyRequests,
    /// Nothing is done: the service's own word for too much at once.
    Throttled,
    /// Somebody has done the very same in the moment before.
    Conflict,
    /// Nothing is done: a transaction is at work on the same row.
    TransactionConflict,
    /// It is done, and half of the answer is missing.
    Malformed,
    /// It is done, and the answer does not come.
    Lost,
    /// It is done and answered, and the clock is an hour on.
    ClockJump,
}

impl Fault {
    /// In the order of the matrix.
    pub(crate) const ALL: [Self; 10] = [
        Self::TimeOut,
        Self::Refused,
        Self::ServerError,
        Self::TooManyRequests,
        Self::Throttled,
        Self::Conflict,
        Self::TransactionConflict,
        Self::Malformed,
        Self::Lost,
        Self::ClockJump,
    ];
}

impl Fault {
    /// Whether the other side has not done anything.
    pub(crate) fn does_nothing(self) -> bool {
        !matches!(self, Self::Conflict | Self::Malformed | Self::Lost | Self::ClockJump)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeOut => "time-out",
            Self::Refused => "refused",
            Self::ServerError => "5xx",
            Self::TooManyRequests => "429",
            Self::Throttled => "throttled",
            Self::Conflict => "conflict",
            Self::TransactionConflict => "transaction conflict",
            Self::Malformed => "malformed",
            Self::Lost => "answer lost",
            Self::ClockJump => "clock jump",
        })
    }
}
