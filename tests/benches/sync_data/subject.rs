//! The process that is measured: the service as a function has it, and what the function does.

use std::env;
use std::io::read_to_string;
use std::sync::Arc;
use tokio::time::Instant;

use adapters::no_converter::NoConverter;
use adapters::s3::files::S3Files;
use adapters::system_clock::SystemClock;
use adapters::system_randomness::SystemRandomness;
use adapters::tls;
use application::ports::catalogue::{Asked, FileFilter, OrderBy};
use application::use_cases::store_stream::{Try, store_stream};
use application::use_cases::sync_operation::{Synced, sync_operation};
use domain::address_policy::AddressPolicy;
use domain::ids::{FileId, LeafUserId};
use serde_json::{Value, json};
use shared::service::{Clients, Files, Service, receivers};
use shared::settings::Settings;

use crate::counted::Counted;
use crate::process::{megabytes, processor_seconds};

/// Where the process finds its job.
pub(crate) const MODE: &str = "SYNC_DATA_JOB";

const READS: [&str; 3] = ["GetItem", "BatchGetItem", "Query"];
const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// The sync of each Leaf user's operation, one after the other.
    Sync,
    /// Their files are copied into the bucket.
    Store,
    /// The same files are read, and nothing is done with the bytes.
    Download,
}

impl Job {
    pub(crate) fn asked_for() -> Option<Self> {
        let name = env::var(MODE).ok()?;
        [Self::Sync, Self::Store, Self::Download].into_iter().find(|job| job.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Store => "store",
            Self::Download => "download",
        }
    }
}

/// Does the job for the Leaf users on standard input, and tells in one line what it took.
#[expect(clippy::print_stdout, reason = "the line is how one process tells the other")]
pub(crate) fn run(job: Job) {
    // As in Lambda: one thread.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("{}", runtime.block_on(work(job)));
}

async fn work(job: Job) -> Value {
    let users = read_to_string(std::io::stdin()).expect("Leaf users");
    let users: Vec<LeafUserId> = users.lines().map(|user| user.parse().expect("an id")).collect();
    let counted = Counted::default();
    let service = service(&counted).await;
    let (begun, processor_before) = (Instant::now(), processor_seconds());
    let (mut done, mut bytes) = (0, 0);
    for user in users {
        match job {
            Job::Sync => {
                let synced = sync_operation(&service.ports, user).await.expect("synced");
                done += usize::from(synced != Synced::NoConsent);
            }
            Job::Store => {
                for file in files(&service, user).await {
                    store_stream(&service.ports, user, file, Try::OneOfMany).await.expect("stored");
                    bytes += size(&service, user, file).await;
                    done += 1;
                }
            }
            Job::Download => {
                for file in files(&service, user).await {
                    bytes += download(&service, user, file).await;
                    done += 1;
                }
            }
        }
    }
    json!({
        "done": done,
        "bytes": bytes,
        "reads": counted.calls_of(&READS),
        "readUnits": counted.units(&READS),
        "writes": counted.calls_of(&WRITES),
        "writeUnits": counted.units(&WRITES),
        "seconds": begun.elapsed().as_secs_f64(),
        "processorSeconds": processor_seconds() - processor_before,
        "peakMegabytes": megabytes("VmHWM"),
    })
}

/// A function's service, whose calls of DynamoDB are counted, and which reads files of this
/// machine.
async fn service(counted: &Counted) -> Service {
    let mut settings = Settings::from_env().expect("settings");
    settings.files_from = AddressPolicy::ThisMachineToo;
    let config = aws_config::from_env().http_client(tls::aws_client()).load().await;
    let bucket = settings.files_bucket().expect("a bucket").to_owned();
    let dynamodb = aws_sdk_dynamodb::config::Builder::from(&config).interceptor(counted.clone());
    let clients = Clients {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        secrets_manager: aws_sdk_secretsmanager::Client::new(&config),
        files: Files { store: Arc::new(S3Files::from_config(&config, &bucket)), ..Files::none() },
        converter: Arc::new(NoConverter),
        receivers: receivers(&settings).expect("an HTTP client"),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    };
    Service::new(settings, clients).expect("a service")
}

/// A Leaf user's files.
async fn files(service: &Service, user: LeafUserId) -> Vec<FileId> {
    let asked = Asked {
        leaf_user_id: Some(user),
        by: OrderBy::Creation,
        descending: false,
        page: 0,
        size: 100,
    };
    let files = service.ports.catalogue.files(&asked, &FileFilter::default()).await;
    files.expect("files").entries.into_iter().map(|file| file.what.entry.thing.id).collect()
}

/// How many bytes of a file are stored.
async fn size(service: &Service, user: LeafUserId, file: FileId) -> u64 {
    let files = service.ports.catalogue.files_of(user, &[file]).await.expect("files");
    files[0].copy.stored.as_ref().map_or(0, |stored| stored.size)
}

/// Reads a file as any client would; how many bytes it has.
async fn download(service: &Service, user: LeafUserId, file: FileId) -> u64 {
    let ports = &service.ports;
    let account = ports.connections.account(user).await.expect("an answer").expect("a Leaf user");
    let credential = account.credential.expect("a credential");
    let stream =
        &ports.catalogue.files_of(user, &[file]).await.expect("files")[0].entry.thing.stream;
    let urls = ports
        .partner_account
        .download_urls(&credential.app_key, &credential.organization_code, stream)
        .await
        .expect("addresses");
    let http = reqwest::Client::builder().build().expect("a client");
    let mut bytes = 0;
    for url in urls {
        let mut answer = http.get(url.expose().clone()).send().await.expect("an answer");
        while let Some(chunk) = answer.chunk().await.expect("bytes") {
            bytes += chunk.len() as u64;
        }
    }
    bytes
}
