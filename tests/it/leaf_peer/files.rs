//! The second Leaf's machine files: their records, and what it gives out at the addresses in them,
//! which only it knows the form of.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};

use super::Shared;
use super::account::refuse;

/// What is given out at an address.
#[derive(Clone)]
pub(crate) enum Given {
    /// These bytes, whose type is that of a page.
    Bytes(Bytes),
    /// So many bytes, whose number is not announced.
    Unannounced(usize),
    /// So many bytes, which are announced, and of which nobody should read any.
    Announced(u64),
    /// A redirect.
    Redirect(String),
}

const CHUNK: &[u8] = &[b'x'; 1_024];

/// A body of so many chunks, with what it says of how many bytes there are.
struct Chunks {
    left: usize,
    announced: Option<u64>,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let left = self.left.checked_sub(1);
        Poll::Ready(left.map(|left| {
            self.left = left;
            Ok(Frame::data(Bytes::from_static(CHUNK)))
        }))
    }

    fn size_hint(&self) -> SizeHint {
        self.announced.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

pub(super) async fn list(State(records): State<Shared>) -> Response {
    let files = records.lock().expect("nobody panicked").files.clone();
    ([("x-total-count", files.len().to_string())], Json(json!({ "operations": files })))
        .into_response()
}

pub(super) async fn read(State(records): State<Shared>, Path(id): Path<String>) -> Response {
    let records = records.lock().expect("nobody panicked");
    let found = records.files.iter().find(|file| file["id"] == *id);
    found
        .map_or_else(|| refuse(404, "fileNotFound", Value::Null), |file| Json(file).into_response())
}

pub(super) async fn give_out(
    State(records): State<Shared>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let given = records.lock().expect("nobody panicked").given.get(uri.path()).cloned();
    match given {
        None => refuse(404, "fileNotFound", Value::Null),
        Some(Given::Bytes(bytes)) => ([(CONTENT_TYPE, "text/html")], bytes).into_response(),
        Some(Given::Unannounced(size)) => {
            Body::new(Chunks { left: size / CHUNK.len(), announced: None }).into_response()
        }
        Some(Given::Announced(size)) => {
            Body::new(Chunks { left: usize::MAX, announced: Some(size) }).into_response()
        }
        Some(Given::Redirect(to)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)]).into_response()
        }
    }
}
