//! The bytes of an object, as a body that is read from the disk piece by piece.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How much is read at once.
const PIECE: u64 = 256 * 1_024;

/// How many pieces wait for the network.
const WAITING: usize = 4;

/// A file and how many bytes of an object are in it.
pub(crate) type Source = (PathBuf, u64);

/// A body of this length.
pub(crate) struct FromDisk {
    pieces: Receiver<io::Result<Bytes>>,
    left: u64,
}

impl FromDisk {
    /// A range of what is in these files.
    pub(crate) fn new(files: Vec<Source>, range: Range<u64>) -> Self {
        let left = range.end - range.start;
        let (sender, pieces) = channel(WAITING);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(files, range, &sender) {
                // Whoever reads may have gone.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Self { pieces, left }
    }
}

fn read(
    files: Vec<Source>,
    range: Range<u64>,
    sender: &Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut begins = 0;
    for (path, size) in files {
        let (from, to) = (range.start.max(begins), range.end.min(begins + size));
        if from < to {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(from - begins))?;
            let mut left = to - from;
            while left > 0 {
                let length = left.min(PIECE);
                let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
                file.read_exact(&mut piece)?;
                left -= length;
                if sender.blocking_send(Ok(piece.into())).is_err() {
                    return Ok(());
                }
            }
        }
        begins += size;
    }
    Ok(())
}

impl Body for FromDisk {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.pieces.poll_recv(context).map(|piece| {
            Some(piece?.map(|piece| {
                self.left -= piece.len() as u64;
                Frame::data(piece)
            }))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
