//! Writes what in the deployment follows from the functions' descriptions (`FUNCTION`), routers and
//! measured rights (`rights.json`), into regions of files that are written by hand otherwise.
//!
//! A region stands between two comments. What is in it is never edited: `cargo run -p deployment --
//! --update` writes it anew, and a test fails when it is stale.

mod functions;
mod monitoring;
mod queues;
mod region;
mod rights;
mod routes;
mod text;

use std::path::Path;
use std::sync::Arc;

use adapters::no_converter::NoConverter;
use adapters::system_clock::SystemClock;
use adapters::system_randomness::SystemRandomness;
use all_functions::FUNCTIONS;
use shared::service::{Clients, Files, InitError, Service, receivers};
use shared::settings::{Settings, SettingsError};

use region::{Region, RegionError, replaced};
use rights::{Rights, RightsError};

#[derive(Debug)]
pub struct File {
    /// Where it is, from the workspace's root.
    pub path: &'static str,
    /// What is in it.
    pub found: String,
    /// What should be in it.
    pub wanted: String,
}

impl File {
    /// Whether it is not as it should be.
    pub fn is_stale(&self) -> bool {
        self.found != self.wanted
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// A region is not where it should be.
    #[error("{0}: {1}")]
    Region(&'static str, RegionError),
    /// What a function was seen to do is in no form that is known.
    #[error(transparent)]
    Rights(#[from] RightsError),
    /// The service whose routes are listed cannot be built.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Service(#[from] InitError),
}

/// Every file with regions, below the workspace's root.
///
/// # Errors
/// See [`DeploymentError`].
pub fn files(root: &Path) -> Result<Vec<File>, DeploymentError> {
    let rights = Rights::read(root, &FUNCTIONS)?;
    let service = service()?;
    let template = |found: &str| {
        let routes = routes::declared(&service, found);
        let mut regions = routes::regions(&routes);
        regions.push(queues::region());
        regions.extend(functions::regions(&rights));
        regions
    };
    [
        file(root, "template.yaml", template)?,
        file(root, "infra/monitoring.yaml", |_| monitoring::regions())?,
        file(root, "Cargo.toml", |_| vec![routes::watched(&service)])?,
    ]
    .into_iter()
    .map(Ok)
    .collect()
}

fn file(
    root: &Path,
    path: &'static str,
    regions: impl FnOnce(&str) -> Vec<Region>,
) -> Result<File, DeploymentError> {
    let found = std::fs::read_to_string(root.join(path))
        .map_err(|error| DeploymentError::Io(path.to_owned(), error))?;
    let wanted = regions(&found)
        .iter()
        .try_fold(found.clone(), |text, region| replaced(&text, region))
        .map_err(|error| DeploymentError::Region(path, error))?;
    Ok(File { path, found, wanted })
}

/// A service that calls nobody: routes are declared over one.
fn service() -> Result<Service, DeploymentError> {
    let settings = Settings::read(|variable| match variable {
        "TABLE_NAME" | "CATALOGUE_TABLE_NAME" | "SECRETS_PREFIX" => Some("none".to_owned()),
        "PUBLIC_BASE_URL" => Some("https://service.example".to_owned()),
        _ => None,
    })?;
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .build();
    let secrets_manager = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
        .build();
    let clients = Clients {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets_manager),
        files: Files::none(),
        converter: Arc::new(NoConverter),
        receivers: receivers(&settings)?,
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    };
    Ok(Service::new(settings, clients)?)
}
