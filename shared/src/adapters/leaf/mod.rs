//! The upstream `leaf`: Leaf does the handshake and keeps the records; we keep the partner's secrets out of its application, bind the farmer's
//! browser, and follow.
//!
//! `account` has the token, `api` makes the calls, `shapes` reads the answers.

mod account;
mod api;
mod shapes;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::sync::Mutex;
use url::Url;

use crate::domain::app_key::{AppKey, AppKeyId};
use crate::domain::credential::{Credential, CredentialStatus};
use crate::domain::event::Event;
use crate::domain::ids::{LeafUserId, SharingUrlId};
use crate::domain::leaf_user::{Filter, Profile};
use crate::domain::organization_code::OrganizationCode;
use crate::ports::clock::Clock;
use crate::ports::connections::EventPage;
use crate::ports::portion::Portion;
use crate::ports::secrets::{Freshness, LeafSecrets, PartnerSecrets};
use crate::ports::upstream::{
    Confirmed, CreateRefusal, Created, Kept, LoginRefusal, NewCredential, RecordKeeper, Run, SyncSummary, Upstream,
    UpstreamError,
};
use account::{Account, Known};
use api::{Answer, Api, Ask, Limit};

const MANAGEMENT: &str = "usermanagement";
const CREDENTIALS: &str = "panorama-credentials";
const WEBHOOKS: &[&str] = &["alerts", "webhooks"];

/// What stands in a confirmation URL for the app key's sharing URL id.
const SHARING_URL_ID: &str = "{sharingUrlId}";

/// Where Leaf is.
#[derive(Debug, Clone)]
pub struct LeafEndpoints {
    /// Its API, e.g. `https://api.withleaf.io`.
    pub api: Url,
    /// Its Sharing Confirmation URL, e.g. `https://widget.withleaf.io`; a `{sharingUrlId}` in it is replaced.
    pub confirmation: String,
}

impl LeafEndpoints {
    /// The Sharing Confirmation URL of an app key.
    ///
    /// # Errors
    /// It is no URL.
    pub fn confirmation_of(&self, id: &str) -> Result<Url, url::ParseError> {
        Url::parse(&self.confirmation.replace(SHARING_URL_ID, id))
    }
}

/// Leaf.
pub struct Leaf {
    api: Api,
    endpoints: LeafEndpoints,
    secrets: Arc<dyn PartnerSecrets>,
}

impl Leaf {
    /// Leaf at these addresses, through this client.
    pub fn new(
        http: reqwest::Client,
        endpoints: LeafEndpoints,
        partner_secrets: Arc<dyn PartnerSecrets>,
        leaf_secrets: Arc<dyn LeafSecrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (base, limit) = (endpoints.api.clone(), Arc::new(Limit::default()));
        let account = Account {
            http: http.clone(),
            base: base.clone(),
            secrets: leaf_secrets,
            clock: clock.clone(),
            limit: limit.clone(),
            known: Mutex::new(Known::default()),
        };
        Self { api: Api { http, base, account, clock, limit }, endpoints, secrets: partner_secrets }
    }

    async fn ask(&self, method: Method, rest: &[&str]) -> Result<Answer, UpstreamError> {
        self.api.ask(Ask::of(method, MANAGEMENT, rest)).await
    }

    async fn credential(&self, user: LeafUserId) -> Result<Kept, UpstreamError> {
        let answer = self.ask(Method::GET, &["users", &user.to_string(), CREDENTIALS]).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(Kept::Nothing),
            _ => shapes::credential(&answer.accepted()?),
        }
    }
}

#[async_trait]
impl Upstream for Leaf {
    async fn begin(&self, run: &Run<'_>) -> Result<Option<Url>, UpstreamError> {
        let id = &run.app_key.id;
        let read = self.secrets.read(id, Freshness::Cached).await?.ok_or(UpstreamError::NoSecret)?;
        let credentials = read.secret.credentials;
        let mut body = json!({
            "clientId": credentials.client_id.expose(),
            "username": credentials.username.expose(),
            "password": credentials.password.expose(),
            "clientEnvironment": id.environment.as_str(),
            "sharingUrlId": run.app_key.sharing_url_id,
        });
        if let Some(code) = run.organization_code {
            body["organizationCode"] = code.expose().into();
        }
        let user = run.leaf_user_id.to_string();
        let ask = Ask::of(Method::POST, MANAGEMENT, &["users", &user, "one-click-integration", "Panorama"]);
        let answer = self.api.ask(ask.body(body)).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Err(UpstreamError::NoSuchUser),
            StatusCode::CONFLICT if run.organization_code.is_some() => Err(UpstreamError::OperationOwned),
            _ => shapes::sign_in_url(&answer.accepted()?).map(Some),
        }
    }

    fn onward(&self, sharing_url_id: SharingUrlId) -> Option<Url> {
        // The settings have tried it: any id gives a URL.
        self.endpoints.confirmation_of(&sharing_url_id.to_string()).ok()
    }

    async fn confirm(
        &self,
        _: &AppKeyId,
        user: LeafUserId,
        code: &OrganizationCode,
    ) -> Result<Confirmed, UpstreamError> {
        Ok(match self.credential(user).await? {
            Kept::Credential(theirs)
                if theirs.status == CredentialStatus::Active && theirs.organization_code == *code =>
            {
                Confirmed::Yes { status: 200, id: Some(theirs.id) }
            }
            _ => Confirmed::NotYet,
        })
    }

    async fn create(&self, _: &AppKey, new: &NewCredential) -> Result<Created, CreateRefusal> {
        let body = json!({
            "clientId": new.credentials.client_id.expose(),
            "username": new.credentials.username.expose(),
            "password": new.credentials.password.expose(),
            "organizationCode": new.organization_code.expose(),
            "refreshToken": new.refresh_token.expose(),
            "clientEnvironment": new.environment.as_str(),
        });
        let ask = Ask::of(Method::POST, MANAGEMENT, &["users", &new.leaf_user_id.to_string(), CREDENTIALS]);
        let answer = self.api.ask(ask.body(body)).await?;
        match answer.status {
            StatusCode::NOT_FOUND => return Err(UpstreamError::NoSuchUser.into()),
            StatusCode::CONFLICT => return Err(UpstreamError::OperationOwned.into()),
            StatusCode::BAD_REQUEST => match &*answer.error_key() {
                "refreshTokenRefused" => return Err(CreateRefusal::RefreshToken(LoginRefusal::BadPassword)),
                "organizationCodeNotShared" => return Err(CreateRefusal::NotShared),
                _ => {}
            },
            _ => {}
        }
        let answer = answer.accepted()?;
        let shapes::Created { id } = answer.read()?;
        Ok(Created { id: Some(id.parse().map_err(|_| answer.unknown_form())?) })
    }

    async fn disconnect(&self, user: LeafUserId, user_too: bool) -> Result<(), UpstreamError> {
        let user = user.to_string();
        let path = if user_too { &["users", &user][..] } else { &["users", &user, CREDENTIALS][..] };
        let answer = self.ask(Method::DELETE, path).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        answer.accepted().map(|_| ())
    }

    async fn sync_summary(&self, credential: &Credential) -> Result<SyncSummary, UpstreamError> {
        let ask = Ask::of(Method::GET, "integrations", &["resources"])
            .query("provider", "Panorama")
            .query("leafUserId", credential.leaf_user_id);
        shapes::summary(&self.api.ask(ask).await?.accepted()?)
    }
}

#[async_trait]
impl RecordKeeper for Leaf {
    async fn connection(&self, user: LeafUserId) -> Result<Kept, UpstreamError> {
        self.credential(user).await
    }

    async fn events(&self, user: LeafUserId, page: &EventPage) -> Result<Portion<Event>, UpstreamError> {
        let ask = Ask::of(Method::GET, MANAGEMENT, &["users", &user.to_string(), CREDENTIALS, "events"])
            .query("page", page.page)
            .query("size", page.size)
            .query("sort", if page.newest_first { "createdDate,desc" } else { "createdDate,asc" });
        let answer = self.api.ask(ask).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Portion { entries: Vec::new(), total: Some(0) });
        }
        let answer = answer.accepted()?;
        Ok(Portion { entries: shapes::events(&answer)?, total: answer.total })
    }

    async fn create_user(&self, profile: &Profile) -> Result<LeafUserId, UpstreamError> {
        let ask = Ask::of(Method::POST, MANAGEMENT, &["users"]).body(shapes::profile(profile, None));
        let answer = self.api.ask(ask).await?.accepted()?;
        let shapes::Created { id } = answer.read()?;
        id.parse().map_err(|_| answer.unknown_form())
    }

    async fn find_user(&self, id: LeafUserId) -> Result<Option<Profile>, UpstreamError> {
        let answer = self.ask(Method::GET, &["users", &id.to_string()]).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(None),
            _ => shapes::user(&answer.accepted()?).map(|(_, profile)| Some(profile)),
        }
    }

    async fn update_user(&self, id: LeafUserId, profile: &Profile) -> Result<bool, UpstreamError> {
        let ask = Ask::of(Method::PUT, MANAGEMENT, &["users"]).body(shapes::profile(profile, Some(id)));
        let answer = self.api.ask(ask).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(false),
            _ => answer.accepted().map(|_| true),
        }
    }

    async fn list_users(
        &self,
        filter: &Filter,
        page: u32,
        size: u32,
    ) -> Result<Vec<(LeafUserId, Profile)>, UpstreamError> {
        let mut ask = Ask::of(Method::GET, MANAGEMENT, &["users"]).query("page", page).query("size", size);
        for (name, wanted) in [("email", &filter.email), ("name", &filter.name), ("externalId", &filter.external_id)] {
            if let Some(wanted) = wanted {
                ask = ask.query(name, wanted);
            }
        }
        shapes::users(&self.api.ask(ask).await?.accepted()?)
    }

    async fn register_alerts(&self, url: &Url, secret: &SecretString) -> Result<(), UpstreamError> {
        let listed = self.api.ask(Ask::of(Method::GET, "alerts", WEBHOOKS)).await?.accepted()?;
        let webhooks: Vec<shapes::Webhook> = listed.read()?;
        // Leaf has no update, and one webhook an event.
        for webhook in webhooks.iter().filter(|webhook| webhook.url == url.as_str()) {
            let path: Vec<_> = WEBHOOKS.iter().copied().chain([&*webhook.id]).collect();
            self.api.ask(Ask::of(Method::DELETE, "alerts", &path)).await?;
        }
        let body = json!({
            "events": ["credentialsUnauthenticated", "credentialsLimitedPermission"],
            "name": "Panorama Connect",
            "secret": secret.expose_secret(),
            "url": url.as_str(),
        });
        self.api.ask(Ask::of(Method::POST, "alerts", WEBHOOKS).body(body)).await?.accepted().map(|_| ())
    }
}
