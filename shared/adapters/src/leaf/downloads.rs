//! What Leaf gives out of a machine file (Leaf's documents, "Machine files": a `download…` address
//! is the API's own and wants the token that everything wants).
//!
//! **Security.** The token goes to Leaf's own origin only, wherever Leaf sends us; a link that has
//! it in it is not passed on.

use std::time::Duration;

use application::ports::data::GivenOut;
use application::ports::downloads::{Download, DownloadError, Place};
use application::ports::files::PresignedUrl;
use application::ports::upstream::UpstreamError;
use async_trait::async_trait;
use domain::download_url::DownloadUrl;
use domain::file_output::FileOutput;
use domain::given_file::UNDER_WAY;
use domain::ids::FileId;
use http::header::LOCATION;
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::Leaf;
use super::api::{Ask, Begun};
use super::shapes;
use super::transport::{broken, read, unavailable};
use crate::outside::{self, Unread};

/// The most bytes that an answer of ours can carry: Lambda's may have 6 MB, in base64.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How often Leaf may send us from one of its addresses to another.
const MOST_HOPS: usize = 3;

impl Leaf {
    /// An output of a file, as an answer of ours can have it.
    pub(super) async fn output(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenOut>, UpstreamError> {
        let Some(file) = self.file(file).await? else { return Ok(None) };
        Ok(Some(match self.follow(&file, output, None).await? {
            Followed::Nothing => GivenOut::Nothing,
            Followed::Link(link) => GivenOut::Link(link),
            Followed::Answer(answer) => match outside::body(answer, MOST_BYTES).await {
                Ok(bytes) => GivenOut::Bytes(bytes),
                Err(Unread::TooLarge) => GivenOut::TooLarge(shapes::leaf_user_id(&file)?),
                Err(Unread::Broken(error)) => return Err(broken(&error)),
            },
        }))
    }

    /// An output of a file, to be read piece by piece.
    pub(super) async fn open_output(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<Box<dyn Download>>, UpstreamError> {
        let Some(file) = self.file(file).await? else { return Ok(None) };
        let Followed::Answer(answer) = self.follow(&file, output, Some(UNDER_WAY)).await? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Bytes::of(answer, self.largest_file))))
    }

    async fn file(&self, file: FileId) -> Result<Option<Value>, UpstreamError> {
        let file = file.to_string();
        let asked = self.api.ask(Ask::of(Method::GET, "operations", &["files", &file])).await?;
        if asked.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        asked.accepted()?.read().map(Some)
    }

    /// What is behind the address of an output.
    async fn follow(
        &self,
        file: &Value,
        output: &FileOutput,
        time: Option<Duration>,
    ) -> Result<Followed, UpstreamError> {
        let Some(address) = file[output.field()].as_str() else { return Ok(Followed::Nothing) };
        let base = &self.api.base;
        let mut next = base.join(address).map_err(|_| unusable("an address that is none"))?;
        for _ in 0..=MOST_HOPS {
            if next.origin() != base.origin() {
                let link = self.link(&next).ok_or_else(|| unusable("a link that is none"))?;
                return Ok(Followed::Link(link));
            }
            let Begun { answer, token } = self.api.begin(&next, time).await?;
            match answer.status() {
                StatusCode::NOT_FOUND => return Ok(Followed::Nothing),
                status if status.is_success() => return Ok(Followed::Answer(answer)),
                status if !status.is_redirection() => return Err(read(answer).await?.declined()),
                _ => {}
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

/// What is at the end of Leaf's redirects.
enum Followed {
    /// Nothing: there is no such output.
    Nothing,
    /// A link of somebody else's.
    Link(PresignedUrl),
    /// An answer of Leaf's own, whose bytes are not read.
    Answer(reqwest::Response),
}

/// The bytes of an answer. One that breaks off is not gone on with.
struct Bytes {
    answer: reqwest::Response,
    total: Option<u64>,
    at: u64,
    most: u64,
}

impl Bytes {
    fn of(answer: reqwest::Response, most: u64) -> Self {
        Self { total: answer.content_length(), at: 0, answer, most }
    }
}

#[async_trait]
impl Download for Bytes {
    fn begins_at(&self) -> u64 {
        0
    }

    fn total(&self) -> Option<u64> {
        self.total
    }

    async fn next(&mut self) -> Result<Option<bytes::Bytes>, DownloadError> {
        if self.total.is_some_and(|total| total > self.most) {
            return Err(DownloadError::TooLarge { most: self.most });
        }
        match self.answer.chunk().await {
            Ok(Some(bytes)) => {
                self.at += bytes.len() as u64;
                if self.at > self.most {
                    return Err(DownloadError::TooLarge { most: self.most });
                }
                Ok(Some(bytes))
            }
            Ok(None) if self.total.is_none_or(|total| total == self.at) => Ok(None),
            Ok(None) | Err(_) => Err(DownloadError::Cut { at: self.at }),
        }
    }

    fn place(&self) -> Option<Place> {
        None
    }
}

/// Leaf answered, and nobody can do anything with it. The address is not named: whoever has it may
/// be able to read the file.
fn unusable(what: &str) -> UpstreamError {
    unavailable(format!("it gave out {what}"), Some(200), None)
}
