//! A bucket on the engine that is asked for.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use adapters::s3::files::S3Files;
use adapters::s3::links::S3Links;
use adapters::s3::reader::LinkReader;
use adapters::system_clock::SystemClock;
use application::ports::clock::Clock;
use application::ports::files::{
    FileLinks as _, FileReader as _, FileStore as _, FilesError, Finished,
};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::ObjectKey;
use domain::timestamp::Timestamp;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

const REGION: &str = "us-east-2";

pub(crate) const SECRET: &str = "secret";

/// A bucket, and a client for what the ports do not show.
pub(crate) struct Files {
    pub(crate) store: S3Files,
    pub(crate) client: Client,
    pub(crate) bucket: String,
    endpoint: String,
}

/// Runs a test over an empty bucket.
pub(crate) async fn with_files(test: impl AsyncFnOnce(&Files)) {
    let bucket = format!("files-{}", Uuid::new_v4().simple());
    match std::env::var("S3_ENDPOINT") {
        Ok(endpoint) => {
            let files = Files::new(endpoint, bucket);
            let region = BucketLocationConstraint::from(REGION);
            let place = CreateBucketConfiguration::builder().location_constraint(region).build();
            let create = files.client.create_bucket().bucket(&files.bucket);
            create.create_bucket_configuration(place).send().await.expect("a bucket");
            test(&files).await;
        }
        Err(_) => over_embedded(bucket, test).await,
    }
}

/// The same for a promise that moto does not keep.
pub(crate) async fn with_strict_files(test: impl AsyncFnOnce(&Files)) {
    if std::env::var_os("S3_ENDPOINT").is_none() {
        with_files(test).await;
    }
}

async fn over_embedded(bucket: String, test: impl AsyncFnOnce(&Files)) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let config = simulated_s3::Config {
        listener,
        folder: None,
        buckets: vec![bucket.clone()],
        access_key: "access".to_owned(),
        secret_key: SECRET.to_owned(),
        now: Arc::new(|| OffsetDateTime::from(SystemClock.now())),
    };
    let engine = tokio::spawn(async {
        simulated_s3::serve(config, std::future::pending()).await.expect("the engine serves");
    });
    test(&Files::new(endpoint, bucket)).await;
    engine.abort();
}

impl Files {
    fn new(endpoint: String, bucket: String) -> Self {
        let client = Client::new(&config(&endpoint, SECRET));
        Self { store: S3Files::new(client.clone(), &bucket), client, bucket, endpoint }
    }

    /// A link, signed at a moment with a secret.
    pub(crate) async fn link(
        &self,
        key: &ObjectKey,
        name: &str,
        at: Timestamp,
        secret: &str,
    ) -> Url {
        let endpoint = Url::parse(&self.endpoint).expect("a URL");
        let config = config(&self.endpoint, secret);
        let links = S3Links::new(&config, Some(&endpoint), &self.bucket, Arc::new(Standing(at)));
        let link = links.expect("links").presigned_get(key, name, Duration::from_mins(5)).await;
        link.expect("a link").expose().clone()
    }

    /// An upload of these pieces.
    pub(crate) async fn put(
        &self,
        key: &ObjectKey,
        pieces: impl IntoIterator<Item = Bytes>,
    ) -> Result<Finished, FilesError> {
        let mut upload = self.store.begin(key).await?;
        for piece in pieces {
            if let Err(error) = upload.write(piece).await {
                upload.abandon().await;
                return Err(error);
            }
        }
        upload.finish().await
    }

    /// The whole of a small object, as the service reads it.
    pub(crate) async fn read_small(
        &self,
        key: &ObjectKey,
        most: usize,
    ) -> Result<Option<Vec<u8>>, FilesError> {
        self.read_small_as(key, most, SystemClock.now(), SECRET).await
    }

    /// The same at another time, or with another secret.
    pub(crate) async fn read_small_as(
        &self,
        key: &ObjectKey,
        most: usize,
        at: Timestamp,
        secret: &str,
    ) -> Result<Option<Vec<u8>>, FilesError> {
        let clock = Arc::new(Standing(at));
        let endpoint = Url::parse(&self.endpoint).expect("a URL");
        let config = config(&self.endpoint, secret);
        let links = S3Links::new(&config, Some(&endpoint), &self.bucket, clock).expect("links");
        let http = reqwest::Client::builder().build().expect("a client");
        LinkReader::new(Arc::new(links), http).read(key, most).await
    }

    /// What a link opens.
    pub(crate) async fn read(&self, key: &ObjectKey) -> Bytes {
        let answer = get(self.link(key, "x", SystemClock.now(), SECRET).await).await;
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a body")
    }
}

fn config(endpoint: &str, secret: &str) -> SdkConfig {
    let credentials = Credentials::new("access", secret, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

/// A clock that stands still.
struct Standing(Timestamp);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

pub(crate) async fn get(url: Url) -> reqwest::Response {
    let client = reqwest::Client::builder().build().expect("a client");
    client.get(url).send().await.expect("an answer")
}

/// A new file's key.
pub(crate) fn key() -> ObjectKey {
    ObjectKey::raw(LeafUserId(Uuid::new_v4()), FileId(Uuid::new_v4()), 1)
}

/// So many bytes, of which no two parts are alike.
pub(crate) fn bytes(length: usize) -> Bytes {
    let mut bytes = Vec::with_capacity(length + 8);
    for number in 0_u64.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
    }
    bytes.truncate(length);
    bytes.into()
}

/// They, in pieces of a network's odd lengths.
pub(crate) fn pieces(bytes: &Bytes) -> impl Iterator<Item = Bytes> {
    const PIECE: usize = 65_521;
    let starts = (0..bytes.len()).step_by(PIECE);
    starts.map(move |start| bytes.slice(start..bytes.len().min(start + PIECE)))
}
