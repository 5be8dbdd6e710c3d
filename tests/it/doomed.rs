//! Another process of the same service, which dies after so many calls to the world outside:
//! DynamoDB, S3, Secrets Manager, Panorama's API, login and files. What a process does after its
//! last call reaches nobody, so a process whose every later call fails has died as far as anybody
//! can tell; and nobody hears its answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::lambda_converter::LambdaConverter;
use adapters::no_converter::NoConverter;
use adapters::s3::files::S3Files;
use application::ports::clock::Clock;
use application::ports::converter::Converter;
use application::ports::downloads::{Download, DownloadError, Downloads, Place};
use application::ports::files::FileStore;
use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::{SharedCredentialsProvider, SharedInterceptor};
use domain::client_environment::ByEnvironment;
use domain::download_url::DownloadUrl;
use local::gateway;
use reqwest::RequestBuilder;
use shared::service::{Clients, Files, Service};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use url::Url;

use crate::aws_calls::before_each;
use crate::world::World;

/// A process of the service beside the machine's own, over the same table, secrets and Panorama;
/// with nothing in its memory.
pub(crate) struct Doomed {
    pub(crate) service: Service,
    gate: Gate,
    _relay: JoinSet<()>,
}

impl Doomed {
    /// A process that makes `calls` calls and no more.
    pub(crate) async fn after(calls: usize, world: &World) -> Self {
        let gate = Gate { left: Arc::new(AtomicUsize::new(calls)), refused: Arc::default() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let here = listener.local_addr().expect("its address");
        let panorama: Url = world.machine.ready.panorama_url.parse().expect("a URL");
        let there = SocketAddr::from((Ipv4Addr::LOCALHOST, panorama.port().expect("a port")));
        let mut relay = JoinSet::new();
        relay.spawn(listen(listener, there, gate.clone()));

        let mut settings = (*world.machine.service.settings).clone();
        settings.panorama = ByEnvironment::new(|environment| {
            let mut endpoints = settings.panorama.of(environment).clone();
            for url in [&mut endpoints.partner_api, &mut endpoints.login] {
                url.set_port(Some(here.port())).expect("a URL with a host");
            }
            endpoints
        });
        let (dynamodb, secrets) = (&world.machine.dynamodb, &world.machine.secrets_manager);
        let clock: Arc<dyn Clock> = world.clock.clone();
        let clients = Clients {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(
                dynamodb.config().to_builder().interceptor(gate.interceptor()).build(),
            ),
            secrets_manager: aws_sdk_secretsmanager::Client::from_conf(
                secrets.config().to_builder().interceptor(gate.interceptor()).build(),
            ),
            files: Files { store: s3(world, &gate), ..Files::of(&world.machine.service) },
            converter: converter(world, &gate),
            receivers: world.machine.service.ports.receivers.clone(),
            clock,
            randomness: world.machine.service.ports.randomness.clone(),
        };
        let mut service = Service::new(settings, clients).expect("a service");
        // Files have addresses of their own, which do not lead through the relay.
        let downloads = GatedDownloads(service.ports.downloads.clone(), gate.clone());
        service.ports.downloads = Arc::new(downloads);
        Self { service, gate, _relay: relay }
    }

    /// Takes a request that was meant for the machine. Whether there was an answer: a process that
    /// died gave none.
    pub(crate) async fn take(&self, request: RequestBuilder) -> bool {
        let request = request.build().expect("a request");
        let request = request
            .try_into()
            .map(|request: http::Request<reqwest::Body>| request)
            .expect("a request");
        let _unheard = gateway::api(&self.service).oneshot(request).await;
        !self.has_died()
    }

    /// Whether it wanted to make a call that it did not live to make.
    pub(crate) fn has_died(&self) -> bool {
        self.gate.refused.load(Ordering::SeqCst) > 0
    }
}

/// Lets so many calls through.
#[derive(Debug, Clone)]
struct Gate {
    left: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

impl Gate {
    fn interceptor(&self) -> SharedInterceptor {
        let gate = self.clone();
        before_each(
            move |_| {
                if gate.lets_through() { Ok(()) } else { Err("the process has died".into()) }
            },
        )
    }

    fn lets_through(&self) -> bool {
        let passed = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if !passed {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        passed
    }
}

fn s3_credentials() -> aws_sdk_s3::config::Credentials {
    aws_sdk_s3::config::Credentials::new("local", "local", None, None, "local")
}

/// A client of the machine's S3.
pub(crate) fn s3_client(world: &World) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::from_static("us-east-2"))
        .credentials_provider(s3_credentials())
        .endpoint_url(&world.machine.ready.environment["AWS_ENDPOINT_URL_S3"])
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// The same S3, through the gate.
fn s3(world: &World, gate: &Gate) -> Arc<dyn FileStore> {
    let config = s3_client(world).config().to_builder().interceptor(gate.interceptor());
    let client = aws_sdk_s3::Client::from_conf(config.build());
    Arc::new(S3Files::new(client, local::environment::FILES_BUCKET))
}

/// The same converter, through the gate.
fn converter(world: &World, gate: &Gate) -> Arc<dyn Converter> {
    if !world.machine.service.ports.converter.is_configured() {
        return Arc::new(NoConverter);
    }
    let config = SdkConfig::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::from_static("us-east-2"))
        .credentials_provider(SharedCredentialsProvider::new(s3_credentials()))
        .endpoint_url(&world.machine.ready.environment["AWS_ENDPOINT_URL_LAMBDA"])
        .build();
    let (function, bucket) = (local::environment::CONVERTER_ARN, local::environment::FILES_BUCKET);
    let gated =
        LambdaConverter::new(&config, function, bucket, |it| it.interceptor(gate.interceptor()));
    Arc::new(gated)
}

/// Every download that is begun is a call.
struct GatedDownloads(Arc<dyn Downloads>, Gate);

#[async_trait]
impl Downloads for GatedDownloads {
    async fn open(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<Box<dyn Download>, DownloadError> {
        if self.1.lets_through() {
            self.0.open(url, from).await
        } else {
            Err(DownloadError::Unavailable { failure: "the process has died".to_owned() })
        }
    }
}

async fn listen(listener: TcpListener, there: SocketAddr, gate: Gate) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let gate = gate.clone();
        connections.spawn(async move {
            // However it ends, both connections are closed.
            let _ended = relay(client, there, &gate).await;
        });
    }
}

/// Carries one connection's bytes both ways. HTTP/1.1 without pipelining is a conversation, so what
/// the client says first, or after the server has spoken, is a new request.
async fn relay(mut client: TcpStream, there: SocketAddr, gate: &Gate) -> std::io::Result<()> {
    let mut server = TcpStream::connect(there).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let (mut asked, mut answered) = ([0; 4096], [0; 4096]);
    let mut is_asking = false;
    loop {
        tokio::select! {
            read = from_client.read(&mut asked) => match read? {
                0 => return Ok(()),
                _ if !is_asking && !gate.lets_through() => return Ok(()),
                length => {
                    is_asking = true;
                    to_server.write_all(&asked[..length]).await?;
                }
            },
            read = from_server.read(&mut answered) => match read? {
                0 => return Ok(()),
                length => {
                    is_asking = false;
                    to_client.write_all(&answered[..length]).await?;
                }
            },
        }
    }
}
