//! Bytes that came, in a file of their own until they belong to an object.

use std::fs;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body::Body as _;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::StreamingBlob;
use s3s::{Body, S3Error, S3Result, s3_error};
use tokio::sync::mpsc::{Receiver, channel};
use uuid::Uuid;

use crate::checksum::{Checksum, Running};
use crate::folder::Folder;

/// How many pieces wait for the disk.
const WAITING: usize = 8;

/// Bytes in a file, which goes with this unless they are kept.
pub(crate) struct Blob {
    pub(crate) id: Uuid,
    pub(crate) size: u64,
    pub(crate) checksum: Checksum,
    pub(crate) md5: [u8; 16],
    path: PathBuf,
    is_kept: bool,
}

impl Blob {
    /// Takes what comes, to its end.
    pub(crate) async fn receive(
        folder: &Arc<Folder>,
        body: Option<StreamingBlob>,
    ) -> S3Result<Self> {
        let mut body = body.map(Body::from).unwrap_or_default();
        let (pieces, received) = channel(WAITING);
        let folder = folder.clone();
        // The disk and the checksums would keep a runtime's thread waiting.
        let writing = tokio::task::spawn_blocking(move || Self::write(&folder, received));
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let frame = frame.map_err(|_| s3_error!(IncompleteBody))?;
            let Ok(bytes) = frame.into_data() else { continue };
            if pieces.send(bytes).await.is_err() {
                break; // The writer has failed, and says how.
            }
        }
        drop(pieces);
        writing.await.map_err(S3Error::internal_error)?.map_err(S3Error::internal_error)
    }

    fn write(folder: &Folder, mut pieces: Receiver<Bytes>) -> io::Result<Self> {
        let id = Uuid::new_v4();
        let mut file = folder.create_blob(id)?;
        let mut blob = Self {
            id,
            size: 0,
            checksum: Checksum::EMPTY,
            md5: [0; 16],
            path: folder.blob(id),
            is_kept: false,
        };
        let (mut checksum, mut md5) = (Running::new(), Md5::new());
        while let Some(piece) = pieces.blocking_recv() {
            file.write_all(&piece)?;
            checksum.update(&piece);
            md5.update(&piece);
            blob.size += piece.len() as u64;
        }
        blob.checksum = checksum.finish();
        blob.md5 = md5.finalize();
        Ok(blob)
    }

    /// Refuses it unless it is what the sender says.
    pub(crate) fn check(
        &self,
        checksum: Option<&String>,
        md5: Option<&String>,
        length: Option<i64>,
    ) -> S3Result<()> {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;

        if length.is_some_and(|length| u64::try_from(length) != Ok(self.size)) {
            return Err(s3_error!(IncompleteBody));
        }
        let is_other = checksum.is_some_and(|claimed| *claimed != self.checksum.to_header());
        let md5_is_other = md5.is_some_and(|claimed| *claimed != STANDARD.encode(self.md5));
        if is_other || md5_is_other {
            return Err(s3_error!(BadDigest));
        }
        Ok(())
    }

    /// What S3 calls these bytes by, when they came in one request.
    pub(crate) fn e_tag(&self) -> String {
        hex(self.md5)
    }

    /// An object has it from now on.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What S3 calls an object by that came in parts.
pub(crate) fn e_tag_of_parts(parts: &[&Blob]) -> String {
    let hashes: Vec<u8> = parts.iter().flat_map(|part| part.md5).collect();
    format!("{}-{}", hex(Md5::checksum(&hashes)), parts.len())
}

fn hex(md5: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(md5))
}
