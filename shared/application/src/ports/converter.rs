//! A partner's converter: a function that turns a machine file into something that can be read.

use async_trait::async_trait;

use domain::catalogue::conversion::ConverterMessage;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::ObjectKey;

/// Whoever converts files, if anybody does.
#[async_trait]
pub trait Converter: Send + Sync {
    /// Whether there is a converter.
    fn is_configured(&self) -> bool;

    /// Has one file converted, and waits for the end of it. It may be asked for the same file at
    /// any time again, and by two at once.
    async fn convert(&self, wanted: &ToConvert) -> Result<Answer, ConverterError>;
}

/// A file that is to be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToConvert {
    /// Whose file it is.
    pub leaf_user_id: LeafUserId,
    /// The file.
    pub file_id: FileId,
    /// Leaf's name of its format, if it is known.
    pub format: Option<&'static str>,
    /// Its bytes.
    pub raw: ObjectKey,
    /// Where `standard.geojson` is to be.
    pub standard_geojson: ObjectKey,
    /// Where `summary.json` is to be.
    pub summary: ObjectKey,
}

/// A converter's last word on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it did.
    pub verdict: Verdict,
    /// What it has to say.
    pub message: Option<ConverterMessage>,
}

/// What a converter did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has written what it could.
    Converted,
    /// It reads no such file.
    Unsupported,
    /// It reads such files, but not this one.
    Failed,
}

/// A converter gave no last word: to be asked again later. None of it says what the converter or
/// the file had in it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConverterError {
    /// There is none.
    #[error("no converter is configured")]
    NotConfigured,
    /// It has as much to do as it may have.
    #[error("the converter is busy: Lambda throttles it")]
    Busy,
    /// It crashed or ran out of time; its log says more.
    #[error("the converter crashed or ran out of its own time; its log says more")]
    Crashed,
    /// It has not answered within the time that is waited.
    #[error("the converter has not answered within {seconds} seconds")]
    TooLate {
        /// How long was waited.
        seconds: u64,
    },
    /// Its answer is not in the form that was agreed on.
    #[error("the converter's answer is not in the form of the contract")]
    NotUnderstood,
    /// It could not be asked.
    #[error("the converter could not be invoked: {failure}")]
    Unavailable {
        /// What went wrong, e.g. an error code of Lambda.
        failure: String,
    },
}
