//! The bytes of `.2020` files: made up, and always the same for the same version of a file.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use uuid::Uuid;

use crate::recorded::Recording;

/// How much is made at a time, in bytes.
const CHUNK: u64 = 64 * 1024;

/// The most files that a stream has unless somebody chose their sizes.
const MOST_FILES: u64 = 3;

/// One version of one file of a stream.
pub(crate) struct StoredFile {
    stream: Uuid,
    number: usize,
    version: u32,
    size: u64,
}

impl StoredFile {
    /// The files of a stream, each of at most `largest` bytes unless somebody chose their sizes.
    pub(crate) fn of(stream: Uuid, recording: Recording, largest: u64) -> Vec<Self> {
        let Recording { version, sizes } = recording;
        let sizes = sizes.unwrap_or_else(|| {
            let (seed, _) = stream.as_u64_pair();
            let count = 1 + mixed(seed) % MOST_FILES;
            (1..=count).map(|n| 1 + mixed(seed.wrapping_add(n)) % largest.max(1)).collect()
        });
        let files = sizes.into_iter().zip(1..);
        files.map(|(size, number)| Self { stream, number, version, size }).collect()
    }

    pub(crate) fn name(&self) -> String {
        format!("{}-{}.2020", self.stream, self.number)
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Another version has another one.
    fn etag(&self) -> String {
        format!("\"{}-{}-{}\"", self.stream.simple(), self.number, self.version)
    }

    /// Answers a request for it, or for its rest (RFC 9110, 14: one range of bytes).
    pub(crate) fn answer(self, headers: &HeaderMap) -> Response {
        let (etag, size) = (self.etag(), self.size);
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_same = header(IF_RANGE).is_none_or(|tag| tag == etag);
        let range = header(RANGE).filter(|_| is_same).and_then(first_and_last);
        let about = [
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (ACCEPT_RANGES, "bytes".to_owned()),
            (ETAG, etag),
        ];
        match range {
            None => (about, Body::new(Contents { file: self, at: 0, end: size })).into_response(),
            Some((first, last)) if first < size && first <= last => {
                let end = last.saturating_add(1).min(size);
                let range = [(CONTENT_RANGE, format!("bytes {first}-{}/{size}", end - 1))];
                let part = Body::new(Contents { file: self, at: first, end });
                (StatusCode::PARTIAL_CONTENT, about, range, part).into_response()
            }
            Some(_) => {
                let range = [(CONTENT_RANGE, format!("bytes */{size}"))];
                (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response()
            }
        }
    }

    /// Its bytes from one place to another: word by word from a hash of the word's place.
    fn bytes(&self, from: u64, to: u64) -> Vec<u8> {
        let (high, low) = self.stream.as_u64_pair();
        let number = u64::try_from(self.number).unwrap_or_default();
        let seed = mixed(mixed(mixed(high).wrapping_add(low)).wrapping_add(number))
            .wrapping_add(self.version.into());
        let seed = mixed(seed);
        let length = usize::try_from(to - from).expect("a chunk fits the memory");
        let mut bytes = Vec::with_capacity(length + 16);
        for word in from / 8..to.div_ceil(8) {
            bytes.extend_from_slice(&mixed(seed.wrapping_add(word)).to_le_bytes());
        }
        let skipped = usize::try_from(from % 8).unwrap_or_default();
        bytes.drain(..skipped);
        bytes.truncate(length);
        bytes
    }
}

/// A range of the form `bytes=5-` or `bytes=5-9`. Other forms may be answered with all of it.
fn first_and_last(text: &str) -> Option<(u64, u64)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
    Some((first.parse().ok()?, last))
}

/// `SplitMix64`: each bit of the number changes half of the bits of the answer.
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The contents of a file, made as they are sent.
struct Contents {
    file: StoredFile,
    at: u64,
    end: u64,
}

impl http_body::Body for Contents {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.at == self.end {
            return Poll::Ready(None);
        }
        let next = self.end.min(self.at + CHUNK);
        let bytes = self.file.bytes(self.at, next);
        self.at = next;
        Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: usize, version: u32) -> StoredFile {
        StoredFile { stream: Uuid::from_u128(7), number, version, size: 1_000 }
    }

    #[test]
    fn a_part_of_a_file_is_what_the_whole_has_there() {
        let whole = file(1, 0).bytes(0, 1_000);
        for (from, to) in [(0, 1), (7, 9), (8, 16), (13, 999), (999, 1_000), (5, 5)] {
            let part = file(1, 0).bytes(from, to);
            let [from, to] = [from, to].map(|place| usize::try_from(place).expect("small"));
            assert_eq!(part, whole[from..to]);
        }
    }

    #[test]
    fn another_file_or_version_has_other_bytes_and_another_tag() {
        for other in [file(2, 0), file(1, 1)] {
            assert_ne!(other.bytes(0, 64), file(1, 0).bytes(0, 64));
            assert_ne!(other.etag(), file(1, 0).etag());
        }
    }

    #[test]
    fn a_stream_has_one_to_three_files_within_the_bound() {
        let counts: std::collections::BTreeSet<_> = (0..50_u128)
            .map(|n| {
                let recording = Recording { version: 0, sizes: None };
                let stream = Uuid::from_u128(n << 64);
                let files = StoredFile::of(stream, recording, 100);
                assert!(files.iter().all(|file| (1..=100).contains(&file.size)));
                files.len()
            })
            .collect();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    }
}
