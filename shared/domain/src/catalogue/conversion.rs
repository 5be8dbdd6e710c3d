//! What a converter made of a file's bytes.
//!
//! A converter is somebody else's function: what it made is what was found after it had answered,
//! and never its word alone.

use std::fmt;
use std::str::FromStr;

use crate::invalid::Invalid;

/// How a converter's work on a file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Which of the file's copies was converted: another one may have other bytes.
    pub of_attempt: u32,
    /// `standard.geojson`.
    pub standard_geojson: Output,
    /// `summary.json`.
    pub summary: Output,
    /// What the converter had to say.
    pub message: Option<ConverterMessage>,
}

/// One thing that a converter is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// It is in the bucket.
    Made {
        /// How many bytes it has.
        size: u64,
    },
    /// There is none.
    NotMade(NotMade),
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// The converter says that it reads no such file.
    #[error("the converter does not support this file")]
    Unsupported,
    /// The converter says that it could not.
    #[error("the converter could not convert this file")]
    Failed,
    /// It was asked again and again, and never came to an end.
    #[error("the converter did not come to an end with this file, however often it was asked")]
    GivenUp,
    /// It says that it has made it, and there is nothing.
    #[error("the converter answered that it was done, but has not written this")]
    Missing,
    /// It is larger than what is read.
    #[error("what the converter has written is larger than is allowed")]
    TooLarge,
    /// It is no JSON object.
    #[error("what the converter has written is not a JSON object")]
    NotJson,
}

impl NotMade {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::Unsupported,
        Self::Failed,
        Self::GivenUp,
        Self::Missing,
        Self::TooLarge,
        Self::NotJson,
    ];

    /// What it is stored as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
            Self::GivenUp => "givenUp",
            Self::Missing => "missing",
            Self::TooLarge => "tooLarge",
            Self::NotJson => "notJson",
        }
    }
}

impl FromStr for NotMade {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or(Invalid::malformed("must be why a converter made nothing"))
    }
}

impl Conversion {
    /// One that made nothing.
    pub const fn nothing(of_attempt: u32, why: NotMade, message: Option<ConverterMessage>) -> Self {
        let none = Output::NotMade(why);
        Self { of_attempt, standard_geojson: none, summary: none, message }
    }

    /// Whether asking the converter once more may bring something else: it was given up, and not
    /// its last word.
    pub fn is_given_up(&self) -> bool {
        self.standard_geojson == Output::NotMade(NotMade::GivenUp)
    }
}

/// What a converter said of a file, for people.
///
/// It is foreign text: bounded, and without anything that is not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConverterMessage(String);

impl ConverterMessage {
    /// How many characters it has at most.
    pub const LONGEST: usize = 300;

    /// A text as a converter sent it, cut where it is too long. None if it says nothing.
    pub fn of(text: &str) -> Option<Self> {
        let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let text: String = words.join(" ").chars().take(Self::LONGEST).collect();
        (!text.is_empty()).then_some(Self(text))
    }
}

impl fmt::Display for ConverterMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_converters_message_is_one_line_of_bounded_length() {
        let message = |text: &str| ConverterMessage::of(text).map(|message| message.to_string());
        assert_eq!(message(" no\n layer\u{0} 3\t"), Some("no layer 3".to_owned()));
        assert_eq!(message(" \r\n\u{7}"), None);
        let long = message(&"ä".repeat(10_000)).expect("it says something");
        assert_eq!(long.chars().count(), ConverterMessage::LONGEST);
    }

    #[test]
    fn what_is_stored_of_a_reason_is_read_as_it_was() {
        for why in NotMade::ALL {
            assert_eq!(why.as_str().parse(), Ok(why));
        }
        assert!("else".parse::<NotMade>().is_err());
    }
}
