//! What goes over the wire to Leaf and comes back, and the limit that Leaf sets.

use application::ports::clock::Clock;
use application::ports::upstream::{Party, Unavailable, UpstreamError};
use domain::timestamp::Timestamp;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::limits::{Limits, UNSAID};
use crate::outside::{self, Unread, transport_failure};

/// The largest answer that is read: a page of a hundred Leaf users has some 50 KB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// The most values that an answer may have: such a page has some thousands.
const MAX_VALUES: usize = 100_000;

/// How many entries a list has (Leaf's documents, "Pagination").
const TOTAL_COUNT: &str = "x-total-count";

/// Until when Leaf has told this process to ask nothing: all that it asks is one account's.
#[derive(Default)]
pub(super) struct Limit(Limits<()>);

impl Limit {
    /// Nothing, or how Leaf would answer.
    pub(super) fn allows(&self, now: Timestamp) -> Result<(), UpstreamError> {
        self.0.allow(&(), now).map_err(limited)
    }
}

fn limited(seconds: u64) -> UpstreamError {
    unavailable("it has limited our calls".to_owned(), Some(429), Some(seconds))
}

/// What was answered: 2xx, or a refusal.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Of a page: how many entries there are on all pages (`X-Total-Count`).
    pub(super) total: Option<u64>,
    body: Vec<u8>,
}

impl Answer {
    /// One that has come.
    pub(super) const fn new(status: StatusCode, total: Option<u64>, body: Vec<u8>) -> Self {
        Self { status, total, body }
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, UpstreamError> {
        // Without serde's message: it may quote what it could not read.
        serde_json::from_slice(&self.body).map_err(|_| self.unknown_form())
    }

    pub(super) fn unknown_form(&self) -> UpstreamError {
        unavailable("it answered in an unknown form".to_owned(), Some(self.status.as_u16()), None)
    }

    /// The answer, if it says yes.
    pub(super) fn accepted(self) -> Result<Self, UpstreamError> {
        if self.status.is_success() { Ok(self) } else { Err(self.declined()) }
    }

    /// A refusal, without Leaf's words: those may quote what was sent.
    pub(super) fn declined(&self) -> UpstreamError {
        UpstreamError::Declined { status: self.status.as_u16(), error_key: self.error_key() }
    }

    /// The `errorKey` of a refusal: a name, and nothing else that might be there.
    pub(super) fn error_key(&self) -> String {
        let refusal: Value = self.read().unwrap_or_default();
        let key = refusal["errorKey"].as_str().unwrap_or_default();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_';
        let is_name = !key.is_empty() && key.len() <= 64 && key.bytes().all(is_name);
        if is_name { key.to_owned() } else { "no errorKey".to_owned() }
    }

    /// The answer to what a client has sent through us, if it says yes. A refusal is the client's
    /// to mend, unless it is about who asks. Of Leaf's words only the names of fields are passed
    /// on, and of those only such as the client knows.
    pub(super) fn accepted_as_sent(
        self,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Self, UpstreamError> {
        let is_clients = self.status.is_client_error()
            && !matches!(
                self.status,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
            );
        if !is_clients {
            return self.accepted();
        }
        let refusal: Value = self.read().unwrap_or_default();
        let named = refusal["fieldErrors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["field"].as_str());
        let fields = named.filter(|field| is_known(field)).map(ToOwned::to_owned).collect();
        Err(UpstreamError::SentRefused {
            status: self.status.as_u16(),
            error_key: self.error_key(),
            fields,
        })
    }
}

/// Sends a request, and reads the answer. What says nothing about it is an error.
pub(super) async fn send(
    request: reqwest::RequestBuilder,
    limit: &Limit,
    clock: &dyn Clock,
) -> Result<Answer, UpstreamError> {
    read(begin(request, limit, clock).await?).await
}

/// Sends a request, and waits for the answer's head, which may be a redirect.
pub(super) async fn begin(
    request: reqwest::RequestBuilder,
    limit: &Limit,
    clock: &dyn Clock,
) -> Result<reqwest::Response, UpstreamError> {
    let answer = request.send().await.map_err(|error| broken(&error))?;
    let status = answer.status();
    let code = Some(status.as_u16());
    match status.as_u16() {
        429 => {
            let seconds = outside::retry_after(answer.headers()).unwrap_or(UNSAID);
            limit.0.set((), seconds, clock.now());
            Err(limited(seconds))
        }
        408 | 425 | 500.. => Err(unavailable(format!("it answered {status}"), code, None)),
        _ => Ok(answer),
    }
}

/// Reads an answer to its end.
pub(super) async fn read(answer: reqwest::Response) -> Result<Answer, UpstreamError> {
    let status = answer.status();
    let code = Some(status.as_u16());
    // A redirect is followed by nobody here: it would carry the token somewhere else.
    if status.is_redirection() {
        return Err(unavailable(format!("it answered {status}"), code, None));
    }
    let total = answer
        .headers()
        .get(TOTAL_COUNT)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let too_large = || unavailable("its answer is too large".to_owned(), code, None);
    let body = outside::body(answer, MAX_ANSWER).await.map_err(|unread| match unread {
        Unread::TooLarge => too_large(),
        Unread::Broken(error) => broken(&error),
    })?;
    if outside::may_have_more_values(&body, MAX_VALUES) {
        return Err(too_large());
    }
    Ok(Answer::new(status, total, body))
}

/// Half an answer is none, whatever its status said.
pub(super) fn broken(error: &reqwest::Error) -> UpstreamError {
    unavailable(transport_failure(error), None, None)
}

pub(super) fn unavailable(
    failure: String,
    status: Option<u16>,
    retry_after: Option<u64>,
) -> UpstreamError {
    Unavailable { party: Party::Leaf, failure, status, retry_after }.into()
}
