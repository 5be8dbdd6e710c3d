//! Calls of partners' receivers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderName;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use url::Url;

use super::checked_addresses::{LookUp, Refused, client};
use application::ports::webhooks::{self, Answer, Said};
use domain::address_policy::AddressPolicy;
use domain::timestamp::Timestamp;
use domain::webhook::CallFailure;
use domain::webhook_call::RetryAfter;
use domain::webhook_signature::SignedHeaders;

/// How long one call may take, from the name's resolution to the answer's status.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// How much is read of what a receiver answers to a call that it does not take, in bytes: its
/// reason, not its page.
const READ: usize = 1_024;

const HTTP_DATE: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

const LEAF_SIGNATURE: HeaderName = HeaderName::from_static("x-leaf-signature");
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

pub struct Receivers {
    http: reqwest::Client,
    address_policy: AddressPolicy,
}

impl Receivers {
    /// Receivers within `address_policy`, by the names that `look_up` resolves.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(
        address_policy: AddressPolicy,
        timeout: Duration,
        look_up: Arc<dyn LookUp>,
    ) -> Result<Self, reqwest::Error> {
        let http = client(address_policy, look_up).timeout(timeout).build()?;
        Ok(Self { http, address_policy })
    }
}

#[async_trait]
impl webhooks::Receivers for Receivers {
    async fn call(
        &self,
        url: &Url,
        headers: &SignedHeaders,
        body: &str,
    ) -> Result<Answer, CallFailure> {
        // An address that stands in the URL itself is never resolved, so it is looked at here.
        if !self.address_policy.allows_url(url) {
            return Err(CallFailure::NotPublic);
        }
        let request = self
            .http
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(LEAF_SIGNATURE, &headers.leaf_signature)
            .header(WEBHOOK_ID, &headers.id)
            .header(WEBHOOK_TIMESTAMP, &headers.timestamp)
            .header(WEBHOOK_SIGNATURE, &headers.signature)
            .body(body.to_owned());
        let answer = request.send().await.map_err(|error| failure(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(Answer { status: status.as_u16(), said: None, retry_after: None });
        }
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| read_retry_after(value.to_str().ok()?));
        Ok(Answer { status: status.as_u16(), said: beginning(answer).await, retry_after })
    }
}

/// Seconds, or the one form of a date that HTTP writes (RFC 9110, "IMF-fixdate").
fn read_retry_after(text: &str) -> Option<RetryAfter> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(RetryAfter::In(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
    }
    let moment = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?;
    Some(RetryAfter::At(Timestamp::new(moment.assume_utc())))
}

/// How a body begins. The rest is dropped with the connection; what does not come within the
/// time-out is left out, for the status is known.
async fn beginning(mut answer: reqwest::Response) -> Option<Said> {
    let mut bytes = Vec::new();
    let mut is_cut = true;
    while bytes.len() <= READ
        && let Ok(chunk) = answer.chunk().await
    {
        let Some(chunk) = chunk else {
            is_cut = false;
            break;
        };
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(READ);
    let text = String::from_utf8_lossy(&bytes);
    // A letter that the end cuts in two.
    let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
    (!text.is_empty()).then(|| Said { text: text.to_owned(), is_cut })
}

/// The kind of a failure: the error itself holds the URL.
fn failure(error: &reqwest::Error) -> CallFailure {
    match Refused::of(error) {
        Some(Refused::NotPublic) => CallFailure::NotPublic,
        Some(Refused::NotResolved) => CallFailure::NotResolved,
        None if error.is_timeout() => CallFailure::TimedOut,
        None => CallFailure::ConnectionFailed,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_anything_else_is_nothing() {
        let at = Timestamp::new(datetime!(2026-11-22 12:00:05 UTC));
        assert_eq!(read_retry_after(" 120"), Some(RetryAfter::In(Duration::from_mins(2))));
        assert_eq!(read_retry_after("Sun, 22 Nov 2026 12:00:05 GMT"), Some(RetryAfter::At(at)));
        assert_eq!(
            RetryAfter::At(at).from(Timestamp::new(datetime!(2027-01-01 0:00 UTC))),
            Duration::ZERO,
            "it is over"
        );
        let absurd = read_retry_after(&"9".repeat(40));
        assert_eq!(absurd, Some(RetryAfter::In(Duration::from_secs(u64::MAX))));
        for text in ["", "-1", "1.5", "soon", "Sunday"] {
            assert_eq!(read_retry_after(text), None, "{text}");
        }
    }
}
