//! Whose turn it is in a queue: a farmer's who connects now, before the backlog's.

/// How many streams of a sync do not wait behind the backlog. After an ordinary day of a farmer's
/// there are no more, so only first syncs and long silences have a backlog.
pub const FIRST_STREAMS: usize = 3;

/// When work is done that waits in a queue with others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// As soon as somebody is free.
    Next,
    /// After what is [`Turn::Next`]: it is some of very much, and nobody waits for it.
    Later,
}

impl Turn {
    /// What it is stored as; what is next says nothing.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Next => None,
            Self::Later => Some("later"),
        }
    }
}
