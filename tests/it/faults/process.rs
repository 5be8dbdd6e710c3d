//! A process of the service of which one call goes wrong.

use std::sync::Arc;
use std::time::Duration;

use adapters::checked_addresses::SystemLookUp;
use adapters::downloads::Downloads;
use adapters::lambda_converter::LambdaConverter;
use adapters::no_converter::NoConverter;
use adapters::s3::files::S3Files;
use all_functions::FUNCTIONS;
use application::ports::clock::Clock;
use application::ports::converter::Converter;
use application::ports::files::{FileLinks, FilesError, PresignedUrl};
use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use aws_sdk_dynamodb::config::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::client_environment::ByEnvironment;
use domain::object_key::ObjectKey;
use local::environment::{CONVERTER_ARN, FILES_BUCKET};
use local::{function_scope, gateway};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use shared::service::{Clients, Files, Service, WarmUp};
use tower::ServiceExt as _;

use super::aws;
use super::fault::Fault;
use super::injector::Injector;
use super::relay::Relay;
use crate::doomed::s3_client;
use crate::world::World;

/// How long an answer that does not come is waited for.
const PATIENCE: Duration = Duration::from_millis(300);

/// A process of the service beside the machine's own, over the same tables, secrets, files and
/// Panorama. It has been initialized as Lambda does it, and nothing else is in its memory.
pub(crate) struct Process {
    pub(crate) service: Service,
    pub(crate) injector: Injector,
    _relays: [Relay; 2],
}

/// The SDK and the table wait between their attempts. That they do is tested where it is done; here
/// it would only take time.
#[derive(Debug)]
struct NoWaiting;

impl AsyncSleep for NoWaiting {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(tokio::task::yield_now())
    }
}

impl Process {
    /// A process whose call at a place, counted from the first after its start, meets a fault.
    pub(crate) async fn start(world: &World, fault: Option<(usize, Fault)>) -> Self {
        let injector = Injector::default();
        let ready = &world.machine.ready;
        let clock = world.clock.clone();
        let relay = |there: &str| {
            let (there, injector) = (there.to_owned(), injector.clone());
            let (clock, http) = (clock.clone(), world.http.clone());
            async move { Relay::to(&there, &injector, clock, http).await }
        };
        let panorama = relay(&ready.panorama_url).await;
        let objects = relay(&ready.environment["AWS_ENDPOINT_URL_S3"]).await;
        let mut settings = (*world.machine.service.settings).clone();
        settings.panorama = ByEnvironment::new(|environment| {
            let mut endpoints = settings.panorama.of(environment).clone();
            for url in [&mut endpoints.partner_api, &mut endpoints.login] {
                url.set_port(Some(panorama.port)).expect("a URL with a host");
            }
            endpoints
        });
        let is_silence = matches!(fault, Some((_, Fault::TimeOut)));
        if is_silence {
            settings.upstream_timeout = PATIENCE;
        }
        let (files_from, largest_file) = (settings.files_from, settings.largest_file);
        let http = aws::client(&injector, clock.clone());
        let clients = clients(world, &http, objects.port);
        let mut service = Service::new(settings, clients).expect("a service");
        if is_silence {
            let look_up = Arc::new(SystemLookUp);
            let downloads = Downloads::new(files_from, largest_file, PATIENCE, look_up);
            service.ports.downloads = Arc::new(downloads.expect("a client"));
        }
        function_scope::as_function("authorizer", service.warm_up(WarmUp::Owners)).await;
        injector.arm(fault);
        Self { service, injector, _relays: [panorama, objects] }
    }

    /// What a request is answered: the status, and what the body says that it is.
    pub(crate) async fn answer(&self, request: RequestBuilder) -> String {
        self.answered(request).await.0
    }

    /// The same, and where to it leads.
    pub(crate) async fn answered(&self, request: RequestBuilder) -> (String, Option<String>) {
        let request = request.build().expect("a request");
        let request: http::Request<reqwest::Body> = request.try_into().expect("a request");
        let answer = gateway::api(&self.service).oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8_lossy(&body).into_owned();
        let said = said(parts.status, &body);
        let is_problem = body.contains("errorKey");
        if parts.status == StatusCode::SERVICE_UNAVAILABLE && is_problem {
            assert!(parts.headers.contains_key(RETRY_AFTER), "{said} does not say when");
        }
        let location = parts.headers.get("location").and_then(|value| value.to_str().ok());
        (said, location.map(ToOwned::to_owned))
    }

    /// What becomes of a message that a queue delivers to a function.
    pub(crate) async fn work(&self, function: &str, body: &Value) -> String {
        let mut message = SqsMessage::default();
        (message.message_id, message.body) = (Some("1".to_owned()), Some(body.to_string()));
        message.attributes.insert("ApproximateReceiveCount".to_owned(), "1".to_owned());
        let mut event = SqsEvent::default();
        event.records = vec![message];
        let function = FUNCTIONS.iter().find(|it| it.name == function).expect("a function");
        let answer = Box::pin(function_scope::work(function, &self.service, event)).await;
        let failures = answer.expect("a function behind a queue").batch_item_failures.len();
        if failures == 0 { "done" } else { "comes again" }.to_owned()
    }
}

/// A status with the `errorKey` of a problem or the outcome of a page.
fn said(status: StatusCode, body: &str) -> String {
    let problem = serde_json::from_str::<Value>(body).ok();
    let key = problem.and_then(|it| it["errorKey"].as_str().map(ToOwned::to_owned));
    let page = body.split("data-outcome=\"").nth(1).and_then(|rest| rest.split('"').next());
    let what = key.or(page.map(ToOwned::to_owned));
    what.map_or(status.as_str().to_owned(), |what| format!("{} {what}", status.as_str()))
}

fn clients(world: &World, http: &SharedHttpClient, objects: u16) -> Clients {
    let machine = &world.machine;
    let sleep = SharedAsyncSleep::new(NoWaiting);
    let dynamodb = machine.dynamodb.config().to_builder();
    let secrets = machine.secrets_manager.config().to_builder();
    let s3 = s3_client(world).config().to_builder();
    let s3 = s3
        .http_client(http.clone())
        .sleep_impl(sleep.clone())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let files = Files::of(&machine.service);
    let clock: Arc<dyn Clock> = world.clock.clone();
    Clients {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(
            dynamodb.http_client(http.clone()).sleep_impl(sleep.clone()).build(),
        ),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(
            secrets.http_client(http.clone()).sleep_impl(sleep).build(),
        ),
        files: Files {
            store: Arc::new(S3Files::new(aws_sdk_s3::Client::from_conf(s3.build()), FILES_BUCKET)),
            links: Arc::new(ThroughRelay(files.links, objects)),
        },
        converter: converter(world, http),
        receivers: machine.service.ports.receivers.clone(),
        clock,
        randomness: machine.service.ports.randomness.clone(),
    }
}

fn converter(world: &World, http: &SharedHttpClient) -> Arc<dyn Converter> {
    let machine = &world.machine;
    if !machine.service.ports.converter.is_configured() {
        return Arc::new(NoConverter);
    }
    let config = SdkConfig::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::from_static("us-east-2"))
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(
            aws_sdk_s3::config::Credentials::new("local", "local", None, None, "local"),
        ))
        .endpoint_url(&machine.ready.environment["AWS_ENDPOINT_URL_LAMBDA"])
        .build();
    let http = http.clone();
    let converter =
        LambdaConverter::new(&config, CONVERTER_ARN, FILES_BUCKET, |it| it.http_client(http));
    Arc::new(converter)
}

/// Links that lead through the relay. S3 sees the host that they were signed for.
struct ThroughRelay(Arc<dyn FileLinks>, u16);

#[async_trait]
impl FileLinks for ThroughRelay {
    async fn presigned_get(
        &self,
        key: &ObjectKey,
        file_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, FilesError> {
        let link = self.0.presigned_get(key, file_name, expires_in).await?;
        let mut url = link.expose().clone();
        url.set_port(Some(self.1)).expect("a URL with a host");
        Ok(PresignedUrl::new(url))
    }
}
