//! Why a text is not the value it should be.

/// The rule that a text broke, as the rest of a sentence that begins with the field's name
/// ("`email` must …").
///
/// It never carries the text itself: a mistyped field may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Invalid {
    /// What kind of rule it is.
    pub kind: InvalidKind,
    /// The rule, e.g. `must be a UUID`.
    pub rule: &'static str,
}

/// The kinds of [`Invalid`], one `errorKey` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKind {
    /// There is no character in it (blanks do not count).
    Empty,
    /// It has more characters than the field can hold.
    TooLong,
    /// It has the wrong form.
    Malformed,
    /// There is no such field, and there must be.
    Missing,
    /// It is no text.
    Mistyped,
    /// It should be a `clientEnvironment` and is not one.
    UnknownEnvironment,
}

impl Invalid {
    /// The text is empty.
    pub const EMPTY: Self = Self { kind: InvalidKind::Empty, rule: "must not be empty" };

    /// The field must be there.
    pub const MISSING: Self = Self { kind: InvalidKind::Missing, rule: "is required" };

    /// The field is no text.
    pub const fn mistyped(rule: &'static str) -> Self {
        Self { kind: InvalidKind::Mistyped, rule }
    }

    /// The text has the wrong form.
    pub const fn malformed(rule: &'static str) -> Self {
        Self { kind: InvalidKind::Malformed, rule }
    }

    /// The text is too long.
    pub const fn too_long(rule: &'static str) -> Self {
        Self { kind: InvalidKind::TooLong, rule }
    }
}

/// The most characters of a short line.
pub(super) const LONGEST_LINE: usize = 255;

/// What is left of a text that may be any short line, without the blanks around it.
pub(super) fn one_line(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        Err(Invalid::EMPTY)
    } else if text.chars().count() > LONGEST_LINE {
        Err(Invalid::too_long("must have at most 255 characters"))
    } else if text.chars().any(char::is_control) {
        Err(Invalid::malformed("must not have control characters"))
    } else {
        Ok(text.to_owned())
    }
}
