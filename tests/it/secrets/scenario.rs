//! The leak scenario: every endpoint, every kind of success and every kind of failure, with secrets
//! in all of them. What is answered is noted.

use std::time::Duration;

use application::ports::secrets::Freshness;
use domain::address_policy::AddressPolicy;
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::answers::Answer;
use super::planted::Planted;
use crate::alerts::receiver::Receiver;
use crate::aws_calls::{AwsCalls, Call};
use crate::data_folder::DataFolder;
use crate::world::{MANAGEMENT, World};

/// STAGE's operations; the one of Leaf's tutorial, `krwv4vYH`, is left out: the service's own
/// messages name it as an example.
const CODES: [&str; 6] = [LATE, FAULTY, KEPT, BY_COOKIE, RENEWED, OWNED];
pub(super) const LATE: &str = "t8Zq2mLx";
pub(super) const FAULTY: &str = "Hn5cW7pd";
pub(super) const KEPT: &str = "b3VxKq9R";
pub(super) const BY_COOKIE: &str = "mY6tGs2J";
pub(super) const RENEWED: &str = "Pw9fD4za";
pub(super) const OWNED: &str = "x2LrT7vN";

/// The scenario, and what it has left in the end.
pub(crate) struct LeakScenario {
    pub(crate) world: World,
    pub(crate) folder: DataFolder,
    pub(crate) planted: Planted,
    pub(crate) answers: Vec<Answer>,
    /// The ids of the farmers' Leaf users.
    pub(crate) users: Vec<String>,
    /// What the partner's receiver was told: headers and bodies.
    pub(crate) alerts: Vec<String>,
    /// Where it was told.
    pub(crate) webhook: String,
    aws: AwsCalls,
}

impl LeakScenario {
    /// Plays it.
    pub(crate) async fn play() -> Self {
        let (folder, aws) = (DataFolder::new(), AwsCalls::default());
        let world = World::start_with(|options| {
            options.data = folder.data();
            options.interceptors.push(aws.interceptor());
            options.address_policy = AddressPolicy::ThisMachineToo;
        })
        .await;
        let mut scenario = Self {
            world,
            folder,
            planted: Planted::default(),
            answers: Vec::new(),
            users: Vec::new(),
            alerts: Vec::new(),
            webhook: String::new(),
            aws,
        };
        let receiver = Receiver::start().await;
        scenario.plant_what_is_there();
        scenario.sign_in().await;
        scenario.register_webhook(&receiver).await;
        scenario.register_app_keys().await;
        scenario.plant_tokens().await;
        scenario.connect_by_code_through_faults().await;
        scenario.connect_by_cookie().await;
        scenario.keep_and_claim().await;
        scenario.come_late().await;
        scenario.start_with_all_bodies().await;
        scenario.meet_an_owner().await;
        Box::pin(scenario.go_by_a_magic_link()).await;
        scenario.have_a_link_made_by_a_page().await;
        Box::pin(scenario.renew_the_login()).await;
        scenario.lose_storage().await;
        scenario.try_nonsense().await;
        scenario.let_time_do_its_work().await;
        scenario.delete().await;
        scenario.plant_tokens().await;
        scenario.hear_alerts(&receiver).await;
        scenario
    }

    pub(crate) async fn end(self) {
        self.world.stop().await;
    }

    fn plant_what_is_there(&mut self) {
        let ready = self.world.machine.ready.clone();
        for account in [&ready.stage, &ready.production] {
            let environment = &account.client_environment;
            self.planted.plant(&format!("client id of {environment}"), account.client_id);
            self.planted
                .plant(&format!("partner username of {environment}"), account.partner.username);
            self.planted
                .plant(&format!("partner password of {environment}"), account.partner.password);
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
    pub(super) async fn plant_tokens(&mut self) {
        let id = AppKeyId {
            name: self.world.machine.ready.app_name.parse().expect("a name"),
            environment: ClientEnvironment::Stage,
        };
        let read = self
            .world
            .machine
            .service
            .ports
            .partner_secrets
            .read(&id, Freshness::Now)
            .await
            .expect("a read");
        let tokens = read.and_then(|read| read.secret.tokens).expect("tokens");
        self.planted.plant("access token", tokens.access.expose());
        self.planted.plant("refresh token", tokens.refresh.expect("a refresh token").expose());
    }

    async fn lose_storage(&mut self) {
        let user = self.user("unlucky").await;
        let link = self.start(&user, None).await;
        // Old enough that nothing is remembered: the secrets are to be read anew, and cannot be.
        self.world.clock.advance(Duration::from_mins(6));
        self.aws.break_only(&[Call::Any]);
        let path = format!("{MANAGEMENT}/users/{user}");
        for (method, path, body) in [
            (Method::GET, path.clone(), None),
            (
                Method::POST,
                format!("{path}/one-click-integration/Panorama"),
                Some(json!({
                    "appName": "prairie-insights", "clientEnvironment": "STAGE",
                    "organizationCode": OWNED,
                })),
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
        let answer =
            self.public(Method::POST, "/api/authenticate", |request| request.json(&body)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        self.aws.mend();
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
            self.public(
                Method::GET,
                &format!("/sharing-confirmation/{sharing_url_id}?{query}"),
                |it| it,
            )
            .await;
            self.public(
                Method::GET,
                &format!("/sharing-confirmation?sharingUrlId={sharing_url_id}&{query}"),
                |it| it,
            )
            .await;
            self.public(Method::GET, &format!("/sharing-confirmation/{user}?{query}"), |it| it)
                .await;
            self.public(
                Method::POST,
                &format!("/sharing-confirmation/{sharing_url_id}?{query}"),
                |it| it,
            )
            .await;
            self.public(Method::GET, &format!("/no-such-path?{query}"), |it| it).await;
            self.public(Method::GET, &format!("/connect/{user}?{query}"), |it| it).await;
            for path in
                ["users", "app-keys/Panorama", &format!("users/{user}/panorama-credentials/events")]
            {
                self.owner(
                    Method::GET,
                    &format!("{MANAGEMENT}/{path}?page={OWNED}&sort={password}&{query}"),
                    None,
                )
                .await;
            }
            self.owner(
                Method::GET,
                &format!("/services/integrations/api/resources?leafUserId={OWNED}&{query}"),
                None,
            )
            .await;
            self.owner(
                Method::GET,
                &format!("/services/integrations/api/resources?provider={OWNED}&{query}"),
                None,
            )
            .await;
        }
        // Headers that nobody asked for.
        let request = self.world.owner(Method::GET, &format!("{MANAGEMENT}/users/{user}"));
        let request = request
            .header("x-request-id", OWNED)
            .header("referer", format!("https://x.example/?orgCode={OWNED}"));
        self.ask(request.header("user-agent", password).header("x-amzn-trace-id", OWNED)).await;
        let body = json!({
            "name": "Maria", "email": password, "phone": { "is": OWNED }, "address": [password],
        });
        assert!(
            self.owner(Method::POST, &format!("{MANAGEMENT}/users"), Some(&body))
                .await
                .status
                .is_client_error()
        );
    }

    /// The queues and the scheduled check, which finds one operation switched off; it is switched
    /// on again.
    async fn let_time_do_its_work(&mut self) {
        for _ in 0..2 {
            self.world.machine.outbox.deliver().await.expect("the stream can be read");
            self.world.pass(16, 0);
        }
        self.world.check_after(0).await;
        self.world.share(FAULTY).await;
        assert_eq!(self.callback(FAULTY, None).await.outcome(), "connected");
    }

    async fn delete(&mut self) {
        let gone = self.user("gone").await;
        self.start(&gone, Some("PlantedGone")).await;
        self.planted.plant("organization code of a Leaf user that is deleted", "PlantedGone");
        let credential = format!("{MANAGEMENT}/users/{}/panorama-credentials", self.users[0]);
        let user = format!("{MANAGEMENT}/users/{gone}");
        for (path, expected) in [
            (&credential, StatusCode::NO_CONTENT),
            (&user, StatusCode::NO_CONTENT),
            (&user, StatusCode::NOT_FOUND),
        ] {
            assert_eq!(self.owner(Method::DELETE, path, None).await.status, expected);
        }
        self.status_of(&gone, &[]).await;
        let first = self.users[0].clone();
        assert_eq!(self.status_of(&first, &[]).await.error_key(), "integrationNotStarted");
        self.owner(Method::GET, &format!("{MANAGEMENT}/users?size=100"), None).await;
    }
}

/// One of each kind.
pub(super) fn faults(call: &str) -> [Value; 5] {
    [
        json!({ "call": call, "fault": "status", "status": 503 }),
        json!({ "call": call, "fault": "status", "status": 429, "retryAfter": "7" }),
        json!({ "call": call, "fault": "dropBefore" }),
        json!({ "call": call, "fault": "dropAfter" }),
        json!({ "call": call, "fault": "malformed" }),
    ]
}
