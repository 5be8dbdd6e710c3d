//! What the simulated S3 does that the contract of raw files (`shared/adapters/tests/files`) does
//! not show.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, CompletedMultipartUpload, CompletedPart};
use time::macros::datetime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

const BUCKET: &str = "files";
const PART: usize = 5 * 1_024 * 1_024;

/// CRC64NVME of "123456789", the check value of the catalogue of CRCs.
const CHECKSUM: &str = "rosUhgp5mIg=";

/// A running one; dropping it stops it as a kill does.
struct Simulation {
    client: Client,
    served: JoinHandle<()>,
}

impl Drop for Simulation {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl Simulation {
    async fn start(folder: Option<&Path>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let config = simulated_s3::Config {
            listener,
            folder: folder.map(Path::to_owned),
            buckets: vec![BUCKET.to_owned()],
            access_key: "access".to_owned(),
            secret_key: "secret".to_owned(),
            now: Arc::new(|| datetime!(2026-03-01 12:00 UTC)),
        };
        let served = tokio::spawn(async {
            simulated_s3::serve(config, std::future::pending()).await.expect("it serves");
        });
        Self { client: client(&endpoint, "secret"), served }
    }

    async fn put(&self, key: &str, bytes: &'static [u8]) {
        let put = self.client.put_object().bucket(BUCKET).key(key);
        put.body(ByteStream::from_static(bytes)).send().await.expect("put");
    }

    async fn get(&self, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(BUCKET).key(key).send().await.expect("got");
        got.body.collect().await.expect("a body").to_vec()
    }
}

fn client(endpoint: &str, secret: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("access", secret, None, None, "tests"))
        .endpoint_url(endpoint)
        // A retry would hide an answer that should not have been.
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The code of a refusal.
fn refused<T, E: ProvideErrorMetadata>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => panic!("the operation succeeded"),
        Err(error) => error.code().expect("an answer").to_owned(),
    }
}

struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("simulated-s3-test-{}", Uuid::new_v4())))
    }

    fn files(&self) -> Vec<PathBuf> {
        let folders = ["blobs", "objects"].map(|name| self.0.join(name));
        let entries =
            folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn other_bytes_than_were_announced_are_refused() {
    let simulation = Simulation::start(None).await;
    let put = |checksum: &str| {
        let put = simulation.client.put_object().bucket(BUCKET).key("key");
        put.checksum_crc64_nvme(checksum).body(ByteStream::from_static(b"123456789")).send()
    };
    assert_eq!(refused(put("AAAAAAAAAAA=").await), "BadDigest");
    let stored = put(CHECKSUM).await.expect("stored");
    assert_eq!(stored.checksum_crc64_nvme(), Some(CHECKSUM));
    let head = simulation.client.head_object().bucket(BUCKET).key("key");
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await.expect("a head");
    assert_eq!((head.content_length(), head.checksum_crc64_nvme()), (Some(9), Some(CHECKSUM)));
}

#[tokio::test]
async fn whoever_may_not_list_is_not_told_that_there_is_nothing() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    let get = client.get_object().bucket(BUCKET).key("nothing").send().await;
    assert_eq!(refused(get), "AccessDenied");
    let head = client.head_object().bucket(BUCKET).key("nothing").send().await;
    let status = head.expect_err("nothing").raw_response().map(|answer| answer.status().as_u16());
    assert_eq!(status, Some(403));
}

#[tokio::test]
async fn an_upload_in_parts_is_an_object_only_as_it_was_announced() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    let upload = client.create_multipart_upload().bucket(BUCKET).key("key").send().await;
    let id = upload.expect("an upload").upload_id.expect("an id");
    let mut parts = Vec::new();
    for (number, length) in [(1, PART), (2, 10), (3, 10)] {
        let part = client.upload_part().bucket(BUCKET).key("key").upload_id(&id);
        let part = part.part_number(number).body(ByteStream::from(vec![7; length])).send().await;
        let e_tag = part.expect("a part").e_tag.expect("a tag");
        parts.push(CompletedPart::builder().part_number(number).e_tag(e_tag).build());
    }
    let complete = |parts: &[CompletedPart]| {
        let list = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
        let complete = client.complete_multipart_upload().bucket(BUCKET).key("key");
        complete.upload_id(&id).multipart_upload(list).if_none_match("*")
    };
    let [first, second, third] = &parts[..] else { panic!("three parts") };
    let (first, second, third) = (first.clone(), second.clone(), third.clone());
    let unknown = CompletedPart::builder().part_number(2).e_tag("\"other\"").build();
    for (list, code) in [
        (vec![second.clone(), first.clone()], "InvalidPartOrder"),
        (vec![first.clone(), unknown], "InvalidPart"),
        (vec![first.clone(), second.clone(), third], "EntityTooSmall"),
    ] {
        assert_eq!(refused(complete(&list).send().await), code);
    }
    let whole = [first, second];
    assert_eq!(refused(complete(&whole).mpu_object_size(1).send().await), "InvalidRequest");
    let wrong = complete(&whole).checksum_crc64_nvme(CHECKSUM).send().await;
    assert_eq!(refused(wrong), "BadDigest");
    complete(&whole).send().await.expect("an object");
    assert_eq!(simulation.get("key").await, vec![7; PART + 10]);
    assert_eq!(refused(complete(&whole).send().await), "NoSuchUpload");
}

#[tokio::test]
async fn objects_are_there_after_a_restart_and_what_was_unfinished_is_not() {
    let folder = TemporaryFolder::new();
    let simulation = Simulation::start(Some(&folder.0)).await;
    // No key leads out of the folder, and none is another one.
    let keys = ["../../../outside", "/", "a//b", "a/b", "%2e%2e/x", "schön \u{1f33d}"];
    for key in keys {
        simulation.put(key, key.as_bytes()).await;
    }
    let upload = simulation.client.create_multipart_upload().bucket(BUCKET).key("u").send().await;
    let id = upload.expect("an upload").upload_id.expect("an id");
    let part = simulation.client.upload_part().bucket(BUCKET).key("u").upload_id(&id);
    let part = part.part_number(1).body(ByteStream::from_static(b"part")).send().await;
    part.expect("a part");
    assert_eq!(folder.files().len(), 2 * keys.len() + 1);
    // As a kill leaves it: nobody deletes what belongs to no object.
    let left = folder.0.join("blobs").join(Uuid::new_v4().to_string());
    std::fs::write(&left, b"left").expect("a file");
    drop(simulation);

    let simulation = Simulation::start(Some(&folder.0)).await;
    for key in keys {
        assert_eq!(simulation.get(key).await, key.as_bytes(), "{key}");
    }
    assert!(!left.exists());
    let aborted = simulation.client.abort_multipart_upload().bucket(BUCKET).key("u");
    assert_eq!(refused(aborted.upload_id(id).send().await), "NoSuchUpload");
}

#[tokio::test]
async fn a_range_is_read_across_parts_and_a_list_in_pages() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    simulation.put("digits", b"0123456789").await;
    let get = |range: &str| client.get_object().bucket(BUCKET).key("digits").range(range).send();
    for (range, bytes) in [("bytes=2-4", "234"), ("bytes=8-", "89"), ("bytes=-3", "789")] {
        let got = get(range).await.expect("a range").body.collect().await.expect("a body");
        assert_eq!(got.to_vec(), bytes.as_bytes(), "{range}");
    }
    assert_eq!(refused(get("bytes=10-").await), "InvalidRange");

    for key in ["x/1", "x/2", "x/3", "y/1"] {
        simulation.put(key, b"").await;
    }
    let list = || client.list_objects_v2().bucket(BUCKET).prefix("x/").max_keys(2);
    let first = list().send().await.expect("a page");
    assert_eq!((first.contents().len(), first.is_truncated()), (2, Some(true)));
    let token = first.next_continuation_token().expect("a token");
    let second = list().continuation_token(token).send().await.expect("a page");
    let keys: Vec<_> = second.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!((keys, second.is_truncated()), (vec!["x/3"], Some(false)));
}
