//! What Leaf gives out of a machine file (Leaf's documents, "Machine files": a `download…` address
//! is the API's own and wants the token that everything wants).
//!
//! **Security.** The token goes to Leaf's own origin only, wherever Leaf sends us; a link that has
//! it in it is not passed on.

use application::ports::data::GivenOut;
use application::ports::files::PresignedUrl;
use application::ports::upstream::UpstreamError;
use domain::download_url::DownloadUrl;
use domain::file_output::FileOutput;
use domain::ids::FileId;
use http::header::LOCATION;
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::Leaf;
use super::api::{Ask, Begun};
use super::transport::{broken, read, unavailable};
use crate::outside::{self, Unread};

/// The most bytes that an answer of ours can carry: Lambda's may have 6 MB, in base64.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How often Leaf may send us from one of its addresses to another.
const MOST_HOPS: usize = 3;

impl Leaf {
    pub(super) async fn output(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenOut>, UpstreamError> {
        let file = file.to_string();
        let asked = self.api.ask(Ask::of(Method::GET, "operations", &["files", &file])).await?;
        if asked.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let asked = asked.accepted()?;
        let record: Value = asked.read()?;
        let Some(address) = record[output.field()].as_str() else {
            return Ok(Some(GivenOut::Nothing));
        };
        let mut next = self.api.base.join(address).map_err(|_| asked.unknown_form())?;
        for _ in 0..=MOST_HOPS {
            if next.origin() != self.api.base.origin() {
                let link = self.link(&next).ok_or_else(|| unusable("a link that is none"))?;
                return Ok(Some(GivenOut::Link(link)));
            }
            let Begun { answer, token } = self.api.begin(&next).await?;
            if !answer.status().is_redirection() {
                return bytes(answer).await.map(Some);
            }
            let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let to = location.and_then(|location| next.join(location).ok());
            next = to.ok_or_else(|| unusable("a redirect to nowhere"))?;
            if next.as_str().contains(token.expose_secret()) {
                return Err(unusable("a link with its token in it"));
            }
        }
        Err(unusable("one redirect after the other"))
    }

    /// What may be handed to a client: an address that is as safe as Leaf's own is.
    fn link(&self, url: &Url) -> Option<PresignedUrl> {
        let link: DownloadUrl = url.as_str().parse().ok()?;
        let is_safe = url.scheme() == "https" || self.api.base.scheme() == "http";
        is_safe.then(|| PresignedUrl::new(link.expose().clone()))
    }
}

async fn bytes(answer: reqwest::Response) -> Result<GivenOut, UpstreamError> {
    match answer.status() {
        StatusCode::NOT_FOUND => return Ok(GivenOut::Nothing),
        status if !status.is_success() => return Err(read(answer).await?.declined()),
        _ => {}
    }
    match outside::body(answer, MOST_BYTES).await {
        Ok(bytes) => Ok(GivenOut::Bytes(bytes)),
        Err(Unread::TooLarge) => Ok(GivenOut::TooLarge),
        Err(Unread::Broken(error)) => Err(broken(&error)),
    }
}

/// Leaf answered, and nobody can do anything with it. The address is not named: whoever has it may
/// be able to read the file.
fn unusable(what: &str) -> UpstreamError {
    unavailable(format!("it gave out {what}"), Some(200), None)
}
