//! CRC64NVME, the checksum that S3 keeps of a whole object whatever parts it came in.
//!
//! SHA-256 it keeps of a multipart upload's parts only, so that could not be compared with the one
//! that we know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum, checksum_combine};

const ALGORITHM: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// The checksum of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checksum {
    value: u64,
    length: u64,
}

impl Checksum {
    /// Of no bytes.
    pub(super) const EMPTY: Self = Self { value: 0, length: 0 };

    /// Of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { value: checksum(ALGORITHM, bytes), length: bytes.len() as u64 }
    }

    /// Of these bytes and those that follow them.
    pub(super) fn followed_by(self, next: Self) -> Self {
        let value = checksum_combine(ALGORITHM, self.value, next.value, next.length);
        Self { value, length: self.length + next.length }
    }

    /// As S3 writes it.
    pub(super) fn to_header(self) -> String {
        STANDARD.encode(self.value.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_known_from_its_parts() {
        // The check value of the catalogue of CRCs.
        assert_eq!(
            Checksum::of(b"123456789").to_header(),
            STANDARD.encode(0xAE8B_1486_0A79_9888_u64.to_be_bytes())
        );
        let parts = [&b"1234"[..], b"", b"56789"].map(Checksum::of);
        let whole = parts.into_iter().fold(Checksum::EMPTY, Checksum::followed_by);
        assert_eq!(whole, Checksum::of(b"123456789"));
    }
}
