//! A partner's receiver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;
use tokio::net::TcpListener;

/// Accepts every call, unless it was told what to answer.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) port: u16,
    shared: Arc<Mutex<Shared>>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    calls: Vec<Call>,
    replies: VecDeque<Reply>,
}

/// A call that came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What a receiver does with a call.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Status(u16),
    RedirectTo(String),
    /// A status with `Retry-After`.
    Later(u16, String),
    /// A status, and what it was sent.
    Echo(u16),
    /// A status with a body.
    Says(u16, String),
    Hang,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new().fallback(take).with_state(shared.clone());
        let server =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url: format!("http://127.0.0.1:{port}/hooks"), port, shared, server }
    }

    /// From now on it answers these, one after the other, and then accepts again.
    pub(crate) fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.lock().expect("the receiver").replies = replies.into_iter().collect();
    }

    /// The calls since the last time.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.shared.lock().expect("the receiver").calls)
    }

    /// The types of the calls since the last time.
    pub(crate) fn types(&self) -> Vec<String> {
        self.take()
            .iter()
            .map(|call| call.json()["type"].as_str().expect("a type").to_owned())
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Call {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("ASCII")
    }
}

async fn take(
    State(shared): State<Arc<Mutex<Shared>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = String::from_utf8(body.to_vec()).expect("UTF-8");
    let reply = {
        let mut shared = shared.lock().expect("the receiver");
        shared.calls.push(Call { headers, body: sent.clone() });
        shared.replies.pop_front()
    };
    match reply {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Reply::Status(status)) => {
            StatusCode::from_u16(status).expect("a status").into_response()
        }
        Some(Reply::RedirectTo(url)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, url)]).into_response()
        }
        Some(Reply::Later(status, when)) => {
            (StatusCode::from_u16(status).expect("a status"), [(RETRY_AFTER, when)]).into_response()
        }
        Some(Reply::Echo(status)) => {
            (StatusCode::from_u16(status).expect("a status"), sent).into_response()
        }
        Some(Reply::Says(status, text)) => {
            (StatusCode::from_u16(status).expect("a status"), text).into_response()
        }
        Some(Reply::Hang) => std::future::pending().await,
    }
}
