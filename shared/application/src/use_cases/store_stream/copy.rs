//! One file's bytes, from the address that Panorama named into the bucket.

use crate::ports::Ports;
use crate::ports::downloads::{Download, DownloadError};
use crate::ports::files::{FilesError, StoredObject, Upload};
use domain::catalogue::entry::MachineFile;
use domain::catalogue::file_copy::{CopyFailure, StoredBytes};
use domain::download_url::DownloadUrl;
use domain::object_key::ObjectKey;

/// How often a download that broke off is gone on with, or begun anew, in one attempt.
const REPAIRS: u32 = 5;

/// Bytes that are in the bucket.
pub(super) struct Copied(StoredObject);

/// Why they are not.
pub(super) enum Failed {
    /// It will be the same the next time.
    ForGood(CopyFailure),
    /// It may be better later.
    ForNow(String),
}

impl Copied {
    /// As the file's row has them.
    pub(super) fn into_stored(
        self,
        attempt: u32,
        file: &MachineFile,
        url: &DownloadUrl,
    ) -> StoredBytes {
        let Self(StoredObject { size, sha256 }) = self;
        let name = url.file_name().map(|name| name.to_string());
        let unnamed = || format!("{}-{}.2020", file.stream, file.position);
        StoredBytes { attempt, size, sha256, file_name: name.unwrap_or_else(unnamed) }
    }
}

/// Copies a file.
pub(super) async fn copy(
    ports: &Ports,
    url: &DownloadUrl,
    key: &ObjectKey,
) -> Result<Copied, Failed> {
    let mut upload = ports.files.begin(key).await?;
    match write_all(ports, url, key, &mut upload).await {
        Ok(()) => Ok(Copied(upload.finish().await?.into_object())),
        Err(failed) => {
            upload.abandon().await;
            Err(failed)
        }
    }
}

/// Writes all bytes, with as many downloads as it takes.
async fn write_all(
    ports: &Ports,
    url: &DownloadUrl,
    key: &ObjectKey,
    upload: &mut Box<dyn Upload>,
) -> Result<(), Failed> {
    let mut place = None;
    let mut written = 0;
    for _ in 0..=REPAIRS {
        let mut download = ports.downloads.open(url, place.as_ref()).await?;
        if download.begins_at() != written {
            // Not the rest of what is here: all of it, from the beginning.
            let new = ports.files.begin(key).await?;
            std::mem::replace(upload, new).abandon().await;
            written = 0;
        }
        match pass_on(&mut *download, &mut **upload, &mut written).await? {
            None => return Ok(()),
            Some(DownloadError::Cut { .. }) => place = download.place(),
            Some(error) => return Err(error.into()),
        }
    }
    Err(Failed::ForNow("it broke off again and again".to_owned()))
}

/// Writes what comes; the download's error, if it does not come to its end.
async fn pass_on(
    download: &mut dyn Download,
    upload: &mut dyn Upload,
    written: &mut u64,
) -> Result<Option<DownloadError>, Failed> {
    loop {
        match download.next().await {
            Ok(Some(bytes)) => {
                *written += bytes.len() as u64;
                upload.write(bytes).await?;
            }
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(error)),
        }
    }
}

impl From<FilesError> for Failed {
    fn from(error: FilesError) -> Self {
        Self::ForNow(error.to_string())
    }
}

impl From<DownloadError> for Failed {
    fn from(error: DownloadError) -> Self {
        let failure = error.to_string();
        match error {
            DownloadError::NotPublic => Self::ForGood(CopyFailure::AddressRefused),
            DownloadError::TooLarge { .. } => Self::ForGood(CopyFailure::TooLarge),
            // The next attempt asks for a new address.
            DownloadError::Busy { .. }
            | DownloadError::Expired { .. }
            | DownloadError::Unavailable { .. }
            | DownloadError::Cut { .. }
            | DownloadError::Refused { .. } => Self::ForNow(failure),
        }
    }
}
