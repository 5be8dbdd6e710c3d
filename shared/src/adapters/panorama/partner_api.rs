//! The partner API, in the shapes that Precision Planting's public demo application reads.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use http::header::RETRY_AFTER;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use url::Url;

use super::{below, transport_failure};
use crate::domain::client_environment::ClientEnvironment;
use crate::domain::organization_code::OrganizationCode;
use crate::domain::partner::Token;
use crate::metrics::{self, Metric};
use crate::ports::clock::Clock;
use crate::ports::upstream::{Party, SyncSummary, Unavailable, UpstreamError};

const PARTY: Party = Party::PartnerApi;

/// The largest answer that is read. An operation's fields are some hundred bytes each.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// The public demo reads no paging. Should a listing ever come with this field, the next page is asked for with a parameter of its name.
const NEXT_TOKEN: &str = "nextToken";

/// Pages of one listing. A partner with more operations than this many pages hold has outgrown a listing.
pub(super) const MAX_PAGES: usize = 10_000;

pub(super) struct PartnerApi {
    pub(super) http: reqwest::Client,
    pub(super) clock: Arc<dyn Clock>,
}

/// What is asked.
pub(super) enum Call<'a> {
    /// `GET /sharing`, from a page on.
    Listing(Option<&'a str>),
    /// `PUT /sharing/{orgCode}/confirm`.
    Confirm(&'a OrganizationCode),
    /// `GET /sharing/{orgCode}`.
    Fields(&'a OrganizationCode),
}

impl Call<'_> {
    fn measured_as(&self) -> metrics::Call {
        match self {
            Self::Listing(_) => metrics::Call::ListSharing,
            Self::Confirm(_) => metrics::Call::ConfirmSharing,
            Self::Fields(_) => metrics::Call::ListFields,
        }
    }
}

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

/// A call failed.
pub(super) enum CallError {
    /// 401: the access token is not accepted.
    TokenRefused,
    Failed(UpstreamError),
}

#[derive(Deserialize)]
struct Machine {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    uuid: String,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    farm: Option<String>,
}

/// One page of a listing.
pub(super) struct ListingPage {
    pub(super) codes: Vec<OrganizationCode>,
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct Listing {
    items: Vec<ListedCode>,
    #[serde(default, rename = "nextToken")]
    next_token: Option<String>,
}

/// A code, read straight into its redacted form: a listing may have a million, and a second copy of each would need more memory than all
/// else of a check.
struct ListedCode(OrganizationCode);

impl<'de> Deserialize<'de> for ListedCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = ListedCode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an organization code")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ListedCode, E> {
                // Without the text: it may be a code.
                text.parse().map(ListedCode).map_err(|_| E::custom("not an organization code"))
            }
        }
        from.deserialize_str(Text)
    }
}

impl PartnerApi {
    /// Makes a call.
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

    async fn exchange(&self, api: &Url, token: &Token, call: &Call<'_>) -> Result<Answer, CallError> {
        let request = match call {
            Call::Listing(next) => {
                let mut url = below(api, &["sharing"]);
                if let Some(next) = next {
                    url.query_pairs_mut().append_pair(NEXT_TOKEN, next);
                }
                self.http.get(url)
            }
            Call::Confirm(code) => self.http.put(below(api, &["sharing", code.expose(), "confirm"])).json(&json!({})),
            Call::Fields(code) => self.http.get(below(api, &["sharing", code.expose()])),
        };
        let sent = request.bearer_auth(token.expose()).send().await;
        let mut answer = sent.map_err(|error| unavailable(transport_failure(&error), None, None))?;
        let status = answer.status();
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => body.extend_from_slice(&chunk),
                Ok(Some(_)) => {
                    return Err(unavailable("its answer is too large".to_owned(), Some(status.as_u16()), None));
                }
                Ok(None) => break,
                Err(error) => return Err(unavailable(transport_failure(&error), Some(status.as_u16()), None)),
            }
        }
        match status.as_u16() {
            200..=299 => Ok(Answer { status: status.as_u16(), body }),
            401 => Err(CallError::TokenRefused),
            408 | 425 | 429 | 500.. => {
                Err(unavailable(format!("it answered {status}"), Some(status.as_u16()), retry_after))
            }
            // A redirect is followed by nobody here: it would carry the token somewhere else.
            300..=399 => Err(unavailable(format!("it answered {status}"), Some(status.as_u16()), None)),
            status => Err(CallError::Failed(UpstreamError::Refused { status })),
        }
    }
}

/// Reads the answer to [`Call::Listing`].
pub(super) fn read_listing(answer: &Answer) -> Result<ListingPage, UpstreamError> {
    let listing: Listing = serde_json::from_slice(&answer.body).map_err(|_| unknown_form(answer.status))?;
    let next = listing.next_token.filter(|token| !token.is_empty());
    Ok(ListingPage { codes: listing.items.into_iter().map(|ListedCode(code)| code).collect(), next })
}

/// A listing that does not end.
pub(super) fn endless_listing() -> UpstreamError {
    let failure = "its listing does not end".to_owned();
    Unavailable { party: PARTY, failure, status: Some(200), retry_after: None }.into()
}

fn unknown_form(status: u16) -> UpstreamError {
    let failure = "it answered in an unknown form".to_owned();
    Unavailable { party: PARTY, failure, status: Some(status), retry_after: None }.into()
}

/// Reads and counts the answer to [`Call::Fields`]. The same field may come from several machines.
pub(super) fn count_fields(answer: &Answer) -> Result<SyncSummary, UpstreamError> {
    let machines: Vec<Machine> = serde_json::from_slice(&answer.body).map_err(|_| unknown_form(answer.status))?;
    let fields: Vec<_> = machines.into_iter().flat_map(|machine| machine.fields).collect();
    let growers: BTreeSet<_> = fields.iter().map(|field| &field.client).collect();
    let farms: BTreeSet<_> = fields.iter().map(|field| (&field.client, &field.farm)).collect();
    let different: BTreeSet<_> = fields.iter().map(|field| &field.uuid).collect();
    let [growers, farms, fields] = [growers.len(), farms.len(), different.len()].map(|count| count as u64);
    Ok(SyncSummary { growers, farms, fields })
}

fn unavailable(failure: String, status: Option<u16>, retry_after: Option<u64>) -> CallError {
    CallError::Failed(UpstreamError::Unavailable(Unavailable { party: PARTY, failure, status, retry_after }))
}
