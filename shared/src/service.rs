//! The service, wired: what a function's `main` builds in init, and what `local` and the tests
//! build over their own clients.

use std::sync::Arc;

use crate::settings::{Settings, SettingsError, UpstreamChoice};
use adapters::checked_addresses::SystemLookUp;
use adapters::downloads::{Downloads, STANDSTILL};
use adapters::dynamodb::Table;
use adapters::dynamodb::catalogue::CatalogueTable;
use adapters::lambda_converter::LambdaConverter;
use adapters::leaf::Leaf;
use adapters::no_converter::NoConverter;
use adapters::panorama::Panorama;
use adapters::receivers::{Receivers, TIMEOUT};
use adapters::resting_receivers::RestingReceivers;
use adapters::s3::files::S3Files;
use adapters::s3::links::S3Links;
use adapters::s3::no_files::NoFiles;
use adapters::s3::reader::LinkReader;
use adapters::secrets_manager::SecretsManager;
use adapters::system_clock::SystemClock;
use adapters::system_randomness::SystemRandomness;
use adapters::tls;
use application::data::followed::FollowedData;
use application::data::own::OwnData;
use application::ports::Ports;
use application::ports::clock::Clock;
use application::ports::converter::Converter;
use application::ports::data::Data;
use application::ports::files::{FileLinks, FileStore, FilesError};
use application::ports::randomness::Randomness;
use application::ports::records::Records;
use application::ports::upstream::Upstream;
use application::ports::webhooks;
use application::records::followed::FollowedRecords;
use application::records::own::OwnRecords;
use application::use_cases::app_key_cache::AppKeyCache;
use aws_config::SdkConfig;

/// Everything a route needs. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub ports: Ports,
    pub settings: Arc<Settings>,
    /// The records of Leaf users and connections.
    pub records: Arc<dyn Records>,
    /// What farmers share.
    pub data: Arc<dyn Data>,
    /// App keys, for starts and callbacks.
    pub app_keys: Arc<AppKeyCache>,
    table: Arc<Table>,
}

/// What a function reads in init, where Lambda gives a full processor: what its requests need, for
/// it has no rights to anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmUp {
    /// A row that is not there: it opens the connection to the table.
    Table,
    /// The API owners' secret.
    Owners,
}

#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A variable is missing or has the wrong form.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[from] reqwest::Error),
    /// Links to files cannot be signed.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// The clients that a service is wired from.
pub struct Clients {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub secrets_manager: aws_sdk_secretsmanager::Client,
    pub files: Files,
    /// The partner's converter.
    pub converter: Arc<dyn Converter>,
    /// The receivers behind webhooks.
    pub receivers: Arc<dyn webhooks::Receivers>,
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
}

/// Raw files, as a process may work with them.
#[derive(Clone)]
pub struct Files {
    /// Where they are stored.
    pub store: Arc<dyn FileStore>,
    /// Links to them.
    pub links: Arc<dyn FileLinks>,
}

impl Files {
    /// No files: whoever works with one is told so.
    pub fn none() -> Self {
        Self { store: Arc::new(NoFiles), links: Arc::new(NoFiles) }
    }

    /// The same files that a service works with, for another one beside it.
    pub fn of(service: &Service) -> Self {
        Self { store: service.ports.files.clone(), links: service.ports.file_links.clone() }
    }
}

impl Service {
    /// The service as it runs in Lambda: settings and AWS configuration from the environment. It
    /// hands out links to files, but stores none.
    ///
    /// # Errors
    /// See [`InitError`].
    pub async fn from_env() -> Result<Self, InitError> {
        Self::over_env(|_, _| Ok(Arc::new(NoFiles)), |_, _| Ok(Arc::new(NoConverter))).await
    }

    /// The same for a function that stores or deletes files. Only such a function carries the SDK
    /// for S3: the others' binaries have no way to it, so the linker leaves it out.
    ///
    /// # Errors
    /// See [`InitError`].
    pub async fn storing_files_from_env() -> Result<Self, InitError> {
        Self::over_env(s3_files, |_, _| Ok(Arc::new(NoConverter))).await
    }

    /// The same for a function that has files converted: it carries the SDK for Lambda, too.
    ///
    /// # Errors
    /// See [`InitError`].
    pub async fn converting_files_from_env() -> Result<Self, InitError> {
        Self::over_env(s3_files, |config, settings| match &settings.converter_arn {
            None => Ok(Arc::new(NoConverter)),
            Some(function) => {
                let bucket = settings.files_bucket()?;
                Ok(Arc::new(LambdaConverter::from_config(config, function, bucket)))
            }
        })
        .await
    }

    async fn over_env(
        store: impl FnOnce(&SdkConfig, &Settings) -> Result<Arc<dyn FileStore>, SettingsError>,
        converter: impl FnOnce(&SdkConfig, &Settings) -> Result<Arc<dyn Converter>, SettingsError>,
    ) -> Result<Self, InitError> {
        let settings = Settings::from_env()?;
        let config = aws_config::from_env().http_client(tls::aws_client()).load().await;
        let clients = Clients {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            secrets_manager: aws_sdk_secretsmanager::Client::new(&config),
            files: Files { store: store(&config, &settings)?, links: links(&config, &settings)? },
            converter: converter(&config, &settings)?,
            receivers: receivers(&settings)?,
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        };
        Self::new(settings, clients)
    }

    /// Reads ahead. A failure is only logged: the first request will say what is wrong to whoever
    /// can read it.
    pub async fn warm_up(&self, what: WarmUp) {
        match what {
            WarmUp::Table => {
                if let Err(error) = self.table.warm_up().await {
                    tracing::warn!(%error, "the connection to the table is not warm");
                }
            }
            WarmUp::Owners => {
                if let Err(error) = self.ports.service_secrets.owners().await {
                    tracing::warn!(%error, "the API owners are not read yet");
                }
            }
        }
    }

    /// The service over these clients.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(settings: Settings, clients: Clients) -> Result<Self, InitError> {
        let Clients { dynamodb, secrets_manager, files, converter, receivers, clock, randomness } =
            clients;
        let receivers = Arc::new(RestingReceivers::new(receivers, clock.clone()));
        let catalogue = Arc::new(CatalogueTable::new(
            dynamodb.clone(),
            &settings.catalogue_table_name,
            &settings.table_name,
        ));
        let table = Table::new(dynamodb, &settings.table_name);
        let table = Arc::new(table.beside(&settings.catalogue_table_name));
        let secrets = Arc::new(SecretsManager::new(
            secrets_manager,
            &settings.secrets_prefix,
            clock.clone(),
            randomness.clone(),
        ));
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::public_config())
            .timeout(settings.upstream_timeout)
            // A redirect would take a token or an organization code to a place that nobody
            // configured.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let downloads = Arc::new(Downloads::new(
            settings.files_from,
            settings.largest_file,
            STANDSTILL,
            Arc::new(SystemLookUp),
        )?);
        let reader = Arc::new(LinkReader::new(files.links.clone(), http.clone()));
        let panorama = Arc::new(Panorama::new(
            http.clone(),
            settings.panorama.clone(),
            secrets.clone(),
            table.clone(),
            clock.clone(),
        ));
        let app_keys = Arc::new(AppKeyCache::new(table.clone(), table.clone(), clock.clone()));
        let over = |upstream: Arc<dyn Upstream>| Ports {
            clock: clock.clone(),
            randomness: randomness.clone(),
            leaf_users: table.clone(),
            app_keys: table.clone(),
            connections: table.clone(),
            api_keys: table.clone(),
            magic_links: table.clone(),
            connection_list: table.clone(),
            summaries: table.clone(),
            catalogue: catalogue.clone(),
            logins: table.clone(),
            partner_secrets: secrets.clone(),
            service_secrets: secrets.clone(),
            sign_ins: table.clone(),
            webhooks: table.clone(),
            webhook_secrets: secrets.clone(),
            receivers: receivers.clone(),
            partner_account: panorama.clone(),
            downloads: downloads.clone(),
            files: files.store.clone(),
            file_links: files.links.clone(),
            file_reader: reader.clone(),
            converter: converter.clone(),
            given_files: catalogue.clone(),
            upstream,
        };
        // The one place where it matters who the upstream is.
        let (ports, records, data): (Ports, Arc<dyn Records>, Arc<dyn Data>) =
            match &settings.upstream {
                UpstreamChoice::Panorama => {
                    let ports = over(panorama.clone());
                    let data = OwnData::new(&ports);
                    let records = OwnRecords::new(ports.clone(), app_keys.clone());
                    (ports, Arc::new(records), Arc::new(data))
                }
                UpstreamChoice::Leaf(endpoints) => {
                    let (partner, account) = (secrets.clone(), secrets.clone());
                    let leaf = Leaf::new(http, endpoints.clone(), partner, account, clock.clone());
                    let leaf = Arc::new(leaf.with_files_up_to(settings.largest_file));
                    let ports = over(leaf.clone());
                    let data = FollowedData::new(leaf.clone(), settings.files_url());
                    let records = FollowedRecords::new(ports.clone(), app_keys.clone(), leaf);
                    (ports, Arc::new(records), Arc::new(data))
                }
            };
        Ok(Self { ports, records, data, settings: Arc::new(settings), app_keys, table })
    }
}

/// The receivers behind webhooks, as a deployment calls them.
///
/// # Errors
/// The HTTP client cannot be built.
pub fn receivers(settings: &Settings) -> Result<Arc<dyn webhooks::Receivers>, InitError> {
    let receivers = Receivers::new(settings.address_policy, TIMEOUT, Arc::new(SystemLookUp))?;
    Ok(Arc::new(receivers))
}

fn s3_files(config: &SdkConfig, settings: &Settings) -> Result<Arc<dyn FileStore>, SettingsError> {
    Ok(Arc::new(S3Files::from_config(config, settings.files_bucket()?)))
}

fn links(config: &SdkConfig, settings: &Settings) -> Result<Arc<dyn FileLinks>, FilesError> {
    let Some(bucket) = &settings.files_bucket else { return Ok(Arc::new(NoFiles)) };
    // S3 judges by its own time, whatever clock the service goes by.
    let links = S3Links::new(config, settings.s3_endpoint.as_ref(), bucket, Arc::new(SystemClock))?;
    Ok(Arc::new(links))
}
