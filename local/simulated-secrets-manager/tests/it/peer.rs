//! A Secrets Manager to talk to, and what the tests say to it.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use simulated_secrets_manager::serve;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Names another Secrets Manager to hold to the contract.
const ENDPOINT: &str = "SECRETS_MANAGER_ENDPOINT";

/// A running simulated Secrets Manager; dropping it stops it.
pub(crate) struct Simulation {
    pub(crate) client: Client,
    pub(crate) endpoint: String,
    pub(crate) clock: ManualClock,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

/// Stands still unless it is told to move.
#[derive(Clone)]
pub(crate) struct ManualClock(Arc<Mutex<OffsetDateTime>>);

impl ManualClock {
    pub(crate) fn at(at: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Simulation {
    pub(crate) async fn start(file: Option<PathBuf>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let clock = ManualClock::at(datetime!(2026-03-01 12:00:00.125 UTC));
        let (stop, stopped) = oneshot::channel();
        let config = simulated_secrets_manager::Config { listener, file, now: now(&clock) };
        let served = tokio::spawn(serve(config, async {
            let _ = stopped.await;
        }));
        Self { client: client(&endpoint), endpoint, clock, stop, served }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

pub(crate) fn now(clock: &ManualClock) -> Arc<dyn Fn() -> OffsetDateTime + Send + Sync> {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url(endpoint)
        // A retry would hide an answer that should not have been.
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// What the contract is held against: the simulation, or what `SECRETS_MANAGER_ENDPOINT` names.
pub(crate) struct Peer {
    pub(crate) client: Client,
    _simulation: Option<Simulation>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        if let Ok(endpoint) = std::env::var(ENDPOINT) {
            return Self { client: client(&endpoint), _simulation: None };
        }
        let simulation = Simulation::start(None).await;
        Self { client: simulation.client.clone(), _simulation: Some(simulation) }
    }

    /// The same, for a clause that moto is known to break (see the list in `main.rs`): `None` when
    /// the peer is moto.
    pub(crate) async fn start_unless_moto() -> Option<Self> {
        if std::env::var_os(ENDPOINT).is_some() { None } else { Some(Self::start().await) }
    }
}

/// A name that no other test uses: a peer outlives the tests.
pub(crate) fn fresh_name() -> String {
    format!("contract/{}", Uuid::new_v4().simple())
}

pub(crate) fn fresh_token() -> String {
    Uuid::new_v4().to_string()
}

/// Creates a secret with this value, and tells its first version's id.
pub(crate) async fn create(client: &Client, name: &str, value: &str) -> String {
    let created = client.create_secret().name(name).secret_string(value).send().await.unwrap();
    created.version_id.unwrap()
}

/// Stores a value, with these labels or as the current one, and tells the version's id.
pub(crate) async fn put(client: &Client, name: &str, value: &str, labels: &[&str]) -> String {
    let labels = (!labels.is_empty()).then(|| labels.iter().map(ToString::to_string).collect());
    let put = client
        .put_secret_value()
        .secret_id(name)
        .secret_string(value)
        .set_version_stages(labels)
        .send()
        .await;
    put.unwrap().version_id.unwrap()
}

pub(crate) async fn current_value(client: &Client, name: &str) -> String {
    client.get_secret_value().secret_id(name).send().await.unwrap().secret_string.unwrap()
}

/// The labels of every version that has any.
pub(crate) async fn labels(client: &Client, name: &str) -> BTreeMap<String, Vec<String>> {
    let described = client.describe_secret().secret_id(name).send().await.unwrap();
    let labels = described.version_ids_to_stages.unwrap_or_default().into_iter();
    labels
        .map(|(version, mut labels)| {
            labels.sort();
            (version, labels)
        })
        .filter(|(_, labels)| !labels.is_empty())
        .collect()
}

/// What [`labels`] should be.
pub(crate) fn expected<const N: usize>(
    labels: [(&String, &[&str]); N],
) -> BTreeMap<String, Vec<String>> {
    labels
        .into_iter()
        .map(|(id, labels)| (id.clone(), labels.iter().map(ToString::to_string).collect()))
        .collect()
}

/// The code of a refusal.
pub(crate) fn refused<T, E: ProvideErrorMetadata>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => panic!("the operation succeeded"),
        Err(error) => error.code().expect("the service answered").to_owned(),
    }
}
