//! Accepts connections and serves HTTP/1.1 on them, one task each.
//!
//! Not `axum::serve`: a fault must be able to cut its connection, which takes a hand on the
//! connection itself.

use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// How long answers may still take after the stop.
const GRACE: Duration = Duration::from_secs(1);
/// After a failed `accept`, which is out of file descriptors more often than not.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// A hand on the connection that a request came in on. It is in the request's extensions.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Notify>);

impl Connection {
    /// Closes it without an answer. Never returns: the caller is dropped with the connection.
    pub(crate) async fn cut(&self) -> Infallible {
        self.0.notify_one();
        pending().await
    }
}

pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, router.clone(), stopped.clone()));
                }
                Err(error) => {
                    tracing::debug!(%error, "accept");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    // No receiver is left when no connection is: nobody to tell.
    stopping.send_replace(true);
    let finish = async { while connections.join_next().await.is_some() {} };
    // What has not finished by then is aborted when the set is dropped.
    if tokio::time::timeout(GRACE, finish).await.is_err() {
        tracing::debug!("connections cut at the stop");
    }
}

async fn serve_connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let cut = Arc::new(Notify::new());
    let hand = Connection(Arc::clone(&cut));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(hand.clone());
        answer(router.clone(), request)
    });
    let mut http = http1::Builder::new();
    // The date would be the system clock's, which is never read here.
    http.auto_date_header(false);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut draining = false;
    loop {
        tokio::select! {
            biased;
            // Dropping the connection closes the socket, with nothing sent of the answer.
            () = cut.notified() => return,
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection");
                }
                return;
            }
            _ = stopped.wait_for(|stopped| *stopped), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    router.oneshot(request.map(Body::new)).await
}
