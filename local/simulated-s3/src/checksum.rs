//! CRC64NVME, the checksum that S3 keeps of a whole object whatever parts it came in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use serde::{Deserialize, Serialize};

/// The checksum of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum(u64);

impl Checksum {
    /// Of no bytes.
    pub(crate) const EMPTY: Self = Self(0);

    /// Of these bytes and those that follow them.
    pub(crate) fn followed_by(self, next: Self, length: u64) -> Self {
        Self(checksum_combine(CrcAlgorithm::Crc64Nvme, self.0, next.0, length))
    }

    /// As requests and answers have it.
    pub(crate) fn to_header(self) -> String {
        STANDARD.encode(self.0.to_be_bytes())
    }
}

/// A checksum of bytes that come piece by piece.
pub(crate) struct Running(Digest);

impl Running {
    pub(crate) fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc64Nvme))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Checksum {
        Checksum(self.0.finalize())
    }
}
