//! A machine in front of which every request meets functions that have just been started: nothing
//! is in their memory, so what they need they must ask for.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use adapters::panorama::endpoints::Endpoints;
use application::ports::clock::Clock;
use application::ports::converter::Converter;
use application::ports::randomness::Randomness;
use application::ports::webhooks::{Answer, Receivers};
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use domain::client_environment::ByEnvironment;
use domain::webhook::CallFailure;
use domain::webhook_signature::SignedHeaders;
use local::{Upstream, gateway};
use shared::service::{Clients, Files, Service};
use shared::settings::{Settings, UpstreamChoice};
use simulated_converter::Script;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use url::Url;

use super::links;
use super::seen::Seen;
use crate::world::World;

/// Such a machine. [`World::api`] is its address.
pub(crate) struct Forgetful {
    pub(crate) world: World,
    processes: Arc<Processes>,
    servers: JoinSet<io::Result<()>>,
}

/// What processes are started from.
struct Processes {
    settings: Mutex<Settings>,
    dynamodb: aws_sdk_dynamodb::Client,
    secrets_manager: aws_sdk_secretsmanager::Client,
    files: Files,
    converter: Arc<dyn Converter>,
    receivers: Arc<Answering>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

/// Receivers that answer this: nobody is called.
#[derive(Default)]
struct Answering(AtomicU16);

#[async_trait]
impl Receivers for Answering {
    async fn call(&self, _: &Url, _: &SignedHeaders, _: &str) -> Result<Answer, CallFailure> {
        Ok(Answer { status: self.0.load(Ordering::Relaxed), said: None, retry_after: None })
    }
}

impl Processes {
    fn start_one(&self) -> Service {
        let settings = self.settings.lock().expect("nobody panicked").clone();
        let (dynamodb, secrets_manager) = (self.dynamodb.clone(), self.secrets_manager.clone());
        let (clock, randomness) = (self.clock.clone(), self.randomness.clone());
        let (files, converter) = (self.files.clone(), self.converter.clone());
        let receivers = self.receivers.clone();
        let clients =
            Clients { dynamodb, secrets_manager, files, converter, receivers, clock, randomness };
        Service::new(settings, clients).expect("a service")
    }
}

impl Forgetful {
    /// One whose functions are watched.
    pub(crate) async fn watched_by(seen: &Seen, upstream: Upstream) -> Self {
        // In the place of the guard, which would stop at the first call that is not allowed: the
        // comparison tells all.
        let interceptors = vec![seen.interceptor()];
        let mut world = World::start_with(|options| {
            options.interceptors = interceptors;
            options.upstream = upstream;
            options.converter = Some(Script::default());
        })
        .await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        world.machine.ready.api_url = url_of(&listener);
        let mut settings = (*world.machine.service.settings).clone();
        settings.public_base_url = world.machine.ready.api_url.parse().expect("a URL");
        let processes = Arc::new(Processes {
            settings: Mutex::new(settings),
            dynamodb: world.machine.dynamodb.clone(),
            secrets_manager: world.machine.secrets_manager.clone(),
            clock: world.clock.clone(),
            converter: world.machine.service.ports.converter.clone(),
            files: links::watched(Files::of(&world.machine.service), seen),
            receivers: Arc::default(),
            randomness: world.machine.service.ports.randomness.clone(),
        });
        let mut forgetful = Self { world, processes: processes.clone(), servers: JoinSet::new() };
        forgetful
            .serve(listener, move |request| gateway::api(&processes.start_one()).oneshot(request));
        forgetful
    }

    /// From now on webhooks' receivers answer this.
    pub(crate) fn receivers_answer(&self, status: u16) {
        self.processes.receivers.0.store(status, Ordering::Relaxed);
    }

    /// From now on this is Panorama's partner API.
    pub(crate) async fn replace_partner_api<A, R>(&mut self, answer: A)
    where
        A: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoResponse> + Send,
    {
        let url = self.serve_anywhere(answer).await;
        let mut settings = self.processes.settings.lock().expect("nobody panicked");
        settings.panorama = ByEnvironment::new(|environment| Endpoints {
            partner_api: url.clone(),
            ..settings.panorama.of(environment).clone()
        });
    }

    /// From now on this is Leaf's API.
    pub(crate) async fn replace_leaf<A, R>(&mut self, answer: A)
    where
        A: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoResponse> + Send,
    {
        let url = self.serve_anywhere(answer).await;
        match &mut self.processes.settings.lock().expect("nobody panicked").upstream {
            UpstreamChoice::Leaf(leaf) => leaf.api = url,
            UpstreamChoice::Panorama => panic!("there is no Leaf"),
        }
    }

    /// A process with nothing in its memory.
    pub(crate) fn process(&self) -> Service {
        self.processes.start_one()
    }

    async fn serve_anywhere<A, R>(&mut self, answer: A) -> Url
    where
        A: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoResponse> + Send,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = url_of(&listener).parse().expect("a URL");
        self.serve(listener, answer);
        url
    }

    fn serve<A, R>(&mut self, listener: TcpListener, answer: A)
    where
        A: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoResponse> + Send,
    {
        let router = Router::new().fallback(answer);
        self.servers.spawn(async move { axum::serve(listener, router).await });
    }
}

fn url_of(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().expect("its address"))
}
