//! A partner's converter of the simulated Panorama's files, on this machine.
//!
//! It stands behind the one operation of Lambda that the service uses, `Invoke`, so the same
//! `aws-sdk-lambda` code runs here and in AWS: point the client's endpoint at the listener. It
//! reads and writes the bucket by itself, as a function in AWS does, and knows nothing of the
//! service but the contract (infra/README.md, "A converter of your own").
//!
//! What it makes of a file is in `conversion.rs`. A [`Script`] makes it behave otherwise.

mod conversion;
mod invoke;
mod script;

use std::future::Future;
use std::io;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

pub use script::{Behaviour, Script};

/// What [`serve`] needs.
pub struct Config {
    /// Where to answer.
    pub listener: TcpListener,
    /// The bucket's S3, as the converter's own role may use it.
    pub s3: aws_sdk_s3::Client,
    /// What it does, where it is not what it should.
    pub script: Script,
}

/// Serves until `stop` is ready, and finishes what it has begun.
///
/// # Errors
/// Whatever the network says.
pub async fn serve(
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let Config { listener, s3, script } = config;
    let converter = invoke::Converter { s3, script };
    let router = Router::new()
        .route("/2015-03-31/functions/{function}/invocations", post(invoke::invoke))
        .with_state(converter);
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
