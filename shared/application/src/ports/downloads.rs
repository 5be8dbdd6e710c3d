//! The bytes of files that Panorama names addresses of.

use std::str::FromStr;

use async_trait::async_trait;
use bytes::Bytes;

use domain::download_url::DownloadUrl;
use domain::invalid::Invalid;

/// Reads files from addresses that somebody else has named.
#[async_trait]
pub trait Downloads: Send + Sync {
    /// Begins to read a file. With a place to go on from, its answer may still begin at the first
    /// byte: where the file has changed since, or cannot be read in parts
    /// ([`Download::begins_at`]).
    async fn open(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<Box<dyn Download>, DownloadError>;
}

/// A file that is being read. Nothing of it is kept.
#[async_trait]
pub trait Download: Send {
    /// How many bytes of the file come before the first of this download: 0, or the place that was
    /// asked for.
    fn begins_at(&self) -> u64;

    /// The size of the whole file in bytes, if whoever has it says so.
    fn total(&self) -> Option<u64>;

    /// The next bytes; `None` after the last one, when there are as many as were announced.
    ///
    /// After an error there is no more to read here, but maybe from [`Download::place`] on.
    async fn next(&mut self) -> Result<Option<Bytes>, DownloadError>;

    /// Where another download could go on. `None` if nobody could tell that its bytes are of the
    /// same file.
    fn place(&self) -> Option<Place>;
}

/// A place in a version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How many bytes come before it.
    pub offset: u64,
    /// The version that these bytes are of.
    pub version: FileVersion,
}

/// A version of a file, as its holder names it: a strong entity tag (RFC 9110, 8.8.3), with its
/// quotation marks. Two of one name have the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion(String);

impl FileVersion {
    /// Longest name that is accepted, in bytes.
    pub const MAX_LENGTH: usize = 256;

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FileVersion {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let is_tag = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
        match inner {
            Some(inner) if text.len() <= Self::MAX_LENGTH && inner.bytes().all(is_tag) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Invalid::malformed("must be a strong entity tag")),
        }
    }
}

/// Why a file was not read, or not to its end. It never names the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The address may not be called: it is not public, or not by HTTPS. It stays so.
    #[error("the address of the file is not one of the public internet")]
    NotPublic,
    /// The address is not good any more. Panorama names a new one when it is asked.
    #[error("the address of the file is not good any more (status {status})")]
    Expired {
        /// The HTTP status.
        status: u16,
    },
    /// Whoever has the file wants to be left alone for a while.
    #[error("whoever has the file is busy (status {status})")]
    Busy {
        /// The HTTP status.
        status: u16,
        /// Seconds after which it said that one may ask again.
        retry_after: Option<u64>,
    },
    /// There was no useful answer: to be tried again.
    #[error("the file cannot be read now: {failure}")]
    Unavailable {
        /// How: a status, a time-out, a broken connection.
        failure: String,
    },
    /// It broke off, or stood still for too long: to be read on, or again.
    #[error("the file broke off after {at} bytes")]
    Cut {
        /// How many bytes of the file came before.
        at: u64,
    },
    /// It has more bytes than a file may have. It stays so.
    #[error("the file has more than {most} bytes")]
    TooLarge {
        /// How many it may have.
        most: u64,
    },
    /// The answer was something else than a file: a redirect, which nobody follows here, or a
    /// refusal.
    #[error("instead of the file there was an answer with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_names_a_version() {
        for tag in [r#""""#, r#""5f0c-2""#] {
            assert_eq!(tag.parse::<FileVersion>().expect("a version").as_str(), tag);
        }
        let long = format!("\"{}\"", "x".repeat(FileVersion::MAX_LENGTH - 1));
        for tag in ["", "\"", "x", r#"W/"x""#, r#""a"b""#, "\"a\nb\"", "\"a b\"", &long] {
            assert!(tag.parse::<FileVersion>().is_err(), "{tag}");
        }
    }
}
