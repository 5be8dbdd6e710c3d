//! What S3 answers when it is busy or others are faster, and that memory does not grow while it is
//! slow. The engines are never so, so here the answers come from a stub in the place of the
//! network.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters::s3::files::S3Files;
use application::ports::files::{FileStore as _, FilesError, Finished};
use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::{
    AsyncSleep, BehaviorVersion, Credentials, Region, Sleep, StalledStreamProtectionConfig,
};
use aws_sdk_s3::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;

use crate::engine::{bytes, key};

const MIB: usize = 1_024 * 1_024;

#[tokio::test]
async fn whoever_writes_faster_than_s3_takes_it_waits_after_three_parts() {
    let s3 = S3::answering(|operation, _| match operation {
        "UploadPart" => None,
        _ => Some(begun()),
    });
    let mut upload = s3.store().begin(&key()).await.expect("begun");
    let piece = bytes(MIB);
    let mut accepted = 0;
    let writing = async {
        loop {
            upload.write(piece.clone()).await.expect("written");
            accepted += 1;
        }
    };
    let for_a_while = async {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { biased; () = writing => {}, () = for_a_while => {} }
    assert_eq!(accepted, 24, "MiB: two parts on their way, and one that is full");
    assert_eq!(s3.asked(), ["CreateMultipartUpload", "UploadPart", "UploadPart"]);
}

#[tokio::test]
async fn an_object_whose_answer_was_lost_is_there() {
    let s3 = S3::answering(|operation, nth| {
        Some(match (operation, nth) {
            // It was stored, but nobody heard of it.
            ("PutObject", 0) => error(500, "InternalError"),
            ("PutObject", _) => error(412, "PreconditionFailed"),
            _ => listed(Some(10)),
        })
    });
    let finished = s3.put(10).await.expect("there");
    assert!(matches!(finished, Finished::AlreadyThere(_)), "{finished:?}");
    assert_eq!(s3.asked(), ["PutObject", "PutObject", "ListObjectsV2"]);
}

#[tokio::test]
async fn a_conflict_without_an_object_is_a_failure_and_leaves_no_parts() {
    let s3 = S3::answering(|operation, _| {
        Some(match operation {
            "CreateMultipartUpload" => begun(),
            "CompleteMultipartUpload" => error(409, "ConditionalRequestConflict"),
            "ListObjectsV2" => listed(None),
            _ => (200, Some(("etag", "\"part\"")), String::new()),
        })
    });
    assert_eq!(failure(s3.put(9 * MIB).await), "ConditionalRequestConflict");
    let asked = s3.asked();
    let (last, before) = asked.split_last().expect("requests");
    assert_eq!(last, "AbortMultipartUpload");
    assert!(before.ends_with(&["CompleteMultipartUpload".into(), "ListObjectsV2".into()]));
}

#[tokio::test]
async fn a_part_that_is_refused_ends_the_upload() {
    let s3 = S3::answering(|operation, _| {
        Some(match operation {
            "CreateMultipartUpload" => begun(),
            "UploadPart" => error(403, "AccessDenied"),
            _ => (204, None, String::new()),
        })
    });
    assert_eq!(failure(s3.put(9 * MIB).await), "AccessDenied");
    assert_eq!(s3.asked().last().map(String::as_str), Some("AbortMultipartUpload"));
}

#[tokio::test]
async fn an_error_is_one_though_its_status_says_otherwise() {
    let s3 = S3::answering(|operation, _| {
        Some(match operation {
            "CreateMultipartUpload" => begun(),
            // S3 has begun to answer before it knew.
            "CompleteMultipartUpload" => error(200, "InvalidPart"),
            _ => (200, Some(("etag", "\"part\"")), String::new()),
        })
    });
    assert_eq!(failure(s3.put(9 * MIB).await), "InvalidPart");
}

#[tokio::test]
async fn other_bytes_than_were_sent_are_no_success() {
    let other = Some(("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="));
    let s3 = S3::answering(move |_, _| Some((200, other, String::new())));
    assert_eq!(failure(s3.put(10).await), "S3 has other bytes than it was sent");
}

/// Status, a header, body.
type Answer = (u16, Option<(&'static str, &'static str)>, String);

fn begun() -> Answer {
    let body =
        "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>";
    (200, None, body.to_owned())
}

fn error(status: u16, code: &str) -> Answer {
    (status, None, format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

/// Everything that is asked for is there, with this size.
fn listed(size: Option<u64>) -> Answer {
    let object = size.map(|size| format!("<Contents><Key>KEY</Key><Size>{size}</Size></Contents>"));
    let object = object.unwrap_or_default();
    (200, None, format!("<ListBucketResult>{object}</ListBucketResult>"))
}

fn failure(finished: Result<Finished, FilesError>) -> String {
    match finished {
        Err(FilesError::Store { failure, .. }) => failure,
        other => panic!("not a failure of the store: {other:?}"),
    }
}

/// What an operation is answered, the first time, the second time…; nothing for one that hangs.
type Script = dyn Fn(&str, usize) -> Option<Answer> + Send + Sync;

/// An S3 that keeps to a script, and notes what it was asked.
#[derive(Clone)]
struct S3 {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("S3")
    }
}

impl S3 {
    fn answering(script: impl Fn(&str, usize) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default() }
    }

    fn store(&self) -> S3Files {
        let network = SharedHttpConnector::new(self.clone());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-2"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .http_client(http_client_fn(move |_, _| network.clone()))
            // It would look at every answer's body with the timer.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(self.clone());
        S3Files::new(Client::from_conf(config.build()), "bucket")
    }

    async fn put(&self, length: usize) -> Result<Finished, FilesError> {
        let mut upload = self.store().begin(&key()).await?;
        let written = upload.write(bytes(length)).await;
        written.expect("nothing is known of an answer yet");
        upload.finish().await
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the notes").clone()
    }
}

/// The operation that a request is for.
fn operation(request: &HttpRequest) -> &'static str {
    let (_, query) = request.uri().split_once('?').unwrap_or_default();
    let query: HashMap<_, _> =
        query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    let has = |name| query.contains_key(name);
    match request.method() {
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" => "CompleteMultipartUpload",
        "PUT" if has("partNumber") => "UploadPart",
        "PUT" => "PutObject",
        "DELETE" => "AbortMultipartUpload",
        _ => "ListObjectsV2",
    }
}

/// The key that a listing is asked for.
fn prefix(request: &HttpRequest) -> Option<String> {
    let url = url::Url::parse(request.uri()).ok()?;
    url.query_pairs().find(|(name, _)| name == "prefix").map(|(_, prefix)| prefix.into_owned())
}

impl HttpConnector for S3 {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = operation(&request);
        let mut asked = self.asked.lock().expect("the notes");
        let nth = asked.iter().filter(|before| *before == operation).count();
        asked.push(operation.to_owned());
        let Some((status, header, body)) = (self.script)(operation, nth) else {
            return HttpConnectorFuture::new(std::future::pending());
        };
        let body = body.replace("KEY", &prefix(&request).unwrap_or_default());
        let status = status.try_into().expect("a status");
        let mut answer = HttpResponse::new(status, SdkBody::from(body));
        if let Some((name, value)) = header {
            answer.headers_mut().insert(name, value);
        }
        HttpConnectorFuture::ready(Ok(answer))
    }
}

impl AsyncSleep for S3 {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}
