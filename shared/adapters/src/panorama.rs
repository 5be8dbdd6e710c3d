//! The upstream `panorama`: we do what Leaf does.
//!
//! `cognito` logs in, `access` keeps one access token per app key for the whole process, `renewal`
//! gets the next one, `partner_api` makes the calls.

mod access;
mod cognito;
mod downloads;
pub mod endpoints;
mod listing;
mod partner_api;
mod renewal;
mod shared_data;
#[doc(hidden)]
pub mod untrusted;
mod values;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::limits::Limits;
use crate::outside::below;
use access::AccessTokens;
use application::ports::clock::Clock;
use application::ports::logins::Logins;
use application::ports::secrets::PartnerSecrets;
use application::ports::upstream::{
    Confirmed, CreateRefusal, Created, LoginError, NewCredential, PartnerAccount, Run, Upstream,
    UpstreamError,
};
use cognito::Cognito;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::{ByEnvironment, ClientEnvironment};
use domain::download_url::DownloadUrl;
use domain::ids::{LeafUserId, SharingUrlId};
use domain::organization_code::OrganizationCode;
use domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};
use domain::shared_data::{SharedData, StreamId};
use endpoints::Endpoints;
use listing::Listing;
use partner_api::{Answer, Call, CallError, PartnerApi};
use renewal::Renewals;

/// How many tokens a call may be refused with.
const MOST_TOKENS: usize = 3;

pub struct Panorama {
    endpoints: ByEnvironment<Endpoints>,
    cognito: Arc<Cognito>,
    partner_api: PartnerApi,
    access: AccessTokens,
    limits: Limits<AppKeyId>,
}

impl Panorama {
    /// Panorama at these addresses, through this client.
    pub fn new(
        http: reqwest::Client,
        endpoints: ByEnvironment<Endpoints>,
        secrets: Arc<dyn PartnerSecrets>,
        logins: Arc<dyn Logins>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let cognito = Arc::new(Cognito {
            http: http.clone(),
            endpoints: endpoints.clone(),
            clock: clock.clone(),
        });
        Self {
            cognito: cognito.clone(),
            partner_api: PartnerApi { http, clock: clock.clone() },
            access: AccessTokens::new(Renewals { secrets, logins, clock, cognito }),
            endpoints,
            limits: Limits::default(),
        }
    }
}

#[async_trait]
impl PartnerAccount for Panorama {
    fn share_initiation_url(
        &self,
        environment: ClientEnvironment,
        sharing_url_id: SharingUrlId,
    ) -> Url {
        below(&self.endpoints.of(environment).portal, &["connections", &sharing_url_id.to_string()])
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

    async fn list_sharing(
        &self,
        app_key: &AppKeyId,
    ) -> Result<Vec<OrganizationCode>, UpstreamError> {
        let clock = &self.partner_api.clock;
        let began = clock.elapsed();
        let mut listing = Listing::up_to(partner_api::MAX_CODES);
        let mut next: Option<String> = None;
        // The same page once more would be no listing. Of a token, which may be long, a hash stays.
        let (key, mut seen) = (RandomState::new(), HashSet::new());
        while seen.len() < partner_api::MAX_PAGES
            && clock.elapsed().saturating_sub(began) < partner_api::LISTING_TIME
        {
            let answer = self.call(app_key, &Call::Listing(next.as_deref())).await?;
            match partner_api::read_page(&answer, &mut listing)? {
                None => return Ok(listing.into_codes()),
                Some(token) if seen.insert(key.hash_one(&token)) => next = Some(token),
                Some(_) => break,
            }
        }
        Err(partner_api::endless_listing())
    }

    async fn shares(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
    ) -> Result<bool, UpstreamError> {
        match self.call(app_key, &Call::Fields(code)).await {
            Ok(answer) => partner_api::read_shared_data(&answer).map(|_| true),
            // Any other refusal is about the request, and no news of the operation.
            Err(UpstreamError::Refused { status: 404 | 410 }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn shared_data(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
    ) -> Result<SharedData, UpstreamError> {
        let answer = self.call_for_data(app_key, &Call::Fields(code)).await?;
        partner_api::read_shared_data(&answer)
    }

    async fn download_urls(
        &self,
        app_key: &AppKeyId,
        code: &OrganizationCode,
        stream: &StreamId,
    ) -> Result<Vec<DownloadUrl>, UpstreamError> {
        let answer = self.call_for_data(app_key, &Call::Downloads(code, stream)).await?;
        partner_api::read_downloads(&answer)
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
        let answer = self.call(app_key, &Call::Confirm(code)).await?;
        // A page that says "back soon" may come with 200, too. What is not in the API's form
        // confirms nothing; the listing may.
        if !answer.is_object() && !self.list_sharing(app_key).await?.contains(code) {
            return Err(partner_api::unknown_form(answer.status));
        }
        Ok(Confirmed::Yes { status: answer.status, id: None })
    }

    async fn create(
        &self,
        app_key: &AppKey,
        new: &NewCredential,
    ) -> Result<Created, CreateRefusal> {
        match self
            .try_refresh_token(new.environment, &new.credentials.client_id, &new.refresh_token)
            .await
        {
            Ok(_) => {}
            Err(LoginError::Refused(refusal)) => return Err(CreateRefusal::RefreshToken(refusal)),
            Err(LoginError::Unavailable(unavailable)) => {
                return Err(UpstreamError::from(unavailable).into());
            }
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
    /// Makes a call that can wait, unless Panorama has limited the app key's calls: what is left of
    /// them is for farmers who connect.
    async fn call_for_data(
        &self,
        app_key: &AppKeyId,
        call: &Call<'_>,
    ) -> Result<Answer, UpstreamError> {
        self.limits.allow(app_key, self.partner_api.clock.now()).map_err(partner_api::limited)?;
        self.call(app_key, call).await
    }

    /// Makes a call with the app key's access token. If that is refused, the call is made again
    /// with what there is now, in the end with one that was got for it.
    async fn call(&self, app_key: &AppKeyId, call: &Call<'_>) -> Result<Answer, UpstreamError> {
        let environment = app_key.environment;
        let Endpoints { partner_api, .. } = self.endpoints.of(environment);
        let mut refused = Vec::new();
        loop {
            let access = self.access.token(app_key, &refused).await?;
            match self.partner_api.make(environment, partner_api, &access.token, call).await {
                Ok(answer) => return Ok(answer),
                Err(CallError::Failed(error)) => {
                    if let Some(seconds) = partner_api::limit_in(&error) {
                        self.limits.set(app_key.clone(), seconds, self.partner_api.clock.now());
                    }
                    return Err(error);
                }
                // The process's own, another process's, and at last a new one.
                Err(CallError::TokenRefused) if !access.is_new && refused.len() < MOST_TOKENS => {
                    refused.push(access.token);
                }
                Err(CallError::TokenRefused) => return Err(partner_api::new_token_refused()),
            }
        }
    }
}
