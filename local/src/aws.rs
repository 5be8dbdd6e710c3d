//! DynamoDB, S3, Secrets Manager and Lambda on this machine, and SDK clients for them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::lambda_converter::LambdaConverter;
use adapters::s3::files::S3Files;
use adapters::s3::links::S3Links;
use adapters::system_clock::SystemClock;
use application::ports::clock::Clock;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedInterceptor,
};
use dynoxide::Database;
use dynoxide::storage_backend::Clock as EngineClock;
use shared::service::Files;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// How often expired rows are deleted. DynamoDB takes up to days; nothing is decided by it.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// The one credential that S3 answers to; nothing else here looks at signatures.
pub(crate) const ANY_CREDENTIAL: &str = "local";

pub(crate) const REGION: &str = "us-east-2";

fn credentials() -> Credentials {
    Credentials::new(ANY_CREDENTIAL, ANY_CREDENTIAL, None, None, "local")
}

pub(crate) fn dynamodb_client(
    at: SocketAddr,
    interceptors: &[SharedInterceptor],
) -> aws_sdk_dynamodb::Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(format!("http://{at}"));
    for interceptor in interceptors {
        config.push_interceptor(interceptor.clone());
    }
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub(crate) fn secrets_client(
    at: SocketAddr,
    interceptors: &[SharedInterceptor],
) -> aws_sdk_secretsmanager::Client {
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(format!("http://{at}"));
    for interceptor in interceptors {
        config.push_interceptor(interceptor.clone());
    }
    aws_sdk_secretsmanager::Client::from_conf(config.build())
}

fn config(at: SocketAddr) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials()))
        .endpoint_url(format!("http://{at}"))
        .build()
}

pub(crate) fn s3_client(at: SocketAddr, interceptors: &[SharedInterceptor]) -> aws_sdk_s3::Client {
    let mut config = aws_sdk_s3::config::Builder::from(&config(at));
    for interceptor in interceptors {
        config.push_interceptor(interceptor.clone());
    }
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A converter whose Lambda is at this address.
pub(crate) fn converter(
    at: SocketAddr,
    function: &str,
    bucket: &str,
    interceptors: &[SharedInterceptor],
) -> LambdaConverter {
    LambdaConverter::new(&config(at), function, bucket, |mut config| {
        for interceptor in interceptors {
            config.push_interceptor(interceptor.clone());
        }
        config
    })
}

/// The raw files at this address.
pub(crate) fn files(
    at: SocketAddr,
    bucket: &str,
    interceptors: &[SharedInterceptor],
) -> io::Result<Files> {
    let config = config(at);
    let endpoint = Url::parse(&format!("http://{at}")).map_err(io::Error::other)?;
    // The simulated S3 goes by the operating system's time, as S3 does by its own.
    let links = S3Links::new(&config, Some(&endpoint), bucket, Arc::new(SystemClock))
        .map_err(io::Error::other)?;
    let client = s3_client(at, interceptors);
    Ok(Files { store: Arc::new(S3Files::new(client, bucket)), links: Arc::new(links) })
}

/// The engine asks for the time through this.
struct TheSameClock(Arc<dyn Clock>);

impl EngineClock for TheSameClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().epoch_seconds()).unwrap_or(0)
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have 31 bits")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().epoch_seconds() as f64
    }
}

pub(crate) fn open_database(file: Option<&Path>, clock: Arc<dyn Clock>) -> io::Result<Database> {
    let opened = match file {
        None => Database::memory_with_clock(Arc::new(TheSameClock(clock))),
        Some(file) => {
            let path = file
                .to_str()
                .ok_or_else(|| io::Error::other("the data folder's path is not UTF-8"))?;
            Database::new(path)
        }
    };
    opened.map_err(|error| {
        io::Error::other(format!("the embedded DynamoDB cannot be opened: {error}"))
    })
}

/// Serves the engine until `stop`, and sweeps what has expired if `sweeps`.
pub(crate) async fn serve_database(
    listener: TcpListener,
    database: Database,
    sweeps: bool,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let sweeper = sweeps.then(|| sweep(database.clone()));
    let served = dynoxide::server::serve_with_shutdown(listener, database, stop).await;
    if let Some(sweeper) = sweeper {
        sweeper.abort();
    }
    served.map_err(io::Error::other)
}

fn sweep(database: Database) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut timer = tokio::time::interval(SWEEP_EVERY);
        loop {
            timer.tick().await;
            let database = database.clone();
            match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(%error, "expired rows were not swept"),
                Err(_) => return,
            }
        }
    })
}
