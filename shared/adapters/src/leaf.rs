//! The upstream `leaf`: Leaf does the handshake and keeps the records; we keep the partner's
//! secrets out of its application, bind the farmer's browser, and follow.
//!
//! `account` has the token, `api` makes the calls, `shapes` reads the answers, `downloads` what it
//! gives out of files, `alerts` what it sends by itself.

mod account;
mod alerts;
mod api;
mod data;
mod downloads;
mod shapes;
mod transport;
#[doc(hidden)]
pub mod untrusted;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use url::Url;

use account::{Account, Known};
use api::{Api, Ask};
use application::ports::clock::Clock;
use application::ports::connections::EventPage;
use application::ports::portion::Portion;
use application::ports::record_keeper::{RecordKeeper, UpstreamConnection};
use application::ports::records::{AlertError, RegisterAlertsError};
use application::ports::secrets::{Freshness, LeafSecrets, PartnerSecrets};
use application::ports::upstream::{
    Confirmed, CreateRefusal, Created, LoginRefusal, NewCredential, Party, Run, Upstream,
    UpstreamError,
};
use domain::app_key::{AppKey, AppKeyId};
use domain::credential::CredentialStatus;
use domain::ids::{CredentialId, LeafUserId, SharingUrlId};
use domain::organization_code::OrganizationCode;
use domain::record::Record;
use domain::sent::Sent;
use transport::{Answer, Limit};

const MANAGEMENT: &str = "usermanagement";
const CREDENTIALS: &str = "panorama-credentials";
const WEBHOOKS: &[&str] = &["alerts", "webhooks"];

/// A Leaf user's fields (Leaf's documents, "Leaf Users").
const PROFILE: [&str; 6] = ["id", "name", "email", "phone", "address", "externalId"];

/// What stands in a confirmation URL for the app key's sharing URL id.
const SHARING_URL_ID: &str = "{sharingUrlId}";

#[derive(Debug, Clone)]
pub struct LeafEndpoints {
    /// Its API, e.g. `https://api.withleaf.io`.
    pub api: Url,
    /// Its Sharing Confirmation URL, e.g. `https://widget.withleaf.io`; a `{sharingUrlId}` in it is
    /// replaced.
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

pub struct Leaf {
    api: Api,
    endpoints: LeafEndpoints,
    secrets: Arc<dyn PartnerSecrets>,
    alerts: Arc<dyn LeafSecrets>,
    largest_file: u64,
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
            secrets: leaf_secrets.clone(),
            clock: clock.clone(),
            limit: limit.clone(),
            known: Mutex::new(Known::default()),
        };
        let api = Api { http, base, account, clock, limit };
        Self {
            api,
            endpoints,
            secrets: partner_secrets,
            alerts: leaf_secrets,
            largest_file: u64::MAX,
        }
    }

    /// The same, of whose files nobody reads more than so many bytes.
    #[must_use]
    pub fn with_files_up_to(self, bytes: u64) -> Self {
        Self { largest_file: bytes, ..self }
    }

    async fn ask(&self, method: Method, rest: &[&str]) -> Result<Answer, UpstreamError> {
        self.api.ask(Ask::of(method, MANAGEMENT, rest)).await
    }

    async fn credential(&self, user: LeafUserId) -> Result<UpstreamConnection, UpstreamError> {
        let answer = self.ask(Method::GET, &["users", &user.to_string(), CREDENTIALS]).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(UpstreamConnection::Nothing),
            _ => shapes::credential(&answer.accepted()?),
        }
    }

    /// Sends what a client has sent about a Leaf user; the record as it is then.
    async fn record(&self, ask: Ask, fields: Map<String, Value>) -> Result<Record, UpstreamError> {
        let sent: Vec<_> = fields.keys().cloned().collect();
        let answer = self.api.ask(ask.body(fields.into())).await?;
        let is_known =
            |field: &str| PROFILE.contains(&field) || sent.iter().any(|known| known == field);
        shapes::record(&answer.accepted_as_sent(is_known)?)
    }
}

/// What Leaf does not have is no failure.
fn found(answer: Result<Record, UpstreamError>) -> Result<Option<Record>, UpstreamError> {
    match answer {
        Ok(record) => Ok(Some(record)),
        Err(UpstreamError::Declined { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Upstream for Leaf {
    async fn begin(&self, run: &Run<'_>) -> Result<Option<Url>, UpstreamError> {
        let id = &run.app_key.id;
        let read =
            self.secrets.read(id, Freshness::Cached).await?.ok_or(UpstreamError::NoSecret)?;
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
        let ask = Ask::of(
            Method::POST,
            MANAGEMENT,
            &["users", &user, "one-click-integration", "Panorama"],
        );
        let answer = self.api.ask(ask.body(body)).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Err(UpstreamError::NoSuchUser),
            StatusCode::CONFLICT if run.organization_code.is_some() => {
                Err(UpstreamError::OperationOwned)
            }
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
            UpstreamConnection::Credential(theirs)
                if theirs.status == CredentialStatus::Active
                    && theirs.organization_code == *code =>
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
        let ask = Ask::of(
            Method::POST,
            MANAGEMENT,
            &["users", &new.leaf_user_id.to_string(), CREDENTIALS],
        );
        let answer = self.api.ask(ask.body(body)).await?;
        match answer.status {
            StatusCode::NOT_FOUND => return Err(UpstreamError::NoSuchUser.into()),
            StatusCode::CONFLICT => return Err(UpstreamError::OperationOwned.into()),
            StatusCode::BAD_REQUEST => match &*answer.error_key() {
                "refreshTokenRefused" => {
                    return Err(CreateRefusal::RefreshToken(LoginRefusal::BadPassword));
                }
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
        let path =
            if user_too { &["users", &user][..] } else { &["users", &user, CREDENTIALS][..] };
        let answer = self.ask(Method::DELETE, path).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        answer.accepted().map(|_| ())
    }
}

#[async_trait]
impl RecordKeeper for Leaf {
    fn party(&self) -> Party {
        Party::Leaf
    }

    async fn connection(&self, user: LeafUserId) -> Result<UpstreamConnection, UpstreamError> {
        self.credential(user).await
    }

    async fn events(
        &self,
        user: LeafUserId,
        page: &EventPage,
    ) -> Result<Portion<Record>, UpstreamError> {
        let ask =
            Ask::of(Method::GET, MANAGEMENT, &["users", &user.to_string(), CREDENTIALS, "events"])
                .query("page", page.page)
                .query("size", page.size)
                .query(
                    "sort",
                    if page.newest_first { "createdDate,desc" } else { "createdDate,asc" },
                );
        let answer = self.api.ask(ask).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Portion { entries: Vec::new(), total: Some(0) });
        }
        let answer = answer.accepted()?;
        Ok(Portion { entries: shapes::events(&answer)?, total: answer.total })
    }

    async fn create_user(&self, Sent(fields): Sent) -> Result<Record, UpstreamError> {
        self.record(Ask::of(Method::POST, MANAGEMENT, &["users"]), fields).await
    }

    async fn find_user(&self, id: LeafUserId) -> Result<Option<Record>, UpstreamError> {
        let answer = self.ask(Method::GET, &["users", &id.to_string()]).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        shapes::record(&answer.accepted()?).map(Some)
    }

    async fn replace_user(&self, Sent(fields): Sent) -> Result<Option<Record>, UpstreamError> {
        found(self.record(Ask::of(Method::PUT, MANAGEMENT, &["users"]), fields).await)
    }

    async fn change_user(
        &self,
        id: LeafUserId,
        Sent(fields): Sent,
    ) -> Result<Option<Record>, UpstreamError> {
        found(
            self.record(Ask::of(Method::PATCH, MANAGEMENT, &["users", &id.to_string()]), fields)
                .await,
        )
    }

    async fn list_users(
        &self,
        query: Vec<(String, String)>,
    ) -> Result<Portion<Record>, UpstreamError> {
        let asked_for: Vec<_> = query.iter().map(|(name, _)| name.clone()).collect();
        let answer =
            self.api.ask(Ask::of(Method::GET, MANAGEMENT, &["users"]).queries(query)).await?;
        let answer =
            answer.accepted_as_sent(|field| asked_for.iter().any(|known| known == field))?;
        Ok(Portion { entries: shapes::records(&answer)?, total: answer.total })
    }

    async fn summaries(
        &self,
        query: Vec<(String, String)>,
    ) -> Result<Option<Portion<Record>>, UpstreamError> {
        let asked_for: Vec<_> = query.iter().map(|(name, _)| name.clone()).collect();
        let answer = self
            .api
            .ask(Ask::of(Method::GET, "integrations", &["resources"]).queries(query))
            .await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer =
            answer.accepted_as_sent(|field| asked_for.iter().any(|known| known == field))?;
        Ok(Some(Portion { entries: shapes::summaries(&answer)?, total: answer.total }))
    }

    async fn register_alerts(
        &self,
        url: &Url,
        fresh: SecretString,
    ) -> Result<(), RegisterAlertsError> {
        // Stored first: Leaf sends its first message, signed, before it answers. And replaced only
        // after success, however often it is tried: the webhook that Leaf has until then goes on.
        let secret = self.alerts.begin_alert_secret(fresh).await?;
        self.register_webhook(url, &secret).await?;
        Ok(self.alerts.finish_alert_secret().await?)
    }

    async fn read_alert(
        &self,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<Option<CredentialId>, AlertError> {
        if !alerts::is_signed(&*self.alerts, body, signature).await? {
            return Err(AlertError::NotSigned);
        }
        Ok(alerts::credential_of(body))
    }
}

impl Leaf {
    async fn register_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
    ) -> Result<(), UpstreamError> {
        let listed = self.api.ask(Ask::of(Method::GET, "alerts", WEBHOOKS)).await?.accepted()?;
        let webhooks = shapes::records(&listed)?;
        // Leaf has no update, and one webhook an event.
        let ours = webhooks.iter().filter(|webhook| webhook.text("url") == Some(url.as_str()));
        for id in ours.filter_map(|webhook| webhook.text("id")) {
            let path: Vec<_> = WEBHOOKS.iter().copied().chain([id]).collect();
            self.api.ask(Ask::of(Method::DELETE, "alerts", &path)).await?;
        }
        let body = json!({
            "events": ["credentialsUnauthenticated", "credentialsLimitedPermission"],
            "name": "Panorama Connect",
            "secret": secret.expose_secret(),
            "url": url.as_str(),
        });
        self.api
            .ask(Ask::of(Method::POST, "alerts", WEBHOOKS).body(body))
            .await?
            .accepted()
            .map(|_| ())
    }
}
