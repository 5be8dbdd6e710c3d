//! The day: every endpoint, every kind of success and every kind of failure, with secrets in all of them. What is answered is noted.

use aws_sdk_dynamodb::config::SharedInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use reqwest::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use shared::domain::app_key::AppKeyId;
use shared::domain::client_environment::ClientEnvironment;
use shared::ports::secrets::Freshness;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::planted::Planted;
use crate::data_folder::DataFolder;
use crate::world::{MANAGEMENT, World};

/// STAGE's operations; the one of Leaf's tutorial, `krwv4vYH`, is left out: the service's own messages name it as an example.
const CODES: [&str; 6] = [LATE, FAULTY, KEPT, BY_COOKIE, RENEWED, OWNED];
const LATE: &str = "t8Zq2mLx";
const FAULTY: &str = "Hn5cW7pd";
const KEPT: &str = "b3VxKq9R";
const BY_COOKIE: &str = "mY6tGs2J";
const RENEWED: &str = "Pw9fD4za";
const OWNED: &str = "x2LrT7vN";

/// A machine at the end of its day.
pub(crate) struct Day {
    pub(crate) world: World,
    pub(crate) folder: DataFolder,
    pub(crate) planted: Planted,
    pub(crate) answers: Vec<Answer>,
    /// The ids of the farmers' Leaf users.
    pub(crate) users: Vec<String>,
    outage: Outage,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The request's method and path, the status, the headers without `Set-Cookie`, the body.
    pub(crate) text: String,
    /// The secrets that the contract lets this one show.
    pub(crate) may_show: Vec<String>,
    body: String,
    /// `name=value`
    cookie: Option<String>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:#?}"))
    }

    fn error_key(&self) -> String {
        self.json()["errorKey"].as_str().unwrap_or_default().to_owned()
    }

    fn outcome(&self) -> &str {
        self.body.split("data-outcome=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
    }
}

/// Cuts the service off from DynamoDB and Secrets Manager.
#[derive(Debug, Clone, Default)]
struct Outage(Arc<AtomicBool>);

impl Intercept for Outage {
    fn name(&self) -> &'static str {
        "Outage"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.0.load(Ordering::Relaxed) {
            false => Ok(()),
            // The worst that an error can carry: the whole request.
            true => Err(format!("no way out for {:?}", context.request()).into()),
        }
    }
}

impl Day {
    /// Lives it.
    pub(crate) async fn live() -> Self {
        let (folder, outage) = (DataFolder::new(), Outage::default());
        let interceptor = SharedInterceptor::new(outage.clone());
        let world = World::start_with(|options| {
            options.data = folder.data();
            options.interceptor = Some(interceptor);
        })
        .await;
        let mut day =
            Self { world, folder, planted: Planted::default(), answers: Vec::new(), users: Vec::new(), outage };
        day.plant_what_is_there();
        day.sign_in().await;
        day.register_app_keys().await;
        day.plant_tokens().await;
        day.connect_by_code_through_faults().await;
        day.connect_by_cookie().await;
        day.keep_and_claim().await;
        day.come_late().await;
        day.start_with_all_bodies().await;
        day.meet_an_owner().await;
        day.renew_the_login().await;
        day.lose_storage().await;
        day.try_nonsense().await;
        day.delete().await;
        day.plant_tokens().await;
        day
    }

    pub(crate) async fn end(self) {
        self.world.stop().await;
    }

    fn plant_what_is_there(&mut self) {
        let ready = self.world.machine.ready.clone();
        for account in [&ready.stage, &ready.production] {
            let environment = &account.client_environment;
            self.planted.plant(&format!("client id of {environment}"), account.client_id);
            self.planted.plant(&format!("partner username of {environment}"), account.partner.username);
            self.planted.plant(&format!("partner password of {environment}"), account.partner.password);
        }
        for code in CODES {
            self.planted.plant(&format!("organization code {code}"), code);
        }
        self.planted.plant("API owner's password", ready.owner.password);
        let token = self.world.token.clone();
        self.planted.plant("bearer token", &token);
        let [(_, secrets)] = &self.folder.files("secrets.json")[..] else { panic!("one file") };
        let saved: Value = serde_json::from_slice(secrets).expect("JSON");
        for secret in saved["secrets"].as_array().expect("secrets") {
            let document = secret["versions"][0]["SecretString"].as_str().expect("a text");
            let document: Value = serde_json::from_str(document).expect("JSON");
            for (name, value) in [
                ("index key", &document["indexKey"]),
                ("signing key", &document["signingKey"]),
                ("hash of the API owner's password", &document["owners"][0]["passwordHash"]),
            ] {
                if let Some(value) = value.as_str() {
                    self.planted.plant(name, value);
                }
            }
        }
        for kind in ["index key", "signing key", "hash of"] {
            assert_eq!(self.planted.of_kind(kind).len(), 1, "{kind}");
        }
    }

    /// The partner's tokens as they are now.
    async fn plant_tokens(&mut self) {
        let id = AppKeyId {
            name: self.world.machine.ready.app_name.parse().expect("a name"),
            environment: ClientEnvironment::Stage,
        };
        let read = self.world.machine.service.ports.partner_secrets.read(&id, Freshness::Now).await.expect("a read");
        let tokens = read.and_then(|read| read.secret.tokens).expect("tokens");
        self.planted.plant("access token", tokens.access.expose());
        self.planted.plant("refresh token", tokens.refresh.expect("a refresh token").expose());
    }

    async fn sign_in(&mut self) {
        let owner = self.world.machine.ready.owner;
        self.planted.plant("wrong password of an API owner", "Planted-Wrong-Owner-1");
        let (right, wrong) = (owner.password, "Planted-Wrong-Owner-1");
        for (body, expected) in [
            (json!({ "username": owner.username, "password": wrong }), "badCredentials"),
            (json!({ "username": wrong, "password": right }), "badCredentials"),
            (json!({ "username": owner.username, "password": [right] }), "mistypedField"),
            (json!({ "username": owner.username, "password": right, "rememberMe": right }), "mistypedField"),
            (json!({ "username": owner.username, "password": right.repeat(99) }), "fieldTooLong"),
            (json!({ "username": owner.username, "password": format!("{right}\u{7}") }), "malformedField"),
        ] {
            let answer = self.public(Method::POST, "/api/authenticate", |request| request.json(&body)).await;
            assert_eq!(answer.error_key(), expected, "{answer:#?}");
        }
        let broken = format!(r#"{{"username":"{}","password":"{right}""#, owner.username);
        let answer = self.public(Method::POST, "/api/authenticate", |request| request.body(broken)).await;
        assert_eq!(answer.error_key(), "malformedJson");
        let token = self.world.token.clone();
        let body = json!({ "username": owner.username, "password": right, "rememberMe": "true" });
        let request = self.world.http.post(self.world.api("/api/authenticate")).json(&body);
        let answer = self.ask_showing(request, &[&token]).await;
        assert_eq!(answer.json()["id_token"], token.as_str(), "the clock stands still, so it is the same");
        for header in [format!("Bearer {token}x"), format!("Basic {token}"), token, "Bearer x".to_owned()] {
            let path = format!("{MANAGEMENT}/users");
            let answer = self.public(Method::GET, &path, |request| request.header(AUTHORIZATION, &header)).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
    }

    async fn register_app_keys(&mut self) {
        let ready = self.world.machine.ready.clone();
        let stage = ready.stage;
        let new = |name: &str, environment: &str| format!("{MANAGEMENT}/app-keys/Panorama/{name}/{environment}");
        let (wrong, unknown) = ("Planted-Wrong-Partner-2", "planted-nobody@prairie.example");
        self.planted.plant("wrong partner password", wrong);
        self.planted.plant("unknown partner username", unknown);
        self.planted.plant("unknown client id", "plantedunknownclient1");
        let id = "0e7c4a52-60a7-4d8f-9f6e-0d2f5b7f9b11";
        let body = |client: &str, username: &str, password: &str| json!({ "clientId": client, "username": username, "password": password, "sharingUrlId": id });
        let (client, username, password) = (stage.client_id, stage.partner.username, stage.partner.password);
        let production = ready.production;
        for (body, expected) in [
            (body(client, username, wrong), "panoramaBadPassword"),
            (body(client, unknown, password), "panoramaUnknownUser"),
            (body("plantedunknownclient1", username, password), "panoramaUnknownClient"),
            (body(production.client_id, username, password), "panoramaUnknownClient"),
            (body("2nf4stage0nopasswordflow17", username, password), "panoramaFlowNotEnabled"),
            (body(client, "sms-mfa-stage@prairie-insights.example", password), "panoramaChallenge"),
            (body(client, "password-reset-stage@prairie-insights.example", password), "panoramaPasswordResetRequired"),
            (json!({ "clientId": client, "username": username, "password": password }), "missingField"),
            (
                json!({ "clientId": [client], "username": { "is": username }, "password": 1, "sharingUrlId": id }),
                "mistypedField",
            ),
            (
                json!({ "clientId": client, "username": username, "password": password, "sharingUrlId": password }),
                "malformedField",
            ),
            (body(&client.repeat(9), &username.repeat(9), &password.repeat(99)), "fieldTooLong"),
        ] {
            for (method, name) in [(Method::POST, "planted"), (Method::PUT, ready.app_name)] {
                let answer = self.owner(method, &new(name, "STAGE"), Some(&body)).await;
                assert_eq!(answer.error_key(), expected, "{answer:#?}");
            }
        }
        for fault in self.faults("initiateAuth") {
            self.world.fault(fault).await;
            let answer =
                self.owner(Method::POST, &new("planted", "STAGE"), Some(&body(client, username, password))).await;
            assert!(answer.status.is_server_error(), "{answer:#?}");
        }
        let body = json!({
            "clientId": production.client_id,
            "username": production.partner.username,
            "password": production.partner.password,
            "sharingUrlId": production.sharing_url_id,
        });
        for (method, name, expected) in [
            (Method::POST, "harvest-hub", StatusCode::CREATED),
            (Method::POST, "harvest-hub", StatusCode::OK),
            (Method::PUT, "harvest-hub", StatusCode::OK),
            (Method::GET, "harvest-hub", StatusCode::OK),
            (Method::POST, "spare", StatusCode::CONFLICT),
        ] {
            let body = Some(&body).filter(|_| method != Method::GET);
            let answer = self.owner(method, &new(name, "PRODUCTION"), body).await;
            // Which status a sharing URL id in use has is not this test's business.
            assert!(answer.status == expected || name == "spare", "{answer:#?}");
        }
        let answer = self.owner(Method::GET, &format!("{MANAGEMENT}/app-keys/Panorama"), None).await;
        assert_eq!(answer.json().as_array().map(Vec::len), Some(2));
    }

    async fn connect_by_code_through_faults(&mut self) {
        let user = self.user("faulty").await;
        self.start(&user, Some(FAULTY)).await;
        self.status_of(&user, &[FAULTY]).await;
        self.world.share(FAULTY).await;
        for fault in self.faults("confirmSharing") {
            self.world.fault(fault).await;
            let answer = self.callback(FAULTY, None).await;
            // Two of the faults are answers after the work.
            assert!(["finishing", "connected"].contains(&answer.outcome()), "{answer:#?}");
            self.status_of(&user, &[FAULTY]).await;
        }
        let answer = self.callback(FAULTY, None).await;
        assert_eq!(answer.outcome(), "connected");
        let answer = self.status_of(&user, &[FAULTY]).await;
        assert_eq!(answer.json()["organizationCode"], FAULTY, "the contract's answer has it");
        self.events_and_resources(&user).await;
        for fault in self.faults("listFields") {
            self.world.fault(fault).await;
            self.events_and_resources(&user).await;
        }
        let revoke = self.world.panorama(&format!("/control/operations/{FAULTY}/revoke"));
        assert!(self.world.http.post(revoke).send().await.expect("an answer").status().is_success());
        self.events_and_resources(&user).await;
    }

    async fn connect_by_cookie(&mut self) {
        let user = self.user("cookie").await;
        let link = self.start(&user, None).await;
        let first = self.browse(&link, None).await;
        let cookie = first.cookie.expect("the first browser is bound");
        let again = self.browse(&link, Some(&cookie)).await;
        assert_eq!((again.status, &again.cookie), (StatusCode::SEE_OTHER, &None));
        let other = self.browse(&link, None).await;
        assert_eq!(other.outcome(), "openedElsewhere", "{other:#?}");
        let request = self.world.http.post(&link).header("sec-fetch-site", "same-origin");
        let cookie = self.ask(request).await.cookie.expect("the farmer said that this browser is to take over");

        // The grower switches nothing on: Panorama refuses.
        let answer = self.callback(BY_COOKIE, Some(&cookie)).await;
        assert_eq!(answer.outcome(), "notShared", "{answer:#?}");
        let broken = format!("{cookie}x");
        for cookie in [None, Some(&*broken), Some("__Host-panorama-connect-x=y")] {
            assert_eq!(self.callback(BY_COOKIE, cookie).await.outcome(), "notBound");
        }
        self.world.share(BY_COOKIE).await;
        assert_eq!(self.callback(BY_COOKIE, Some(&cookie)).await.outcome(), "connected");
        self.status_of(&user, &[BY_COOKIE]).await;

        let user = self.user("many-codes").await;
        let link = self.start(&user, None).await;
        let cookie = self.browse(&link, None).await.cookie.expect("a cookie");
        for attempt in 1..=6 {
            let code = format!("PlantedTry{attempt}");
            self.planted.plant(&format!("organization code, tried {attempt}"), &code);
            self.callback(&code, Some(&cookie)).await;
        }
        assert_eq!(self.status_of(&user, &[]).await.error_key(), "sessionTooManyOperations");
        self.events_and_resources(&user).await;
        self.browse(&link, Some(&cookie)).await;
    }

    async fn keep_and_claim(&mut self) {
        self.world.share(KEPT).await;
        assert_eq!(self.callback(KEPT, None).await.outcome(), "notBound");
        let user = self.user("claims").await;
        self.start(&user, Some(KEPT)).await;
        assert_eq!(self.status_of(&user, &[KEPT]).await.json()["status"], "ACTIVE");
        let other = self.user("disagrees").await;
        let link = self.start(&other, None).await;
        let cookie = self.browse(&link, None).await.cookie.expect("a cookie");
        self.callback(KEPT, Some(&cookie)).await;
        self.status_of(&other, &[]).await;
    }

    async fn come_late(&mut self) {
        let user = self.user("late").await;
        let link = self.start(&user, Some(LATE)).await;
        assert!(link.contains("/connections/"), "with a code it is Panorama's own page");
        let other = self.user("late-cookie").await;
        let link = self.start(&other, None).await;
        let cookie = self.browse(&link, None).await.cookie.expect("a cookie");
        self.world.clock.advance(Duration::from_mins(16));
        self.world.share(LATE).await;
        assert_eq!(self.callback(LATE, None).await.outcome(), "expired");
        assert_eq!(self.callback(LATE, Some(&cookie)).await.outcome(), "expired");
        self.browse(&link, Some(&cookie)).await;
        assert_eq!(self.status_of(&user, &[]).await.error_key(), "sessionExpired");
        // A new session, which has the code and stays as it is until the end of the day.
        let waits = self.user("waits").await;
        self.start(&waits, Some("PlantedPending")).await;
        self.planted.plant("organization code of a session that waits", "PlantedPending");
        self.status_of(&waits, &["PlantedPending"]).await;
    }

    async fn start_with_all_bodies(&mut self) {
        let user = self.user("bodies").await;
        let stage = self.world.machine.ready.stage.clone();
        let wrong = "Planted-Wrong-Partner-3";
        self.planted.plant("wrong partner password in a start", wrong);
        let inline = json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": stage.partner.password,
            "clientEnvironment": "STAGE",
        });
        let with = |name: &str, value: Value| {
            let mut body = inline.clone();
            body[name] = value;
            body
        };
        for (body, expected) in [
            (inline.clone(), ""),
            (with("sharingUrlId", stage.sharing_url_id.into()), ""),
            (with("appName", "prairie-insights".into()), ""),
            (with("password", wrong.into()), "panoramaBadPassword"),
            (with("password", json!({ "is": wrong })), "mistypedField"),
            (with("username", wrong.into()), "panoramaUnknownUser"),
            (with("clientId", "plantedunknownclient1".into()), "missingField"),
            (with("organizationCode", json!([OWNED])), "mistypedField"),
            (with("organizationCode", format!("{OWNED}/..").into()), "malformedField"),
            (with("organizationCode", OWNED.repeat(9).into()), "fieldTooLong"),
            (with("clientEnvironment", wrong.into()), "unknownEnvironment"),
            (with("appName", wrong.repeat(9).into()), "fieldTooLong"),
            (with("sharingUrlId", OWNED.into()), "malformedField"),
            (
                json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE", "clientId": stage.client_id }),
                "missingField",
            ),
            (json!({ "appName": "nobody", "clientEnvironment": "STAGE" }), "unknownAppKey"),
            (json!({ "clientEnvironment": "STAGE", "organizationCode": OWNED }), "missingField"),
        ] {
            let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
            let answer = self.owner(Method::POST, &path, Some(&body)).await;
            assert_eq!(answer.error_key(), expected, "{body} {answer:#?}");
        }
        for fault in self.faults("initiateAuth") {
            self.world.fault(fault).await;
            let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
            let body = with("password", wrong.into());
            assert!(self.owner(Method::POST, &path, Some(&body)).await.status.is_server_error());
        }
        let nobody = "5f0c2b1e-0000-4000-8000-000000000000";
        let path = format!("{MANAGEMENT}/users/{nobody}/one-click-integration/Panorama");
        let body = with("organizationCode", OWNED.into());
        assert_eq!(self.owner(Method::POST, &path, Some(&body)).await.error_key(), "leafUserNotFound");
    }

    async fn meet_an_owner(&mut self) {
        let (first, second) = (self.user("owns").await, self.user("second").await);
        let link = self.start(&second, None).await;
        let cookie = self.browse(&link, None).await.cookie.expect("a cookie");
        self.start(&first, Some(OWNED)).await;
        self.world.share(OWNED).await;
        assert_eq!(self.callback(OWNED, None).await.outcome(), "connected");
        let path = format!("{MANAGEMENT}/users/{second}/one-click-integration/Panorama");
        let body = json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE", "organizationCode": OWNED });
        assert_eq!(self.owner(Method::POST, &path, Some(&body)).await.error_key(), "operationAlreadyConnected");
        let answer = self.callback(OWNED, Some(&cookie)).await;
        assert!(["operationOwned", "otherOperation"].contains(&answer.outcome()), "{answer:#?}");
        self.status_of(&first, &[OWNED]).await;
        self.status_of(&second, &[]).await;
        self.events_and_resources(&second).await;
    }

    /// The partner's tokens expire, are revoked, and the password is changed: each time there are new ones, or none.
    async fn renew_the_login(&mut self) {
        let user = self.user("renews").await;
        self.start(&user, Some(RENEWED)).await;
        self.world.share(RENEWED).await;
        assert_eq!(self.callback(RENEWED, None).await.outcome(), "connected");
        for order in ["expireTokens", "revokeRefreshTokens", "expireTokens"] {
            self.world.fault(json!({ "fault": order })).await;
            self.events_and_resources(&user).await;
            self.plant_tokens().await;
        }
        let password = "Planted-New-Partner-4";
        self.planted.plant("new partner password", password);
        let change = self.world.panorama("/control/partners/STAGE/password");
        let changed =
            self.world.http.post(change).json(&json!({ "password": password })).send().await.expect("an answer");
        assert!(changed.status().is_success());
        self.world.fault(json!({ "fault": "revokeRefreshTokens" })).await;
        self.world.fault(json!({ "fault": "expireTokens" })).await;
        self.events_and_resources(&user).await;
        self.status_of(&user, &[RENEWED]).await;
        let stage = self.world.machine.ready.stage.clone();
        let body = json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": password,
            "sharingUrlId": stage.sharing_url_id,
        });
        let path = format!("{MANAGEMENT}/app-keys/Panorama/prairie-insights/STAGE");
        let answer = self.owner(Method::PUT, &path, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        self.plant_tokens().await;
        self.events_and_resources(&user).await;
    }

    async fn lose_storage(&mut self) {
        let user = self.user("unlucky").await;
        let link = self.start(&user, None).await;
        // Old enough that nothing is remembered: the secrets are to be read anew, and cannot be.
        self.world.clock.advance(Duration::from_mins(6));
        self.outage.0.store(true, Ordering::Relaxed);
        let path = format!("{MANAGEMENT}/users/{user}");
        for (method, path, body) in [
            (Method::GET, path.clone(), None),
            (
                Method::POST,
                format!("{path}/one-click-integration/Panorama"),
                Some(json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE", "organizationCode": OWNED })),
            ),
            (Method::GET, format!("{path}/panorama-credentials"), None),
            (Method::DELETE, path, None),
        ] {
            let answer = self.owner(method, &path, body.as_ref()).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:#?}");
        }
        assert_eq!(self.callback(OWNED, None).await.outcome(), "unavailable");
        assert!(self.browse(&link, None).await.status.is_server_error());
        let owner = self.world.machine.ready.owner;
        let body = json!({ "username": owner.username, "password": owner.password });
        let answer = self.public(Method::POST, "/api/authenticate", |request| request.json(&body)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        self.outage.0.store(false, Ordering::Relaxed);
    }

    async fn try_nonsense(&mut self) {
        let user = self.users[0].clone();
        let password = self.world.machine.ready.stage.partner.password;
        let sharing_url_id = self.world.machine.ready.stage.sharing_url_id;
        for query in [
            format!("orgCode={OWNED}&orgCode={LATE}"),
            format!("orgCode={OWNED}&error={password}&error_description={password}"),
            format!("error=access_denied&orgCode={OWNED}&state={password}"),
            format!("orgCode={OWNED}%2F..&x={password}"),
            format!("orgcode={OWNED}"),
            String::new(),
        ] {
            self.public(Method::GET, &format!("/sharing-confirmation/{sharing_url_id}?{query}"), |it| it).await;
            self.public(Method::GET, &format!("/sharing-confirmation?sharingUrlId={sharing_url_id}&{query}"), |it| it)
                .await;
            self.public(Method::GET, &format!("/sharing-confirmation/{user}?{query}"), |it| it).await;
            self.public(Method::POST, &format!("/sharing-confirmation/{sharing_url_id}?{query}"), |it| it).await;
            self.public(Method::GET, &format!("/no-such-path?{query}"), |it| it).await;
            self.public(Method::GET, &format!("/connect/{user}?{query}"), |it| it).await;
            for path in ["users", "app-keys/Panorama", &format!("users/{user}/panorama-credentials/events")] {
                self.owner(Method::GET, &format!("{MANAGEMENT}/{path}?page={OWNED}&sort={password}&{query}"), None)
                    .await;
            }
            self.owner(Method::GET, &format!("/services/integrations/api/resources?leafUserId={OWNED}&{query}"), None)
                .await;
            self.owner(Method::GET, &format!("/services/integrations/api/resources?provider={OWNED}&{query}"), None)
                .await;
        }
        // Headers that nobody asked for.
        let request = self.world.owner(Method::GET, &format!("{MANAGEMENT}/users/{user}"));
        let request =
            request.header("x-request-id", OWNED).header("referer", format!("https://x.example/?orgCode={OWNED}"));
        self.ask(request.header("user-agent", password).header("x-amzn-trace-id", OWNED)).await;
        let body = json!({ "name": "Maria", "email": password, "phone": { "is": OWNED }, "address": [password] });
        assert!(self.owner(Method::POST, &format!("{MANAGEMENT}/users"), Some(&body)).await.status.is_client_error());
    }

    async fn delete(&mut self) {
        let gone = self.user("gone").await;
        self.start(&gone, Some("PlantedGone")).await;
        self.planted.plant("organization code of a Leaf user that is deleted", "PlantedGone");
        let credential = format!("{MANAGEMENT}/users/{}/panorama-credentials", self.users[0]);
        let user = format!("{MANAGEMENT}/users/{gone}");
        for (path, expected) in
            [(&credential, StatusCode::NO_CONTENT), (&user, StatusCode::NO_CONTENT), (&user, StatusCode::NOT_FOUND)]
        {
            assert_eq!(self.owner(Method::DELETE, path, None).await.status, expected);
        }
        self.status_of(&gone, &[]).await;
        let first = self.users[0].clone();
        assert_eq!(self.status_of(&first, &[]).await.error_key(), "integrationNotStarted");
        self.owner(Method::GET, &format!("{MANAGEMENT}/users?size=100"), None).await;
    }

    fn faults(&self, call: &str) -> [Value; 5] {
        [
            json!({ "call": call, "fault": "status", "status": 503 }),
            json!({ "call": call, "fault": "status", "status": 429, "retryAfter": "7" }),
            json!({ "call": call, "fault": "dropBefore" }),
            json!({ "call": call, "fault": "dropAfter" }),
            json!({ "call": call, "fault": "malformed" }),
        ]
    }

    async fn user(&mut self, name: &str) -> String {
        let user = self.world.create_user(name).await;
        self.users.push(user.clone());
        user
    }

    /// Starts with the seeded app key; the `signInUrl`.
    async fn start(&mut self, user: &str, code: Option<&str>) -> String {
        let mut body = json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE" });
        if let Some(code) = code {
            body["organizationCode"] = code.into();
        }
        let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        let answer = self.owner(Method::POST, &path, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        let answer = answer.json();
        answer["signInUrl"].as_str().expect("a URL").to_owned()
    }

    /// The credential resource, which may show its own codes and, by the contract, the partner's client id and username.
    async fn status_of(&mut self, user: &str, own: &[&str]) -> Answer {
        let stage = &self.world.machine.ready.stage;
        let may_show = [own, &[stage.client_id, stage.partner.username]].concat();
        let request = self.world.owner(Method::GET, &format!("{MANAGEMENT}/users/{user}/panorama-credentials"));
        self.ask_showing(request, &may_show).await
    }

    async fn events_and_resources(&mut self, user: &str) {
        for path in [
            format!("{MANAGEMENT}/users/{user}/panorama-credentials/events"),
            format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}"),
        ] {
            self.owner(Method::GET, &path, None).await;
        }
    }

    async fn callback(&mut self, code: &str, cookie: Option<&str>) -> Answer {
        let url = self.world.callback(code);
        self.browse(&url, cookie).await
    }

    async fn browse(&mut self, url: &str, cookie: Option<&str>) -> Answer {
        let mut request = self.world.http.get(url);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        self.ask(request).await
    }

    async fn public(
        &mut self,
        method: Method,
        path: &str,
        more: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        self.ask(more(self.world.http.request(method, self.world.api(path)))).await
    }

    async fn owner(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.world.owner(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.ask(request).await
    }

    async fn ask(&mut self, request: RequestBuilder) -> Answer {
        self.ask_showing(request, &[]).await
    }

    async fn ask_showing(&mut self, request: RequestBuilder, may_show: &[&str]) -> Answer {
        let request = request.build().expect("a request");
        // Without the query, which is the test's own.
        let asked = format!("{} {}", request.method(), request.url().path());
        let answer = self.world.http.execute(request).await.expect("an answer");
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let cookie = headers.remove(SET_COOKIE).map(|value| {
            let value = value.to_str().expect("ASCII");
            value.split(';').next().expect("a pair").to_owned()
        });
        if let Some(cookie) = &cookie {
            let (_, value) = cookie.split_once('=').expect("name and value");
            let (_, proof) = value.split_once('.').expect("a user and a proof");
            self.planted.plant("binding cookie", value);
            self.planted.plant("binding cookie's proof", proof);
        }
        let body = answer.text().await.expect("a body");
        let text = format!("{asked}\n{status}\n{headers:?}\n{body}");
        let may_show = may_show.iter().map(|value| (*value).to_owned()).collect();
        let answer = Answer { status, text, may_show, body, cookie };
        self.answers.push(answer.clone());
        answer
    }
}
