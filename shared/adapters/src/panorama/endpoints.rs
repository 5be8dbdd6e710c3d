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

/// [`Endpoints`] as a deployment that does not say otherwise has them.
#[derive(Debug, Clone, Copy)]
pub struct DefaultEndpoints {
    pub portal: &'static str,
    pub partner_api: &'static str,
    pub login: &'static str,
}

impl DefaultEndpoints {
    /// Precision Planting's. PRODUCTION's partner API and login are presumed from STAGE's.
    pub const fn of(environment: ClientEnvironment) -> Self {
        match environment {
            ClientEnvironment::Stage => Self {
                portal: "https://bananorama.com",
                partner_api: "https://api.partner.bananorama.com",
                login: "https://cognito-idp.us-east-2.amazonaws.com",
            },
            ClientEnvironment::Production => Self {
                portal: "https://panorama.ag",
                partner_api: "https://api.partner.panorama.ag",
                login: "https://cognito-idp.us-east-2.amazonaws.com",
            },
        }
    }
}
