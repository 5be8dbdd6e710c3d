//! The few AWS Secrets Manager operations that the service uses, on this machine.
//!
//! It speaks AWS JSON 1.1, so the same `aws-sdk-secretsmanager` code runs here and in AWS: point
//! the client's endpoint at the listener. Nothing checks signatures and nothing is encrypted;
//! therefore it refuses to serve on an address that others may reach ([`may_serve_on`]).
//!
//! - Operations: `CreateSecret`, `DeleteSecret`, `DescribeSecret`, `GetSecretValue`,
//!   `PutSecretValue`, `RestoreSecret`, `UpdateSecretVersionStage`. Any other is an
//!   `UnknownOperationException`.
//! - Rules, limits and error names are those of the [API
//!   Reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html) and
//!   its service model. Where it says nothing, answers follow what [LocalStack recorded from
//!   AWS](https://github.com/localstack/localstack)
//!   (`tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json`).
//!
//! # Where it differs from AWS
//! - Every change is visible at once; AWS's are eventually consistent.
//! - The region is always `us-east-2`, the account `000000000000`.
//! - Beyond 100 versions the oldest without a label are forgotten at once. AWS spares those of the
//!   last 24 hours, and answers `LimitExceededException` when there are too many of them.
//! - `SecretString` is limited to 65,536 bytes, as the quotas say; the service model counts
//!   characters.
//! - A secret whose recovery window is over is gone with the next request; AWS takes its time.
//! - Descriptions, tags, encryption, replication, rotation, resource policies and external secrets
//!   are absent. Their fields are accepted and ignored.

mod constraints;
mod endpoint;
mod error;
mod operations;
mod secret;
mod staging_labels;
mod state_file;
mod store;
mod timestamp;

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::endpoint::Service;
use crate::state_file::StateFile;
use crate::store::Store;

pub struct Config {
    /// Where to answer: an address that it [`may_serve_on`]. Port 0 lets the system choose one.
    pub listener: TcpListener,
    /// Where the secrets outlive the process, readable by its user only; in a folder that exists.
    /// `None` keeps them in memory.
    pub file: Option<PathBuf>,
    /// The clock: for dates in answers, and for the end of recovery windows.
    pub now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

/// Serves until `stop` is ready, and finishes what it has begun.
///
/// # Errors
/// - `InvalidInput`: the listener is on an address that others may reach.
/// - `InvalidData`: the file holds something else than this wrote. It is left as it is.
/// - Whatever the file system or the network says.
pub async fn serve(
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = config.listener.local_addr()?;
    if !may_serve_on(address.ip()) {
        let message = format!(
            "the simulated Secrets Manager checks no signatures, so it does not serve on {address}"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    // Reading blocks, once, before there is anyone to keep waiting.
    let (file, store) = match config.file {
        Some(path) => StateFile::open(path).map(|(file, store)| (Some(file), store))?,
        None => (None, Store::default()),
    };
    let router = Service::new(address.ip(), store, file, config.now).router();
    axum::serve(config.listener, router).with_graceful_shutdown(stop).await
}

/// Loopback; or a private address, such as that of a container network's gateway, for a function
/// that runs in a container.
pub fn may_serve_on(address: IpAddr) -> bool {
    let is_private = match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    };
    address.is_loopback() || is_private
}
