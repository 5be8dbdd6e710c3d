//! The few S3 operations that the service uses, on this machine.
//!
//! The protocol (signatures, presigned links and their expiry, XML) is
//! [s3s](https://docs.rs/s3s)'; what is kept, and by which conditions, is here. So the same
//! `aws-sdk-s3` code runs here and in AWS: point the client's endpoint at the listener.
//!
//! - Operations: `PutObject`, `GetObject` (with `Range`), `HeadObject`, `CreateMultipartUpload`,
//!   `UploadPart`, `CompleteMultipartUpload`, `AbortMultipartUpload`, `ListObjectsV2`,
//!   `DeleteObject`, `DeleteObjects`. Any other is `NotImplemented`, and so is a condition or a
//!   delimiter that nobody here uses.
//! - Rules, limits and error names are those of the [API
//!   Reference](https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html).
//! - An object is there wholly or not at all, whoever stops the process. (A machine that loses
//!   power may lose the newest.)
//! - Nothing of a key or a bucket's name is in a path: files are called by hashes and random ids.
//! - Reading an object that is not there is `AccessDenied` (403), as S3 answers whoever may not
//!   list the bucket; `NoSuchKey` is for those who may.
//!
//! # Where it differs from AWS
//! - Everybody may list the bucket, and is answered as if they might not.
//! - Buckets are given, not made. There are no versions, policies, access lists, tags, storage
//!   classes or encryption; their fields are accepted and ignored.
//! - Checksums other than `Content-MD5` and CRC64NVME are accepted and not compared.
//! - Unfinished multipart uploads end with the process.
//! - `ConditionalRequestConflict` (409) does not happen: of two writers the second one finds the
//!   object (412).
//! - A completed upload is unknown at once: completing it once more is `NoSuchUpload`, where AWS
//!   repeats its answer for a while.
//! - The expiry of links is judged by the operating system's clock.

mod blob;
mod checksum;
mod descriptions;
mod folder;
mod object;
mod operations;
mod reading;
mod store;
mod uploads;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use time::OffsetDateTime;
use tokio::net::TcpListener;

use folder::Folder;
use operations::Service;
use store::Store;

/// What [`serve`] needs.
pub struct Config {
    /// Where to answer. Port 0 lets the system choose one.
    pub listener: TcpListener,
    /// Where the objects outlive the process, readable by its user only. `None` puts them into a
    /// temporary folder, which goes with the process.
    pub folder: Option<PathBuf>,
    /// The names of the buckets.
    pub buckets: Vec<String>,
    /// Whose requests are answered.
    pub access_key: String,
    /// What they are signed with.
    pub secret_key: String,
    /// The clock of `LastModified`.
    pub now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

/// Serves until `stop` is ready, and finishes what it has begun.
///
/// # Errors
/// - `InvalidData`: the folder holds something else than this wrote. It is left as it is.
/// - Whatever the file system or the network says.
pub async fn serve(
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Reading blocks, once, before there is anyone to keep waiting.
    let folder = Folder::new(config.folder);
    let store = Store::open(Arc::new(folder))?;
    let mut builder = S3ServiceBuilder::new(Service::new(store, config.buckets, config.now));
    builder.set_auth(SimpleAuth::from_single(config.access_key, config.secret_key));
    let service = builder.build();
    let router =
        Router::new().fallback(async move |request: Request| answer(&service, request).await);
    axum::serve(config.listener, router).with_graceful_shutdown(stop).await
}

async fn answer(service: &S3Service, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
