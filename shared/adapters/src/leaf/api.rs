//! Calls of Leaf's API: a token, one renewal of it, no other retry.

use std::sync::Arc;
use std::time::Duration;

use application::ports::clock::Clock;
use application::ports::upstream::UpstreamError;
use http::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::account::Account;
use super::transport::{Answer, Limit, begin, read};
use crate::outside::below;

pub(super) struct Api {
    pub(super) http: reqwest::Client,
    pub(super) base: Url,
    pub(super) account: Account,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limit: Arc<Limit>,
}

pub(super) struct Ask {
    method: Method,
    path: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl Ask {
    /// Something below a service, e.g. `usermanagement`.
    pub(super) fn of(method: Method, service: &str, rest: &[&str]) -> Self {
        let path = ["services", service, "api"]
            .iter()
            .chain(rest)
            .map(|segment| (*segment).to_owned())
            .collect();
        Self { method, path, query: Vec::new(), body: None }
    }

    pub(super) fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// What a client asks for, as it asks.
    pub(super) fn queries(mut self, query: Vec<(String, String)>) -> Self {
        self.query.extend(query);
        self
    }

    pub(super) fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// An answer whose body is not read, and the token that it was asked with.
pub(super) struct Begun {
    pub(super) answer: reqwest::Response,
    pub(super) token: SecretString,
}

impl Api {
    /// Asks with the account's token. If that is refused, it is renewed and the question asked
    /// again, once.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Answer, UpstreamError> {
        let segments: Vec<_> = ask.path.iter().map(String::as_str).collect();
        let mut url = below(&self.base, &segments);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let request = || {
            let request = self.http.request(ask.method.clone(), url.clone());
            ask.body.iter().fold(request, reqwest::RequestBuilder::json)
        };
        read(self.with_token(request).await?.answer).await
    }

    /// Begins to read what is at an address of Leaf's, which may be a redirect. The whole of it may
    /// take so long; usually, as long as any answer.
    pub(super) async fn begin(
        &self,
        url: &Url,
        time: Option<Duration>,
    ) -> Result<Begun, UpstreamError> {
        let request = || {
            let request = self.http.get(url.clone());
            time.into_iter().fold(request, reqwest::RequestBuilder::timeout)
        };
        self.with_token(request).await
    }

    async fn with_token(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Begun, UpstreamError> {
        let mut refused = None;
        loop {
            self.limit.allows(self.clock.now())?;
            let token = self.account.token(refused.as_ref()).await?;
            let request = request().bearer_auth(token.expose_secret());
            let answer = begin(request, &self.limit, &*self.clock).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(Begun { answer, token });
            }
            if refused.is_some() {
                self.account.leave_alone().await;
                return Err(UpstreamError::LeafLogin);
            }
            refused = Some(token);
        }
    }
}
