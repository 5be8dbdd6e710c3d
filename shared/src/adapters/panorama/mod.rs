//! The upstream `panorama`: we do what Leaf does.
//!
//! `cognito` logs in, `access` keeps one access token per app key for the whole process, `renewal` gets the next one, `partner_api` makes the
//! calls.

mod access;
mod cognito;
mod partner_api;
mod renewal;

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::domain::app_key::{AppKey, AppKeyId};
use crate::domain::client_environment::ClientEnvironment;
use crate::domain::credential::Credential;
use crate::domain::ids::{LeafUserId, SharingUrlId};
use crate::domain::organization_code::OrganizationCode;
use crate::domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};
use crate::ports::clock::Clock;
use crate::ports::logins::Logins;
use crate::ports::secrets::PartnerSecrets;
use crate::ports::upstream::{
    Confirmed, CreateRefusal, Created, LoginError, LoginRefusal, NewCredential, PartnerAccount, Run, SyncSummary,
    Upstream, UpstreamError,
};
use access::AccessTokens;
use cognito::Cognito;
use partner_api::{Answer, Call, CallError, PartnerApi};
use renewal::Renewals;

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

/// Panorama.
pub struct Panorama {
    environments: Environments,
    cognito: Arc<Cognito>,
    partner_api: PartnerApi,
    access: AccessTokens,
}

impl Panorama {
    /// Panorama at these addresses, through this client.
    pub fn new(
        http: reqwest::Client,
        environments: Environments,
        secrets: Arc<dyn PartnerSecrets>,
        logins: Arc<dyn Logins>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let cognito =
            Arc::new(Cognito { http: http.clone(), environments: environments.clone(), clock: clock.clone() });
        Self {
            cognito: cognito.clone(),
            partner_api: PartnerApi { http, clock: clock.clone() },
            access: AccessTokens::new(Renewals { secrets, logins, clock, cognito }),
            environments,
        }
    }
}

#[async_trait]
impl PartnerAccount for Panorama {
    fn share_initiation_url(&self, environment: ClientEnvironment, sharing_url_id: SharingUrlId) -> Url {
        below(&self.environments.of(environment).portal, &["connections", &sharing_url_id.to_string()])
    }

    async fn log_in(
        &self,
        environment: ClientEnvironment,
        credentials: &PartnerCredentials,
    ) -> Result<PartnerTokens, LoginError> {
        self.cognito.log_in(environment, credentials).await
    }

    async fn try_refresh_token(
        &self,
        environment: ClientEnvironment,
        client_id: &ClientId,
        refresh_token: &Token,
    ) -> Result<PartnerTokens, LoginError> {
        self.cognito.refresh(environment, client_id, refresh_token, false).await
    }

    async fn list_sharing(&self, app_key: &AppKeyId) -> Result<Vec<OrganizationCode>, UpstreamError> {
        let mut codes = Vec::new();
        let mut next = None;
        for _ in 0..partner_api::MAX_PAGES {
            let page = partner_api::read_listing(&self.call(app_key, &Call::Listing(next.as_deref())).await?)?;
            codes.extend(page.codes);
            match page.next {
                None => return Ok(codes),
                // The same page for ever would be no listing.
                Some(token) if next.as_ref() == Some(&token) => break,
                Some(token) => next = Some(token),
            }
        }
        Err(partner_api::endless_listing())
    }

    async fn sync_summary(&self, credential: &Credential) -> Result<SyncSummary, UpstreamError> {
        partner_api::count_fields(&self.call(&credential.app_key, &Call::Fields(&credential.organization_code)).await?)
    }
}

#[async_trait]
impl Upstream for Panorama {
    async fn begin(&self, _: &Run<'_>) -> Result<Option<Url>, UpstreamError> {
        // Panorama learns of a run when its farmer comes.
        Ok(None)
    }

    fn onward(&self, _: SharingUrlId) -> Option<Url> {
        None
    }

    async fn confirm(
        &self,
        app_key: &AppKeyId,
        _: LeafUserId,
        code: &OrganizationCode,
    ) -> Result<Confirmed, UpstreamError> {
        let status = self.call(app_key, &Call::Confirm(code)).await?.status;
        Ok(Confirmed::Yes { status, id: None })
    }

    async fn create(&self, app_key: &AppKey, new: &NewCredential) -> Result<Created, CreateRefusal> {
        match self.try_refresh_token(new.environment, &new.credentials.client_id, &new.refresh_token).await {
            Ok(_) => {}
            Err(LoginError::Refused(refusal)) => return Err(CreateRefusal::RefreshToken(refusal)),
            Err(LoginError::Unavailable(unavailable)) => return Err(UpstreamError::from(unavailable).into()),
        }
        if self.list_sharing(&app_key.id).await?.contains(&new.organization_code) {
            Ok(Created { id: None })
        } else {
            Err(CreateRefusal::NotShared)
        }
    }

    async fn disconnect(&self, _: LeafUserId, _: bool) -> Result<(), UpstreamError> {
        // Only the farmer's switch ends a sharing.
        Ok(())
    }
}

impl Panorama {
    /// Makes a call with the app key's access token. If that is refused, it is renewed and the call made again, once.
    async fn call(&self, app_key: &AppKeyId, call: &Call<'_>) -> Result<Answer, UpstreamError> {
        let environment = app_key.environment;
        let Endpoints { partner_api, .. } = self.environments.of(environment);
        let mut refused = None;
        loop {
            let token = self.access.token(app_key, refused.as_ref()).await?;
            match self.partner_api.make(environment, partner_api, &token, call).await {
                Ok(answer) => return Ok(answer),
                Err(CallError::Failed(error)) => return Err(error),
                Err(CallError::TokenRefused) if refused.is_none() => refused = Some(token),
                Err(CallError::TokenRefused) => {
                    let refusal = "a new access token was refused".to_owned();
                    return Err(UpstreamError::PartnerLogin(LoginRefusal::Other(refusal)));
                }
            }
        }
    }
}

/// `base` and more segments of a path, each escaped.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// How a request failed, without its URL: that has the organization code in it.
pub(super) fn transport_failure(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "it timed out".to_owned()
    } else if error.is_connect() {
        "it could not be reached".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}
