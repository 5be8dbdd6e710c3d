//! The day: every endpoint, every kind of success and every kind of failure, with secrets in all of
//! them. What is answered is noted.

use std::time::Duration;

use application::ports::secrets::Freshness;
use domain::address_policy::AddressPolicy;
use domain::alert::AlertType;
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::answers::Answer;
use super::planted::Planted;
use crate::alerts::receiver::{Receiver, Reply};
use crate::aws_calls::{AwsCalls, Call};
use crate::data_folder::DataFolder;
use crate::world::{MANAGEMENT, World};

/// STAGE's operations; the one of Leaf's tutorial, `krwv4vYH`, is left out: the service's own
/// messages name it as an example.
const CODES: [&str; 6] = [LATE, FAULTY, KEPT, BY_COOKIE, RENEWED, OWNED];
const LATE: &str = "t8Zq2mLx";
const FAULTY: &str = "Hn5cW7pd";
const KEPT: &str = "b3VxKq9R";
const BY_COOKIE: &str = "mY6tGs2J";
pub(super) const RENEWED: &str = "Pw9fD4za";
pub(super) const OWNED: &str = "x2LrT7vN";

/// A machine at the end of its day.
pub(crate) struct Day {
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

impl Day {
    /// Lives it.
    pub(crate) async fn live() -> Self {
        let (folder, aws) = (DataFolder::new(), AwsCalls::default());
        let world = World::start_with(|options| {
            options.data = folder.data();
            options.interceptors.push(aws.interceptor());
            options.address_policy = AddressPolicy::ThisMachineToo;
        })
        .await;
        let mut day = Self {
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
        day.plant_what_is_there();
        day.sign_in().await;
        day.register_webhook(&receiver).await;
        day.register_app_keys().await;
        day.plant_tokens().await;
        day.connect_by_code_through_faults().await;
        day.connect_by_cookie().await;
        day.keep_and_claim().await;
        day.come_late().await;
        day.start_with_all_bodies().await;
        day.meet_an_owner().await;
        Box::pin(day.renew_the_login()).await;
        day.lose_storage().await;
        day.try_nonsense().await;
        day.let_time_do_its_work().await;
        day.delete().await;
        day.plant_tokens().await;
        day.hear_alerts(&receiver).await;
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

    async fn register_webhook(&mut self, receiver: &Receiver) {
        let (first, second) =
            ("Planted-Webhook-Secret-5", "whsec_UGxhbnRlZC1XZWJob29rLVNlY3JldC02");
        self.planted.plant("webhook's secret", first);
        self.planted.plant("webhook's second secret", second);
        let webhooks = "/services/alerts/api/alerts/webhooks";
        let right = json!({
            "events": AlertType::ALL, "name": "Our receiver", "secret": first,
            "url": receiver.url.clone(),
        });
        for (field, value) in [
            ("events", json!([first])),
            ("name", json!({ "is": first })),
            ("secret", json!([first])),
            ("url", json!(format!("https://{first}@receiver.example/"))),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value;
            assert_eq!(
                self.owner(Method::POST, webhooks, Some(&wrong)).await.status,
                StatusCode::BAD_REQUEST
            );
        }
        let answer = self.owner(Method::POST, webhooks, Some(&right)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:#?}");
        answer.json()["id"].as_str().expect("an id").clone_into(&mut self.webhook);
        assert_eq!(
            self.owner(Method::POST, webhooks, Some(&right)).await.error_key(),
            "eventRegisteredTwice"
        );
        let secret = format!("{webhooks}/{}/secret", self.webhook);
        let answer = self.owner(Method::PUT, &secret, Some(&json!({ "secret": second }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        receiver.answer([Reply::Status(500), Reply::Status(204), Reply::Status(500)]);
    }

    async fn hear_alerts(&mut self, receiver: &Receiver) {
        for _ in 0..3 {
            self.world.machine.outbox.deliver().await.expect("the stream can be read");
            self.world.pass(16, 0);
        }
        let webhooks = "/services/alerts/api/alerts/webhooks";
        for path in [webhooks.to_owned(), format!("{webhooks}/{}", self.webhook)] {
            assert_eq!(self.owner(Method::GET, &path, None).await.status, StatusCode::OK);
        }
        // What was sent, the client id included.
        let clients = [
            self.world.machine.ready.stage.client_id,
            self.world.machine.ready.production.client_id,
        ];
        let request = self.world.owner(Method::GET, &format!("{webhooks}/failed-calls"));
        assert_eq!(self.ask_showing(request, &clients).await.status, StatusCode::OK);
        self.alerts = receiver
            .take()
            .iter()
            .map(|call| format!("{:?} {}", call.headers, call.body))
            .collect();
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

    async fn connect_by_code_through_faults(&mut self) {
        let user = self.user("faulty").await;
        self.start(&user, Some(FAULTY)).await;
        self.status_of(&user, &[FAULTY]).await;
        self.world.share(FAULTY).await;
        for fault in faults("confirmSharing") {
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
        for fault in faults("listFields") {
            self.world.fault(fault).await;
            self.events_and_resources(&user).await;
        }
        let revoke = self.world.panorama(&format!("/control/operations/{FAULTY}/revoke"));
        assert!(
            self.world.http.post(revoke).send().await.expect("an answer").status().is_success()
        );
        self.events_and_resources(&user).await;
    }

    async fn connect_by_cookie(&mut self) {
        let user = self.user("cookie").await;
        let link = self.start(&user, None).await;
        assert_eq!(self.browse(&link, None).await.outcome(), "whoseAccount");
        let first = self.go_on(&link, None).await;
        let cookie = first.cookie.expect("the first browser is bound");
        let again = self.browse(&link, Some(&cookie)).await;
        assert_eq!((again.status, &again.cookie), (StatusCode::SEE_OTHER, &None));
        let other = self.browse(&link, None).await;
        assert_eq!(other.outcome(), "openedElsewhere", "{other:#?}");
        let request = self.world.http.post(&link).header("sec-fetch-site", "same-origin");
        let cookie = self
            .ask(request)
            .await
            .cookie
            .expect("the farmer said that this browser is to take over");

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
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
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
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.callback(KEPT, Some(&cookie)).await;
        self.status_of(&other, &[]).await;
    }

    async fn come_late(&mut self) {
        let user = self.user("late").await;
        let link = self.start(&user, Some(LATE)).await;
        assert!(link.contains("/connections/"), "with a code it is Panorama's own page");
        let other = self.user("late-cookie").await;
        let link = self.start(&other, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.world.clock.advance(Duration::from_mins(16));
        self.world.share(LATE).await;
        assert_eq!(self.callback(LATE, None).await.outcome(), "notBound");
        assert_eq!(self.callback(LATE, Some(&cookie)).await.outcome(), "expired");
        self.browse(&link, Some(&cookie)).await;
        assert_eq!(self.status_of(&user, &[]).await.error_key(), "sessionExpired");
        // A new session, which has the code and stays as it is until the end of the day.
        let waits = self.user("waits").await;
        self.start(&waits, Some("PlantedPending")).await;
        self.planted.plant("organization code of a session that waits", "PlantedPending");
        self.status_of(&waits, &["PlantedPending"]).await;
    }

    async fn meet_an_owner(&mut self) {
        let (first, second) = (self.user("owns").await, self.user("second").await);
        let link = self.start(&second, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.start(&first, Some(OWNED)).await;
        self.world.share(OWNED).await;
        assert_eq!(self.callback(OWNED, None).await.outcome(), "connected");
        let path = format!("{MANAGEMENT}/users/{second}/one-click-integration/Panorama");
        let body = json!({
            "appName": "prairie-insights", "clientEnvironment": "STAGE", "organizationCode": OWNED,
        });
        assert_eq!(
            self.owner(Method::POST, &path, Some(&body)).await.error_key(),
            "operationAlreadyConnected"
        );
        let answer = self.callback(OWNED, Some(&cookie)).await;
        assert!(["operationOwned", "otherOperation"].contains(&answer.outcome()), "{answer:#?}");
        self.status_of(&first, &[OWNED]).await;
        self.status_of(&second, &[]).await;
        self.events_and_resources(&second).await;
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
