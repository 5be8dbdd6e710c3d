//! A file's summary, as its converter wrote it: foreign JSON, which is read within bounds wherever
//! it is read.

use serde_json::{Map, Value};

use crate::ports::Ports;
use crate::ports::files::FilesError;
use domain::catalogue::conversion::NotMade;
use domain::object_key::ObjectKey;

/// The largest summary, in bytes. It is answered whole, and HTTP APIs answer 6 MB at most; read,
/// JSON takes up to a hundred times its bytes.
pub const MOST_BYTES: usize = 256 * 1_024;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSummary {
    /// A JSON object, byte by byte as it was written.
    Json(Vec<u8>),
    /// Nothing that could be shown.
    None(NotMade),
}

/// Reads a summary.
///
/// # Errors
/// The bucket failed.
pub async fn read_summary(ports: &Ports, key: &ObjectKey) -> Result<FileSummary, FilesError> {
    let bytes = match ports.file_reader.read(key, MOST_BYTES).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(FileSummary::None(NotMade::Missing)),
        Err(FilesError::TooLarge { .. }) => return Ok(FileSummary::None(NotMade::TooLarge)),
        Err(error) => return Err(error),
    };
    Ok(match serde_json::from_slice::<Map<String, Value>>(&bytes) {
        Ok(_) => FileSummary::Json(bytes),
        Err(_) => FileSummary::None(NotMade::NotJson),
    })
}
