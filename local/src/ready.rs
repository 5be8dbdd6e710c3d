//! What a script needs to know of a running machine: the content of `--ready-file`.

use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use simulated_panorama::Seed;

use crate::environment::Environment;
use crate::seed::{self, Login};

/// A running machine, described. The fields of [`PanoramaAccount`] at the top level are STAGE's,
/// which the seeded app key is for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// Where the API is, without a slash at the end.
    pub api_url: String,
    /// Where the simulated Panorama is, without a slash at the end.
    pub panorama_url: String,
    /// Where the simulated Leaf is, if it is the upstream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf_url: Option<String>,
    /// The environment of a function that is to run beside this machine.
    pub environment: Environment,
    /// Signs in to the API.
    pub owner: Login,
    pub app_name: &'static str,
    pub leaf_user_id: &'static str,
    /// The partner's STAGE account at Panorama.
    #[serde(flatten)]
    pub stage: PanoramaAccount,
    /// The partner's PRODUCTION account at Panorama; no app key is seeded for it.
    pub production: PanoramaAccount,
}

/// A partner's account in one of the simulated Panorama's environments, and the growers there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PanoramaAccount {
    /// `STAGE` or `PRODUCTION`.
    pub client_environment: String,
    pub client_id: &'static str,
    pub partner: Login,
    /// The id in the partner's Share Initiation URL.
    pub sharing_url_id: &'static str,
    pub growers: Vec<Grower>,
}

/// A grower of the simulated Panorama.
#[derive(Debug, Clone, Serialize)]
pub struct Grower {
    /// Signs in to the portal.
    #[serde(flatten)]
    pub login: Login,
    pub operations: Vec<Operation>,
}

/// An operation of the simulated Panorama.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub name: &'static str,
    pub organization_code: &'static str,
}

impl Ready {
    /// The machine at these addresses.
    pub fn new(
        api_url: String,
        panorama_url: String,
        leaf_url: Option<String>,
        environment: Environment,
    ) -> Self {
        Self {
            api_url,
            panorama_url,
            leaf_url,
            environment,
            owner: seed::OWNER,
            app_name: seed::APP_NAME,
            leaf_user_id: seed::LEAF_USER_ID,
            stage: PanoramaAccount::of(simulated_panorama::Environment::Stage),
            production: PanoramaAccount::of(simulated_panorama::Environment::Production),
        }
    }

    /// Writes it, whole or not at all: whoever waits for the file must not read half of it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let part = Path::new(&name);
        let mut written = std::fs::File::create(part)?;
        serde_json::to_writer_pretty(&written, self)?;
        written.write_all(b"\n")?;
        written.sync_all()?;
        std::fs::rename(part, file)
    }
}

impl PanoramaAccount {
    fn of(environment: simulated_panorama::Environment) -> Self {
        let Seed { client_id, username, password, sharing_url_id, growers } =
            simulated_panorama::seed(environment);
        let operation = |operation: simulated_panorama::SeedOperation| Operation {
            name: operation.name,
            organization_code: operation.organization_code,
        };
        let grower = |grower: simulated_panorama::SeedGrower| Grower {
            login: Login { username: grower.username, password: grower.password },
            operations: grower.operations.into_iter().map(operation).collect(),
        };
        Self {
            client_environment: environment.to_string(),
            client_id,
            partner: Login { username, password },
            sharing_url_id,
            growers: growers.into_iter().map(grower).collect(),
        }
    }
}
