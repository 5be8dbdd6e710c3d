//! An answer whose body does not come as it was announced.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use http_body::Frame;

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// In the middle, with the connection.
    Cut,
    /// In the middle, and the connection stays.
    Stall,
    /// With its last byte, but more were announced.
    Early,
}

/// How many bytes too many are announced.
const TOO_MANY: u64 = 1_000;

/// The same answer with such an ending.
pub(crate) fn broken(response: Response, ending: Ending) -> Response {
    let (mut parts, body) = response.into_parts();
    let length = body.size_hint().exact().unwrap_or_default();
    let (announced, left) = match ending {
        Ending::Cut | Ending::Stall => (length, length / 2),
        Ending::Early => (length + TOO_MANY, length),
    };
    parts.headers.insert(CONTENT_LENGTH, announced.into());
    Response::from_parts(parts, Body::new(Broken { body, left, is_flushed: false, ending }))
}

/// Without a size hint: the server takes the header's word.
struct Broken {
    body: Body,
    left: u64,
    is_flushed: bool,
    ending: Ending,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left == 0 && !self.is_flushed && self.ending != Ending::Stall {
            // What was handed over is sent before the connection goes.
            self.is_flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.left == 0 {
            return match self.ending {
                // The caller goes away, and the connection with it.
                Ending::Stall => Poll::Pending,
                Ending::Cut | Ending::Early => {
                    let cut = io::Error::other("a fault was armed for this call");
                    Poll::Ready(Some(Err(axum::Error::new(cut))))
                }
            };
        }
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)) else {
            return Poll::Ready(None);
        };
        let mut bytes = frame?.into_data().unwrap_or_default();
        bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= u64::try_from(bytes.len()).unwrap_or_default();
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
