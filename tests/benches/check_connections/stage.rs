//! What the measured process speaks with: the embedded engine, full of connections, Secrets
//! Manager, and a Panorama that lists their codes.

use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use adapters::dynamodb::schema;
use adapters::secrets_manager::{index_key_document, index_key_name};
use adapters::system_clock::SystemClock;
use application::ports::clock::Clock as _;
use application::use_cases::log_in::Asked;
use application::use_cases::register_app_key::register_app_key;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue as Attribute;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use domain::credential::{Credential, CredentialStatus};
use domain::event::Event;
use domain::ids::{CredentialId, EventId, LeafUserId, SharingUrlId};
use domain::leaf_user::{LeafUser, Profile};
use domain::operation::Operation;
use domain::organization_code::{IndexKey, OrganizationCode};
use domain::partner::PartnerCredentials;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use serde_json::{Value, json};
use shared::service::Service;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::counted::Counted;
use crate::subject::{self, Mode, PREFIX, TABLE, Told};

const ENVIRONMENT: ClientEnvironment = ClientEnvironment::Stage;
const INDEX_KEY: &str = "the benchmark's index key, as long as any key";
/// How many rows are imported at once.
const BATCH: usize = 10_000;

/// Three servers.
pub(crate) struct Stage {
    addresses: [String; 3],
    panorama: Arc<Panorama>,
    _servers: JoinSet<()>,
}

/// A Panorama with one partner.
#[derive(Debug, Default)]
struct Panorama {
    listings: AtomicUsize,
    lists_all: AtomicBool,
    all: String,
    without_revoked: String,
}

impl Stage {
    /// A table of `size` connections, of which the listing leaves out `revoked`.
    pub(crate) async fn set(size: usize, revoked: usize) -> Self {
        let mut servers = JoinSet::new();
        let database = Database::memory().expect("an engine");
        let (listener, dynamodb) = listener().await;
        let served = dynoxide::server::serve_with_shutdown(
            listener,
            database.clone(),
            std::future::pending(),
        );
        servers.spawn(async { served.await.expect("the engine serves") });
        let (listener, secrets) = self::listener().await;
        let now = Arc::new(|| SystemClock.now().into());
        let served = simulated_secrets_manager::serve(
            simulated_secrets_manager::Config { listener, file: None, now },
            std::future::pending(),
        );
        servers.spawn(async { served.await.expect("Secrets Manager serves") });
        let (listener, panorama_at) = self::listener().await;
        let every = size / revoked;
        let panorama = Arc::new(Panorama {
            all: listing(0..size),
            without_revoked: listing((0..size).filter(|number| number % every != 0)),
            ..Panorama::default()
        });
        let router = Router::new()
            .route("/", post(initiate_auth))
            .route("/sharing", get(list_sharing))
            .with_state(panorama.clone());
        servers.spawn(async { axum::serve(listener, router).await.expect("Panorama serves") });

        let addresses = [dynamodb, secrets, panorama_at];
        let service = subject::service(&addresses, &Counted::default());
        prepare(&addresses, &service).await;
        fill(&addresses, &service, &database, size).await;
        Self { addresses, panorama, _servers: servers }
    }

    /// Checks in a process of its own.
    pub(crate) async fn perform(&self, mode: Mode) -> Told {
        self.panorama.listings.store(0, Ordering::SeqCst);
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.envs(mode.environment(&self.addresses)).stderr(Stdio::inherit());
        let ended = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("no panic")
            .expect("a process");
        assert!(ended.status.success(), "the measured process failed");
        let line = String::from_utf8(ended.stdout).expect("text");
        Told::read(&line, self.panorama.listings.load(Ordering::SeqCst))
    }

    /// From now on the listing leaves out nobody.
    pub(crate) fn list_all(&self) {
        self.panorama.lists_all.store(true, Ordering::SeqCst);
    }
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, address)
}

async fn initiate_auth() -> Json<Value> {
    Json(json!({
        "AuthenticationResult": {
            "AccessToken": "access", "RefreshToken": "refresh", "ExpiresIn": 86_400,
        },
    }))
}

async fn list_sharing(State(panorama): State<Arc<Panorama>>) -> String {
    panorama.listings.fetch_add(1, Ordering::SeqCst);
    let all = panorama.lists_all.load(Ordering::SeqCst);
    if all { panorama.all.clone() } else { panorama.without_revoked.clone() }
}

fn listing(numbers: impl Iterator<Item = usize>) -> String {
    json!({ "items": numbers.map(code_text).collect::<Vec<_>>() }).to_string()
}

fn code_text(number: usize) -> String {
    format!("C{number:07}")
}

fn code(number: usize) -> OrganizationCode {
    code_text(number).parse().expect("a code")
}

/// Table, index key and app key.
async fn prepare(addresses: &[String; 3], service: &Service) {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(&addresses[1]);
    let secrets = aws_sdk_secretsmanager::Client::from_conf(config.build());
    let index_key = secrets
        .create_secret()
        .name(index_key_name(PREFIX))
        .secret_string(index_key_document(INDEX_KEY));
    index_key.send().await.expect("the index key");
    schema::create(&dynamodb(addresses), TABLE).await.expect("a table");
    let credentials = PartnerCredentials {
        client_id: "client".parse().expect("a client id"),
        username: "partner@prairie.example".parse().expect("a username"),
        password: "Prairie-2026".parse().expect("a password"),
    };
    let (id, sharing_url_id) = (app_key_id(), SharingUrlId(Uuid::new_v4()));
    let registered =
        register_app_key(&service.ports, &id, &credentials, sharing_url_id, Asked::OnPurpose).await;
    registered.expect("an app key");
}

fn dynamodb(addresses: &[String; 3]) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(&addresses[0]);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

fn app_key_id() -> AppKeyId {
    AppKeyId { name: "prairie-insights".parse().expect("a name"), environment: ENVIRONMENT }
}

/// The first connection is made as the service makes it; its row is the mould of the others, so
/// their form is the service's.
async fn fill(addresses: &[String; 3], service: &Service, database: &Database, size: usize) {
    let ports = &service.ports;
    let key = IndexKey::new(INDEX_KEY.as_bytes());
    let now = ports.clock.now();
    let user = LeafUser {
        id: LeafUserId(Uuid::new_v4()),
        profile: Profile {
            name: "Maria".parse().expect("a name"),
            email: Some("maria@farm.example".parse().expect("an address")),
            phone: None,
            address: None,
            external_id: None,
        },
        created_at: now,
    };
    let credential = Credential {
        id: CredentialId(Uuid::new_v4()),
        leaf_user_id: user.id,
        app_key: app_key_id(),
        operation: Operation::new(&key, ENVIRONMENT, &code(0)),
        organization_code: code(0),
        status: CredentialStatus::Active,
        created_at: now.minus(Duration::from_hours(24)),
        status_since: now.minus(Duration::from_hours(24)),
        silent_since: now.minus(Duration::from_hours(24)),
        checked_at: None,
        is_upstreams: false,
    };
    let event = Event::new(EventId(Uuid::new_v4()), Event::CONFIRM, 200, "The mould.", now);
    ports.leaf_users.create(&user).await.expect("a Leaf user");
    ports.connections.create_credential(&credential, &event).await.expect("a credential");
    let (pk, sk) = (format!("USER#{}", user.id), "CREDENTIAL".to_owned());
    let row = dynamodb(addresses)
        .get_item()
        .table_name(TABLE)
        .key("pk", Attribute::S(pk))
        .key("sk", Attribute::S(sk));
    let row = row.send().await.expect("an answer").item.expect("the row");
    let text = |(name, value): (String, Attribute)| match value {
        Attribute::S(text) => (name, AttributeValue::S(text)),
        other => panic!("{name} is no text: {other:?}"),
    };
    let mould: Item = row.into_iter().map(text).collect();
    let numbers: Vec<_> = (1..size).collect();
    for batch in numbers.chunks(BATCH) {
        let cast = |number: &usize| {
            let mut row = mould.clone();
            let (user, code) = (LeafUserId(Uuid::new_v4()), code(*number));
            let mut set =
                |name: &str, value: String| row.insert(name.to_owned(), AttributeValue::S(value));
            set("pk", format!("USER#{user}"));
            set("leafUserId", user.to_string());
            set("id", CredentialId(Uuid::new_v4()).to_string());
            set("operation", key.organization(ENVIRONMENT, &code).as_str().to_owned());
            set("organizationCode", code.expose().to_owned());
            row
        };
        let rows = batch.iter().map(cast).collect();
        database.import_items(TABLE, rows, ImportOptions::default()).expect("imported");
    }
}
