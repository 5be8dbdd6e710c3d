//! How a machine is to run.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapters::checked_addresses::LookUp;
use adapters::receivers::TIMEOUT;
use adapters::system_randomness::SystemRandomness;
use application::ports::clock::Clock;
use application::ports::randomness::Randomness;
use aws_sdk_dynamodb::config::SharedInterceptor;
use axum::Router;
use domain::address_policy::AddressPolicy;
use url::Url;

use crate::cors::Origins;
use crate::turned_clock::TurnedClock;

/// Most bytes of a file of the simulated Panorama, unless somebody wants larger ones.
pub const LARGEST_FILE: u64 = 256 * 1_024;

/// How a machine is to run.
#[derive(Clone)]
pub struct Options {
    /// The address of all servers; one that [`simulated_secrets_manager::may_serve_on`].
    pub listen: IpAddr,
    /// Port of the API; 0 means any free one.
    pub api_port: u16,
    /// Port of the simulated Panorama; 0 means any free one.
    pub panorama_port: u16,
    /// Most bytes of a file of the simulated Panorama.
    pub largest_file: u64,
    /// Where farmers' browsers reach the API, if something else than this machine serves it;
    /// without it, this machine's.
    pub public_url: Option<Url>,
    pub data: Data,
    /// Whether the machine has a converter of the simulated Panorama's files, and what it does.
    pub converter: Option<simulated_converter::Script>,
    pub upstream: Upstream,
    /// Where the upstream `Leaf` is, if it is another one than a machine that this one starts.
    pub leaf_at: Option<String>,
    /// The simulated Panorama of another machine, for one that stands for Leaf: it starts none, and
    /// its API can be disturbed.
    pub stands_for_leaf_at: Option<String>,
    /// How long the upstream may take to answer; without it, as long as in AWS.
    pub upstream_timeout: Option<Duration>,
    /// Where a farmer's browser goes when it is done; without it, it sees the service's own page.
    pub return_url: Option<Url>,
    /// Where else magic links may have a farmer sent.
    pub return_urls: Vec<Url>,
    /// The https origins that the pictures of magic links may come from.
    pub image_origins: Vec<String>,
    /// The origins whose pages may have a magic link's page in a frame.
    pub frame_ancestors: Vec<String>,
    /// The clock of everything, and then queues and schedules wait for the caller; without one it
    /// is `running_clock`, and they run by themselves.
    pub clock: Option<Arc<dyn Clock>>,
    /// A clock that runs, and that the simulated Panorama's control API turns forward.
    pub running_clock: Arc<TurnedClock>,
    /// The randomness of the service; that of the simulated ones is their own.
    pub randomness: Arc<dyn Randomness>,
    /// Which receivers webhooks may have.
    pub address_policy: AddressPolicy,
    /// How long a call of a receiver may take.
    pub receiver_timeout: Duration,
    /// Resolves receivers' names; without it, the operating system does.
    pub look_up: Option<Arc<dyn LookUp>>,
    /// They see every call to DynamoDB and Secrets Manager before it is sent.
    pub interceptors: Vec<SharedInterceptor>,
    /// Whose pages may call the API.
    pub allow_origins: Origins,
    /// Put around the API's router.
    pub around_api: Option<Around>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Upstream {
    Panorama,
    /// A simulated Leaf, which is a second instance of the service.
    Leaf,
}

/// What is put around a router: it sees every request and every answer.
pub type Around = Arc<dyn Fn(Router) -> Router + Send + Sync>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In a folder, and is there again after a restart.
    Folder(PathBuf),
    Memory,
}

impl Default for Options {
    /// Loopback, free ports, in memory, the operating system's clock and randomness.
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            api_port: 0,
            panorama_port: 0,
            largest_file: LARGEST_FILE,
            public_url: None,
            data: Data::Memory,
            converter: Some(simulated_converter::Script::default()),
            upstream: Upstream::Panorama,
            leaf_at: None,
            stands_for_leaf_at: None,
            upstream_timeout: None,
            return_url: None,
            return_urls: Vec::new(),
            image_origins: Vec::new(),
            frame_ancestors: Vec::new(),
            clock: None,
            running_clock: Arc::default(),
            randomness: Arc::new(SystemRandomness),
            address_policy: AddressPolicy::Public,
            receiver_timeout: TIMEOUT,
            look_up: None,
            interceptors: Vec::new(),
            allow_origins: Origins::default(),
            around_api: None,
        }
    }
}
