//! A running machine: six servers on one address, and the service between them. With the upstream
//! `leaf` a second machine stands for Leaf.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapters::checked_addresses::SystemLookUp;
use adapters::dynamodb::{catalogue, schema};
use adapters::no_converter::NoConverter;
use adapters::receivers::Receivers;
use adapters::system_clock::SystemClock;
use application::ports::clock::Clock;
use application::ports::converter::Converter;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::address_policy::AddressPolicy;
use http::Method;
use http::header::ACCEPT;
use shared::service::{Clients, Files, Service};
use shared::settings::{Settings, Simulation};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;
use web::caller::CallerAddress;
use web::routes::forgiving;

use crate::environment::{CATALOGUE_TABLE_NAME, CONVERTER_ARN, FILES_BUCKET, TABLE_NAME};
use crate::listening::{bind, wait};
use crate::options::{Data, Options, Upstream};
use crate::outbox::Outbox;
use crate::ready::Ready;
use crate::stand_ins::{StandIns, forward_of, now_of};
use crate::{aws, cors, environment, fault_injector, gateway, schedules, seed};

/// A running machine. Dropping it ends its servers at once; [`Machine::stop`] lets them finish.
pub struct Machine {
    /// How to reach it.
    pub ready: Ready,
    /// Whether this was its first start.
    pub is_new: bool,
    /// The service, for tests that look inside.
    pub service: Service,
    /// What brings unfinished confirmations to the finisher; with the operating system's clock it
    /// runs by itself.
    pub outbox: Arc<Outbox>,
    /// A client of the table [`TABLE_NAME`], for tests that look at its rows.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// A client of the secrets, for tests that run another process beside this one.
    pub secrets_manager: aws_sdk_secretsmanager::Client,
    /// The machine that stands for Leaf, if it is the upstream.
    pub leaf: Option<Box<Machine>>,
    clock: Arc<dyn Clock>,
    stop: watch::Sender<bool>,
    servers: JoinSet<io::Result<()>>,
}

impl Machine {
    /// Starts a machine; when this returns, it serves.
    ///
    /// # Errors
    /// A port is taken, the data folder cannot be used, or the first data could not be made.
    pub async fn start(options: Options) -> io::Result<Self> {
        let running = options.running_clock.clone();
        let clock = options.clock.clone().unwrap_or(running.clone());
        let folder = match &options.data {
            Data::Memory => None,
            Data::Folder(folder) => Some(private_folder(folder)?),
        };
        let file = |name: &str| folder.as_ref().map(|folder| folder.join(name));
        running.keep_in(file("clock"))?;
        // Both public ports first: a taken one is the commonest trouble, and nothing is half-made
        // by then.
        let address = options.listen;
        let api = bind(address, options.api_port, "--api-port").await?;
        let panorama = match &options.stands_for_leaf_at {
            Some(_) => None,
            None => Some(bind(address, options.panorama_port, "--panorama-port").await?),
        };
        let stand_ins = StandIns::bind(address).await?;
        let addresses = stand_ins.addresses()?;
        let api_url = url_of(&api)?;
        let panorama_url = match &panorama {
            Some(panorama) => url_of(panorama)?,
            None => options.stands_for_leaf_at.clone().unwrap_or_default(),
        };
        let public_url = options.public_url.as_ref().map_or_else(|| api_url.clone(), without_slash);

        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let database = aws::open_database(file("dynamodb.sqlite").as_deref(), clock.clone())?;
        let now = now_of(clock.clone());
        let sweeps = options.clock.is_none();
        let own = (folder.as_deref(), options.converter.clone());
        stand_ins.serve(&mut servers, own, database.clone(), sweeps, &now, &stopped)?;
        if let Some(listener) = panorama {
            let config = simulated_panorama::Config {
                listener,
                public_url: panorama_url.clone(),
                largest_file: options.largest_file,
                state_file: file("panorama.json"),
                now,
                forward: options.clock.is_none().then(|| forward_of(running)),
                sharing_confirmation_base: format!("{public_url}/sharing-confirmation"),
                controlled_from: pages_of(&api)?,
            };
            servers.spawn(simulated_panorama::serve(config, wait(stopped.clone())));
        }
        let leaf = match (options.upstream, &options.leaf_at) {
            (Upstream::Leaf, None) => Some(Box::new(start_leaf(&options, &panorama_url).await?)),
            _ => None,
        };
        let leaf_url = leaf
            .as_ref()
            .map(|leaf| leaf.ready.api_url.clone())
            .or_else(|| options.leaf_at.clone());
        let environment =
            environment::of(addresses, &public_url, &panorama_url, leaf_url.as_deref(), &options);
        let ready = Ready::new(api_url, panorama_url, leaf_url, environment);

        let dynamodb = aws::dynamodb_client(addresses.dynamodb, &options.interceptors);
        let secrets = aws::secrets_client(addresses.secrets_manager, &options.interceptors);
        let settings = settings(&ready, &options)?;
        let look_up = options.look_up.clone().unwrap_or_else(|| Arc::new(SystemLookUp));
        let receivers = Receivers::new(options.address_policy, options.receiver_timeout, look_up);
        let receivers = Arc::new(receivers.map_err(io::Error::other)?);
        let clients = Clients {
            dynamodb: dynamodb.clone(),
            secrets_manager: secrets.clone(),
            receivers: receivers.clone(),
            files: aws::files(addresses.s3, FILES_BUCKET, &options.interceptors)?,
            converter: converter(addresses.converter, &options),
            clock: clock.clone(),
            randomness: options.randomness.clone(),
        };
        let service = Service::new(settings, clients).map_err(io::Error::other)?;
        schema::create(&dynamodb, TABLE_NAME).await.map_err(io::Error::other)?;
        let definition = catalogue::schema::DEFINITION;
        let created = schema::create_as(&dynamodb, CATALOGUE_TABLE_NAME, &definition).await;
        created.map_err(io::Error::other)?;
        let is_new = make_first_data(&service, &secrets, &ready, &options).await?;
        // A turned clock is ahead of the engine's, which says when a record was made.
        let started_at = options.clock.as_ref().map_or(SystemClock.now(), |clock| clock.now());
        let outbox = Outbox::new(database, service.clone(), receivers, clock.clone(), started_at);
        let outbox = Arc::new(outbox);
        if options.clock.is_none() {
            servers.spawn(schedules::keep_delivering(outbox.clone(), wait(stopped.clone())));
            schedules::keep_to_schedules(&mut servers, &service, &stopped);
        }
        let router =
            whole_api(&service, &options).into_make_service_with_connect_info::<SocketAddr>();
        servers.spawn(async move {
            axum::serve(api, router).with_graceful_shutdown(wait(stopped)).await
        });
        Ok(Self {
            ready,
            is_new,
            service,
            outbox,
            dynamodb,
            secrets_manager: secrets,
            leaf,
            clock,
            stop,
            servers,
        })
    }

    /// The service once more over the same servers, with nothing in its memory: as another process
    /// of Lambda's.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn another_process(&self) -> io::Result<Service> {
        let (dynamodb, secrets_manager) = (self.dynamodb.clone(), self.secrets_manager.clone());
        let (clock, randomness) = (self.clock.clone(), self.service.ports.randomness.clone());
        let files = Files::of(&self.service);
        let (receivers, converter) =
            (self.service.ports.receivers.clone(), self.service.ports.converter.clone());
        let clients =
            Clients { dynamodb, secrets_manager, files, converter, receivers, clock, randomness };
        Service::new((*self.service.settings).clone(), clients).map_err(io::Error::other)
    }

    /// Lets running requests finish, and ends.
    ///
    /// # Errors
    /// A server had failed.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.send_replace(true);
        // Clients hold connections open; a server waits for those.
        drop((self.service, self.outbox, self.dynamodb, self.secrets_manager));
        while let Some(ended) = self.servers.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        match self.leaf {
            Some(leaf) => Box::pin(leaf.stop()).await,
            None => Ok(()),
        }
    }

    /// Waits until a server ends by itself, which it should not.
    pub async fn failed(&mut self) -> io::Error {
        match self.servers.join_next().await {
            Some(Ok(Err(error))) => error,
            _ => io::Error::other("a server ended"),
        }
    }
}

fn converter(at: SocketAddr, options: &Options) -> Arc<dyn Converter> {
    match options.converter {
        None => Arc::new(NoConverter),
        Some(_) => Arc::new(aws::converter(at, CONVERTER_ARN, FILES_BUCKET, &options.interceptors)),
    }
}

/// Another machine of the same kind: with the upstream `panorama` it speaks Leaf's contract.
async fn start_leaf(options: &Options, panorama_url: &str) -> io::Result<Machine> {
    let options = Options {
        api_port: 0,
        data: match &options.data {
            Data::Memory => Data::Memory,
            Data::Folder(folder) => Data::Folder(folder.join("leaf")),
        },
        upstream: Upstream::Panorama,
        stands_for_leaf_at: Some(panorama_url.to_owned()),
        public_url: None,
        return_url: None,
        // What is counted and interrupted is the service, not Leaf.
        interceptors: Vec::new(),
        upstream_timeout: None,
        around_api: Some(Arc::new(fault_injector::before)),
        ..options.clone()
    };
    Box::pin(Machine::start(options)).await
}

fn settings(ready: &Ready, options: &Options) -> io::Result<Settings> {
    let mut settings = Settings::read(|variable| ready.environment.get(variable).cloned())
        .map_err(io::Error::other)?;
    if let Some(timeout) = options.upstream_timeout {
        settings.upstream_timeout = timeout;
    }
    settings.simulation = options.stands_for_leaf_at.is_none().then(|| Simulation {
        panorama_url: ready.panorama_url.clone(),
        username: ready.owner.username.to_owned(),
        password: ready.owner.password.into(),
    });
    settings.address_policy = options.address_policy;
    // The simulated Panorama's files are here.
    settings.files_from = AddressPolicy::ThisMachineToo;
    Ok(settings)
}

/// Makes what is not there yet; the answer is whether this is the first start.
async fn make_first_data(
    service: &Service,
    secrets: &aws_sdk_secretsmanager::Client,
    ready: &Ready,
    options: &Options,
) -> io::Result<bool> {
    seed::index_key(secrets, &*options.randomness).await?;
    if ready.leaf_url.is_some() {
        seed::leaf_account(secrets).await?;
    }
    let is_new = seed::is_new(secrets).await;
    if is_new {
        let stands_for_leaf = options.stands_for_leaf_at.is_some();
        let owner = if stands_for_leaf { seed::LEAF_ACCOUNT } else { ready.owner };
        seed::first_start(service, secrets, owner).await?;
    }
    Ok(is_new)
}

/// The API, with what is around it.
fn whole_api(service: &Service, options: &Options) -> Router {
    let mut router = gateway::api(service);
    if let Some(around) = &options.around_api {
        router = around(router);
    }
    let api =
        cors::around(forgiving(router.layer(from_fn(note_caller))), options.allow_origins.clone());
    Router::new().fallback_service(api).layer(from_fn(lead_to_console))
}

/// A newcomer opens what `cargo run` has printed first. In AWS nothing is at `/`, and what has a
/// query may be a callback whose address was mistyped in the Partner Portal.
async fn lead_to_console(request: Request, next: Next) -> Response {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let is_person = accepts.is_some_and(|accepts| accepts.contains("text/html"));
    let uri = request.uri();
    if request.method() == Method::GET && is_person && uri.path() == "/" && uri.query().is_none() {
        return Redirect::to("/console").into_response();
    }
    next.run(request).await
}

/// API Gateway tells functions who calls.
async fn note_caller(
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(CallerAddress(caller.ip()));
    next.run(request).await
}

/// The origins of the API's own pages, whichever of this computer's names is in the address bar.
fn pages_of(api: &TcpListener) -> io::Result<Vec<String>> {
    let port = api.local_addr()?.port();
    Ok(vec![url_of(api)?, format!("http://localhost:{port}")])
}

fn url_of(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The folder, readable by its owner only: partner passwords and tokens are in it.
fn private_folder(folder: &Path) -> io::Result<PathBuf> {
    let cannot = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("the data folder {} cannot be used: {error}", folder.display()),
        )
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(cannot)?;
    Ok(folder.to_owned())
}
