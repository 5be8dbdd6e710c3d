//! What is not AWS, through a relay that makes a call go wrong as the network or the other side
//! would.

use std::net::Ipv4Addr;
use std::sync::Arc;

use application::ports::clock::ManualClock;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use reqwest::header::{CONNECTION, CONTENT_LENGTH, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::aws::JUMP;
use super::fault::Fault;
use super::injector::{Call, Injector};

/// A server that hands everything on to another one.
pub(crate) struct Relay {
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Way {
    /// Where to, such as `http://127.0.0.1:4001`.
    there: String,
    here: String,
    injector: Injector,
    clock: Arc<ManualClock>,
    http: reqwest::Client,
}

impl Relay {
    pub(crate) async fn to(
        there: &str,
        injector: &Injector,
        clock: Arc<ManualClock>,
        http: reqwest::Client,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let here = format!("http://127.0.0.1:{port}");
        let there = there.trim_end_matches('/').to_owned();
        let way = Way { there, here, injector: injector.clone(), clock, http };
        let router = Router::new().fallback(move |request| hand_on(way.clone(), request));
        let server =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { port, server }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a call is, in the words of the simulated Panorama.
fn label(request: &Request) -> String {
    let path = request.uri().path();
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    if let Some((_, operation)) = target.and_then(|target| target.split_once('.')) {
        return format!("Cognito {operation}");
    }
    let query = request.uri().query().unwrap_or_default();
    if query.contains("X-Amz-Signature") {
        return "presigned GetObject".to_owned();
    }
    let name = if path.ends_with("/confirm") {
        "confirmSharing"
    } else if path.ends_with("/sharing") {
        "listSharing"
    } else if path.contains("/files/") {
        "file"
    } else if path.contains("/download") {
        "download"
    } else {
        "listFields"
    };
    format!("Panorama {name}")
}

async fn hand_on(way: Way, request: Request) -> Response {
    let label = label(&request);
    let of_cognito = label.starts_with("Cognito");
    let is_file = label == "Panorama file" || label.starts_with("presigned");
    let is_write = label == "Panorama confirmSharing";
    let impossible = |fault| match fault {
        Fault::Throttled if !of_cognito => Some("its word for it is 429"),
        Fault::Conflict if !is_write => Some("it has no condition"),
        Fault::TransactionConflict => Some("it has no transactions"),
        _ => None,
    };
    let call = || {
        let cannot = Fault::ALL.into_iter().filter_map(|it| Some((it, impossible(it)?)));
        Call { function: "", label, cannot: cannot.collect() }
    };
    let Some(fault) = way.injector.meet(call, None) else {
        return way.ask(request, is_file).await;
    };
    match fault {
        Fault::TimeOut => std::future::pending().await,
        Fault::Refused => broken(),
        Fault::ServerError => status(503, "{\"message\":\"later\"}"),
        Fault::TooManyRequests => status(429, "{\"message\":\"later\"}"),
        Fault::Throttled | Fault::TransactionConflict => {
            status(400, "{\"__type\":\"TooManyRequestsException\",\"message\":\"later\"}")
        }
        Fault::Conflict => {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a body");
            let twin = Request::from_parts(parts.clone(), Body::from(body.clone()));
            way.ask(twin, is_file).await;
            way.ask(Request::from_parts(parts, Body::from(body)), is_file).await
        }
        Fault::Malformed => {
            let (mut parts, body) = way.ask(request, is_file).await.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a body");
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)))
        }
        Fault::Lost => {
            way.ask(request, is_file).await;
            broken()
        }
        Fault::ClockJump => {
            let answer = way.ask(request, is_file).await;
            way.clock.advance(JUMP);
            answer
        }
    }
}

fn status(status: u16, body: &'static str) -> Response {
    let status = axum::http::StatusCode::from_u16(status).expect("a status");
    (status, [(RETRY_AFTER, "7")], body).into_response()
}

/// An answer that breaks its connection before its first byte.
fn broken() -> Response {
    Response::new(Body::new(Broken))
}

struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

impl Way {
    /// What the other side answers, with its addresses turned into the relay's.
    async fn ask(&self, request: Request, as_it_is: bool) -> Response {
        let (mut parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.there);
        for hop in [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(hop);
        }
        let asked = self.http.request(parts.method, url).headers(parts.headers).body(body);
        let answer = asked.send().await.expect("an answer");
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.expect("a body");
        headers.remove(TRANSFER_ENCODING);
        let body = if as_it_is {
            body
        } else {
            headers.remove(CONTENT_LENGTH);
            String::from_utf8_lossy(&body).replace(&self.there, &self.here).into()
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}
