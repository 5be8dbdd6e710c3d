//! Reads files over HTTPS from the addresses that Panorama names.
//!
//! Of us goes along what a public link needs: no token, no cookie, no address of ours.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use http::{HeaderMap, StatusCode};

use crate::checked_addresses::{LookUp, Refused, client};
use crate::outside::{self, transport_failure};
use application::ports::downloads::{self, Download, DownloadError, Place};
use domain::address_policy::AddressPolicy;
use domain::download_url::DownloadUrl;

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(10);

/// How long a file may stand still: each wait for its next bytes, not the whole of it, which takes
/// as long as it is large.
pub const STANDSTILL: Duration = Duration::from_secs(30);

/// Reads files.
pub struct Downloads {
    http: reqwest::Client,
    address_policy: AddressPolicy,
    largest: u64,
}

impl Downloads {
    /// Files of at most `largest` bytes from addresses within `address_policy`, by the names that
    /// `look_up` resolves.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(
        address_policy: AddressPolicy,
        largest: u64,
        standstill: Duration,
        look_up: Arc<dyn LookUp>,
    ) -> Result<Self, reqwest::Error> {
        let http = client(address_policy, look_up)
            .connect_timeout(CONNECTING)
            .read_timeout(standstill)
            .referer(false)
            .build()?;
        Ok(Self { http, address_policy, largest })
    }

    async fn ask(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<reqwest::Response, DownloadError> {
        // What is stored are the bytes as they are.
        let mut request = self.http.get(url.expose().clone()).header(ACCEPT_ENCODING, "identity");
        if let Some(Place { offset, version }) = from {
            request = request
                .header(RANGE, format!("bytes={offset}-"))
                .header(IF_RANGE, version.as_str());
        }
        request.send().await.map_err(|error| match Refused::of(&error) {
            Some(Refused::NotPublic) => DownloadError::NotPublic,
            Some(refused @ Refused::NotResolved) => unavailable(refused.to_string()),
            None => unavailable(transport_failure(&error)),
        })
    }
}

#[async_trait]
impl downloads::Downloads for Downloads {
    async fn open(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<Box<dyn Download>, DownloadError> {
        // An address that stands in the URL itself is never resolved, so it is looked at here.
        if !self.address_policy.allows_url(url.expose()) {
            return Err(DownloadError::NotPublic);
        }
        // The beginning of a file is no part of it.
        let from = from.filter(|place| place.offset > 0);
        let mut answer = self.ask(url, from).await?;
        if from.is_some() && answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // There is no such place in it any more.
            answer = self.ask(url, None).await?;
        }
        let (begins_at, total) = match (answer.status(), from) {
            (StatusCode::OK, _) => (0, answer.content_length()),
            (StatusCode::PARTIAL_CONTENT, Some(place)) => {
                let part = Part::of(answer.headers()).filter(|part| part.first == place.offset);
                let part = part.ok_or_else(|| unavailable("it sent another part".to_owned()))?;
                (place.offset, part.of.or(part.last.checked_add(1)))
            }
            (status, _) => return Err(refusal(status, answer.headers())),
        };
        if total.is_some_and(|total| total > self.largest) {
            return Err(DownloadError::TooLarge { most: self.largest });
        }
        Ok(Box::new(Open { answer, begins_at, at: begins_at, total, most: self.largest }))
    }
}

/// What an answer says that has no file in it.
fn refusal(status: StatusCode, headers: &HeaderMap) -> DownloadError {
    let code = status.as_u16();
    match code {
        // S3 says 403 of a link that is too old and 400 of one whose token is.
        400 | 401 | 403 | 404 | 410 => DownloadError::Expired { status: code },
        429 | 503 => {
            DownloadError::Busy { status: code, retry_after: outside::retry_after(headers) }
        }
        206 | 408 | 425 | 500.. => unavailable(format!("it answered {status}")),
        _ => DownloadError::Refused { status: code },
    }
}

fn unavailable(failure: String) -> DownloadError {
    DownloadError::Unavailable { failure }
}

/// A `Content-Range` (RFC 9110, 14.4) in bytes.
struct Part {
    first: u64,
    last: u64,
    of: Option<u64>,
}

impl Part {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
        let (range, of) = text.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let of = if of == "*" { None } else { Some(of.parse().ok()?) };
        let part = Self { first: first.parse().ok()?, last: last.parse().ok()?, of };
        // A part that ends before the file does is not what was asked for.
        let is_rest =
            part.first <= part.last && of.is_none_or(|of| part.last.checked_add(1) == Some(of));
        is_rest.then_some(part)
    }
}

struct Open {
    answer: reqwest::Response,
    begins_at: u64,
    at: u64,
    total: Option<u64>,
    most: u64,
}

#[async_trait]
impl Download for Open {
    fn begins_at(&self) -> u64 {
        self.begins_at
    }

    fn total(&self) -> Option<u64> {
        self.total
    }

    async fn next(&mut self) -> Result<Option<Bytes>, DownloadError> {
        let Self { answer, at, total, most, .. } = self;
        match answer.chunk().await {
            Ok(Some(bytes)) => {
                let next = at.saturating_add(bytes.len() as u64);
                if next > *most {
                    return Err(DownloadError::TooLarge { most: *most });
                }
                *at = next;
                Ok(Some(bytes))
            }
            Ok(None) if total.is_none_or(|total| total == *at) => Ok(None),
            Ok(None) | Err(_) => Err(DownloadError::Cut { at: *at }),
        }
    }

    fn place(&self) -> Option<Place> {
        let version = self.answer.headers().get(ETAG)?.to_str().ok()?.parse().ok()?;
        Some(Place { offset: self.at, version })
    }
}

#[cfg(test)]
mod tests;
