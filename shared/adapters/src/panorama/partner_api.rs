//! The partner API, in the shapes that Precision Planting's public demo application reads.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use url::Url;

use super::downloads;
use super::listing::{Listing, NEXT_TOKEN, Unreadable};
use super::renewal::REFUSES_NEW_TOKENS;
use super::shared_data;
use crate::limits::UNSAID;
use crate::outside::{self, Unread, below, transport_failure};
use application::metrics::{self, Metric};
use application::ports::clock::Clock;
use application::ports::upstream::{Party, Unavailable, UpstreamError};
use domain::client_environment::ClientEnvironment;
use domain::download_url::DownloadUrl;
use domain::organization_code::OrganizationCode;
use domain::partner::Token;
use domain::shared_data::{SharedData, StreamId};

const PARTY: Party = Party::PartnerApi;

/// The largest answer that is read: a listing of a million operations, or the fields of a very
/// large one, some hundred bytes each.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// The largest list of a stream's files: as many addresses as it may have, each as long as it may
/// be.
const MAX_DOWNLOADS: usize = downloads::MOST * (DownloadUrl::MAX_LENGTH + 64);

/// The largest answer to a confirmation.
const MAX_CONFIRMATION: usize = 64 * 1024;

/// Pages of one listing. A partner with more operations than this many pages hold has outgrown a
/// listing.
pub(super) const MAX_PAGES: usize = 10_000;

/// Codes of one listing: beyond it they would fill the memory.
pub(super) const MAX_CODES: usize = 2_000_000;

/// After so much time no further page of a listing is asked for; each has its own time-out.
pub(super) const LISTING_TIME: Duration = Duration::from_mins(5);

pub(super) struct PartnerApi {
    pub(super) http: reqwest::Client,
    pub(super) clock: Arc<dyn Clock>,
}

pub(super) enum Call<'a> {
    /// `GET /sharing`, from a page on.
    Listing(Option<&'a str>),
    /// `PUT /sharing/{orgCode}/confirm`.
    Confirm(&'a OrganizationCode),
    /// `GET /sharing/{orgCode}`.
    Fields(&'a OrganizationCode),
    /// `GET /sharing/{orgCode}/{streamId}/download`.
    Downloads(&'a OrganizationCode, &'a StreamId),
}

impl Call<'_> {
    fn measured_as(&self) -> metrics::Call {
        match self {
            Self::Listing(_) => metrics::Call::ListSharing,
            Self::Confirm(_) => metrics::Call::ConfirmSharing,
            Self::Fields(_) => metrics::Call::ListFields,
            Self::Downloads(..) => metrics::Call::ListDownloads,
        }
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

pub(super) enum CallError {
    /// 401: the access token is not accepted.
    TokenRefused,
    Failed(UpstreamError),
}

impl Answer {
    /// Whether it is what the API answers with: JSON, and an object.
    pub(super) fn is_object(&self) -> bool {
        serde_json::from_slice::<Map<String, Value>>(&self.body).is_ok()
    }
}

impl PartnerApi {
    pub(super) async fn make(
        &self,
        environment: ClientEnvironment,
        api: &Url,
        token: &Token,
        call: &Call<'_>,
    ) -> Result<Answer, CallError> {
        let before = self.clock.elapsed();
        let answer = self.exchange(api, token, call).await;
        let latency = self.clock.elapsed().saturating_sub(before);
        let failed = matches!(answer, Err(CallError::Failed(UpstreamError::Unavailable(_))));
        Metric::UpstreamCall { call: call.measured_as(), latency, failed }.record(environment);
        answer
    }

    async fn exchange(
        &self,
        api: &Url,
        token: &Token,
        call: &Call<'_>,
    ) -> Result<Answer, CallError> {
        let request = match call {
            Call::Listing(next) => {
                let mut url = below(api, &["sharing"]);
                if let Some(next) = next {
                    url.query_pairs_mut().append_pair(NEXT_TOKEN, next);
                }
                self.http.get(url)
            }
            Call::Confirm(code) => {
                self.http.put(below(api, &["sharing", code.expose(), "confirm"])).json(&json!({}))
            }
            Call::Fields(code) => self.http.get(below(api, &["sharing", code.expose()])),
            Call::Downloads(code, stream) => {
                let path = ["sharing", code.expose(), stream.as_str(), "download"];
                self.http.get(below(api, &path))
            }
        };
        let sent = request.bearer_auth(token.expose()).send().await;
        let answer = sent.map_err(|error| unavailable(transport_failure(&error), None, None))?;
        let status = answer.status();
        let code = Some(status.as_u16());
        let most_bytes = match call {
            Call::Confirm(_) => MAX_CONFIRMATION,
            Call::Listing(_) | Call::Fields(_) => MAX_ANSWER,
            Call::Downloads(..) => MAX_DOWNLOADS,
        };
        match status.as_u16() {
            200..=299 => match outside::body(answer, most_bytes).await {
                Ok(body) => Ok(Answer { status: status.as_u16(), body }),
                Err(Unread::TooLarge) => {
                    Err(unavailable("its answer is too large".to_owned(), code, None))
                }
                Err(Unread::Broken(error)) => {
                    Err(unavailable(transport_failure(&error), code, None))
                }
            },
            401 => Err(CallError::TokenRefused),
            408 | 425 | 429 | 500.. => {
                let retry_after = outside::retry_after(answer.headers());
                Err(unavailable(format!("it answered {status}"), code, retry_after))
            }
            // A redirect is followed by nobody here: it would carry the token somewhere else.
            300..=399 => Err(unavailable(format!("it answered {status}"), code, None)),
            // A proxy or a firewall in front of Panorama says no in pages. That says nothing about
            // an operation.
            _ if is_page(&answer) => {
                Err(unavailable(format!("it answered {status} with a page"), code, None))
            }
            status => Err(CallError::Failed(UpstreamError::Refused { status })),
        }
    }
}

fn is_page(answer: &reqwest::Response) -> bool {
    let media_type = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    media_type.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("text/html"))
}

/// Reads the answer to [`Call::Listing`]; the token of the next page, if there is one.
pub(super) fn read_page(
    answer: &Answer,
    listing: &mut Listing,
) -> Result<Option<String>, UpstreamError> {
    listing.read_page(&answer.body).map_err(|unreadable| unread(unreadable, answer.status))
}

/// A listing that does not end.
pub(super) fn endless_listing() -> UpstreamError {
    let failure = "its listing does not end".to_owned();
    Unavailable { party: PARTY, failure, status: Some(200), retry_after: None }.into()
}

pub(super) fn unknown_form(status: u16) -> UpstreamError {
    let failure = "it answered in an unknown form".to_owned();
    Unavailable { party: PARTY, failure, status: Some(status), retry_after: None }.into()
}

/// A call that was not made because of the limit of an earlier one, which ends in so many seconds.
pub(super) fn limited(seconds: u64) -> UpstreamError {
    let failure = "it has limited our calls".to_owned();
    Unavailable { party: PARTY, failure, status: Some(429), retry_after: Some(seconds) }.into()
}

/// The limit that an answer sets, in seconds.
pub(super) fn limit_in(error: &UpstreamError) -> Option<u64> {
    match error {
        UpstreamError::Unavailable(Unavailable { status, retry_after, .. }) => {
            retry_after.or((*status == Some(429)).then_some(UNSAID))
        }
        _ => None,
    }
}

/// A token that was got for this very call is not accepted.
pub(super) fn new_token_refused() -> UpstreamError {
    Unavailable {
        party: PARTY,
        failure: REFUSES_NEW_TOKENS.to_owned(),
        status: Some(401),
        retry_after: None,
    }
    .into()
}

/// Reads the answer to [`Call::Fields`].
pub(super) fn read_shared_data(answer: &Answer) -> Result<SharedData, UpstreamError> {
    shared_data::read(&answer.body).map_err(|unreadable| unread(unreadable, answer.status))
}

/// Reads the answer to [`Call::Downloads`].
pub(super) fn read_downloads(answer: &Answer) -> Result<Vec<DownloadUrl>, UpstreamError> {
    downloads::read(&answer.body).map_err(|unreadable| unread(unreadable, answer.status))
}

fn unread(unreadable: Unreadable, status: u16) -> UpstreamError {
    match unreadable {
        Unreadable::TooMany => endless_listing(),
        Unreadable::UnknownForm => unknown_form(status),
    }
}

fn unavailable(failure: String, status: Option<u16>, retry_after: Option<u64>) -> CallError {
    CallError::Failed(UpstreamError::Unavailable(Unavailable {
        party: PARTY,
        failure,
        status,
        retry_after,
    }))
}
