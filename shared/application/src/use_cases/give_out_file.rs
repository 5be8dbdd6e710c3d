//! Files of an upstream's that are too large for an answer: copied into the bucket when somebody
//! asks for one, and given out from there.
//!
//! Whoever asks writes a row; that row's change brings the work to the function that stores files.
//! A try that fails says so in the row, and the next request asks anew: nobody works on what nobody
//! wants any more.

use crate::ports::Ports;
use crate::ports::data::{Data, DataError};
use crate::ports::downloads::{Download, DownloadError};
use crate::ports::files::{FilesError, Upload};
use crate::ports::store_error::StoreError;
use crate::use_cases::resume_handshake::Remaining;
use domain::file_output::FileOutput;
use domain::given_file::{GivenCopy, GivenFile};
use domain::ids::{FileId, LeafUserId};

/// Where a file is, for whoever asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// In the bucket.
    Stored(GivenFile),
    /// On its way there: to be asked for again in some seconds.
    OnItsWay,
    /// Nowhere: it has more bytes than a file may have.
    TooLarge,
}

/// Where an output of a Leaf user's file is; it is asked for if nobody has done so yet.
///
/// # Errors
/// The store failed.
pub async fn ask_for_file(
    ports: &Ports,
    leaf_user_id: LeafUserId,
    file: FileId,
    output: &FileOutput,
) -> Result<Given, StoreError> {
    let now = ports.clock.now();
    let known = ports.given_files.find(file, output).await?;
    match known {
        Some(known) if known.holds(now) => Ok(match known.copy {
            GivenCopy::Stored => Given::Stored(known),
            GivenCopy::TooLarge => Given::TooLarge,
            GivenCopy::Requested | GivenCopy::Failed => Given::OnItsWay,
        }),
        known => {
            let asked = GivenFile::asked_for(leaf_user_id, file, output.clone(), now);
            // Whoever was faster has asked for the same.
            ports.given_files.write(known.as_ref(), &asked).await?;
            Ok(Given::OnItsWay)
        }
    }
}

/// Copies what was asked for.
///
/// # Errors
/// The store failed.
pub async fn copy_file(
    ports: &Ports,
    data: &dyn Data,
    file: FileId,
    output: &FileOutput,
) -> Result<Remaining, StoreError> {
    let Some(asked) = ports.given_files.find(file, output).await? else {
        return Ok(Remaining::Nothing);
    };
    if asked.copy != GivenCopy::Requested || !asked.holds(ports.clock.now()) {
        return Ok(Remaining::Nothing);
    }
    let copy = match copied(ports, data, &asked).await {
        Ok(()) => GivenCopy::Stored,
        Err(Failed::TooLarge) => GivenCopy::TooLarge,
        Err(Failed::Other(failure)) => {
            tracing::warn!(failure, "a file was not copied; the next request for it tries again");
            GivenCopy::Failed
        }
    };
    ports.given_files.write(Some(&asked), &asked.with(copy)).await?;
    Ok(Remaining::Nothing)
}

/// Why there is no copy.
enum Failed {
    TooLarge,
    Other(String),
}

impl From<DownloadError> for Failed {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::TooLarge { .. } => Self::TooLarge,
            error => Self::Other(error.to_string()),
        }
    }
}

impl From<FilesError> for Failed {
    fn from(error: FilesError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<DataError> for Failed {
    fn from(error: DataError) -> Self {
        Self::Other(error.to_string())
    }
}

async fn copied(ports: &Ports, data: &dyn Data, asked: &GivenFile) -> Result<(), Failed> {
    let opened = data.open(asked.file, &asked.output).await?;
    let mut download =
        opened.ok_or_else(|| Failed::Other("there are no bytes to be read any more".to_owned()))?;
    let mut upload = ports.files.begin(&asked.key()).await?;
    match pass_on(&mut *download, &mut *upload).await {
        Ok(()) => {
            upload.finish().await?;
            Ok(())
        }
        Err(failed) => {
            upload.abandon().await;
            Err(failed)
        }
    }
}

async fn pass_on(download: &mut dyn Download, upload: &mut dyn Upload) -> Result<(), Failed> {
    while let Some(bytes) = download.next().await? {
        upload.write(bytes).await?;
    }
    Ok(())
}
