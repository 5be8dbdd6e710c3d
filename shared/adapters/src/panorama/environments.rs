//! Where Panorama is.

use domain::client_environment::ClientEnvironment;
use url::Url;

/// Where one environment's Panorama is.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The portal that farmers use, e.g. `https://bananorama.com`.
    pub portal: Url,
    /// The partner API, e.g. `https://api.partner.bananorama.com`.
    pub partner_api: Url,
    /// Cognito, e.g. `https://cognito-idp.us-east-2.amazonaws.com`.
    pub login: Url,
}

/// Both environments.
#[derive(Debug, Clone)]
pub struct Environments {
    /// `STAGE`
    pub stage: Endpoints,
    /// `PRODUCTION`
    pub production: Endpoints,
}

impl Environments {
    /// One of them.
    pub fn of(&self, environment: ClientEnvironment) -> &Endpoints {
        match environment {
            ClientEnvironment::Stage => &self.stage,
            ClientEnvironment::Production => &self.production,
        }
    }
}
