//! What a request costs in network calls when the process is warm: an interceptor of the SDK sees
//! every request to DynamoDB and Secrets Manager as it goes out (each attempt counts), and the
//! simulated Panorama counts those that come in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::aws_calls::AwsCalls;
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, THIRD_FARM, World};

/// A test prints the table with `cargo test -p end-to-end budget -- --nocapture`.
#[tokio::test]
async fn a_warm_process_keeps_its_budget() {
    let mut meter = Meter::start().await;
    meter.warm_up().await;
    meter.starts().await;
    meter.callbacks().await;
    meter.hop_link().await;
    meter.reads().await;
    meter.print();
}

/// What a request has in common with another of the same cost.
const START: [&str; 1] = ["TransactWriteItems"];
const CALLBACK: [&str; 4] = ["BatchGetItem", "PutItem", "confirmSharing", "TransactWriteItems"];

/// A machine whose calls are counted.
struct Meter {
    world: World,
    aws: AwsCalls,
    table: Vec<(&'static str, Vec<String>)>,
}

impl Meter {
    async fn start() -> Self {
        let aws = AwsCalls::default();
        let world = World::calling_through(&aws).await;
        Self { world, aws, table: Vec::new() }
    }

    /// Each thing once, for other people: what a process keeps in memory, it has afterwards.
    async fn warm_up(&self) {
        let world = &self.world;
        let user = world.create_user("warm").await;
        world.start_session(&user, Some("Pw9fD4za")).await;
        let callback = world.share("Pw9fD4za").await;
        assert_eq!(world.browser().open(&callback).await.outcome, "connected");
        assert_eq!(world.status(&user).await, "ACTIVE");
        let (status, answer) = world.post_start(&user, &self.tutorial()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Begins to count; calls before are forgotten.
    async fn reset(&self) {
        let cleared = self
            .world
            .http
            .delete(self.world.panorama("/control/calls"))
            .send()
            .await
            .expect("an answer");
        assert!(cleared.status().is_success());
        self.aws.forget();
    }

    /// What was called since; the kinds are sorted as the services are asked: reads, Panorama, the
    /// last write.
    async fn expect(&mut self, what: &'static str, expected: &[&str]) {
        let mut calls = self.aws.sent();
        let (_, panorama) =
            self.world.json(self.world.http.get(self.world.panorama("/control/calls"))).await;
        calls.extend(
            panorama
                .as_array()
                .expect("calls")
                .iter()
                .map(|call| call["call"].as_str().expect("a name").to_owned()),
        );
        let sorted = |calls: Vec<String>| {
            let mut calls = calls;
            calls.sort();
            calls
        };
        let wanted = expected.iter().map(|call| (*call).to_owned()).collect();
        assert_eq!(sorted(calls.clone()), sorted(wanted), "{what}: in order, AWS first: {calls:?}");
        self.table.push((what, calls));
    }

    async fn starts(&mut self) {
        for (what, body, code) in [
            ("start, with appName and a code", self.ours(), Some(FARM)),
            ("start, with appName", self.ours(), None),
            ("start, as in the tutorial, with a code", self.tutorial(), Some("t8Zq2mLx")),
            ("start, as in the tutorial", self.tutorial(), None),
            ("start, as in the reference, with a code", self.reference(), Some("x2LrT7vN")),
            ("start, as in the reference", self.reference(), None),
        ] {
            let user = self.world.create_user("starter").await;
            self.start_costs(what, &user, body, code).await;
        }
        let user = self.world.create_user("again").await;
        self.start_costs("start, the first of two", &user, self.ours(), None).await;
        self.table.pop();
        self.start_costs("start, in the place of another", &user, self.ours(), None).await;
    }

    async fn start_costs(
        &mut self,
        what: &'static str,
        user: &str,
        mut body: Value,
        code: Option<&str>,
    ) {
        if let Some(code) = code {
            body["organizationCode"] = code.into();
        }
        self.reset().await;
        let (status, answer) = self.world.post_start(user, &body).await;
        assert_eq!(
            (status, &answer["status"]),
            (StatusCode::OK, &json!("PENDING")),
            "{what}: {answer}"
        );
        self.expect(what, &START).await;
    }

    async fn callbacks(&mut self) {
        let user = self.world.create_user("with-code").await;
        self.world.start_session(&user, Some(OTHER_FARM)).await;
        let callback = self.world.share(OTHER_FARM).await;
        self.callback_costs("callback, proved by the code", "connected", &callback, &CALLBACK)
            .await;
        // The remembered start says "pending", so it is tried; then the session is read, and
        // whether its credential still works.
        let repeat = ["BatchGetItem", "PutItem", "BatchGetItem", "BatchGetItem", "Query"];
        self.callback_costs("the same callback again", "connected", &callback, &repeat).await;

        let user = self.world.create_user("with-cookie").await;
        let started = self.world.start_session(&user, None).await;
        let mut browser = self.world.hop(&started).await;
        let callback = self.world.share(THIRD_FARM).await;
        self.reset().await;
        assert_eq!(browser.open(&callback).await.outcome, "connected");
        self.expect("callback, proved by the cookie", &CALLBACK).await;
        self.reset().await;
        assert_eq!(browser.open(&callback).await.outcome, "connected");
        self.expect("the same callback again, in that browser", &["BatchGetItem", "Query"]).await;

        let callback = self.world.share("b3VxKq9R").await;
        // The second read is for those who would learn from the time that it is missing.
        let unbound = ["BatchGetItem", "BatchGetItem", "TransactWriteItems"];
        self.callback_costs("callback, unbound", "notBound", &callback, &unbound).await;

        let user = self.world.create_user("asked").await;
        let mut browser = self.world.hop(&self.world.start_session(&user, None).await).await;
        let callback = self.world.callback("madeUp11");
        self.reset().await;
        let asked = browser.ask_from(None, &callback).await;
        self.expect("callback that may be forged", &["BatchGetItem"]).await;
        let page = asked.outcome_page().expect("a page").to_owned();
        self.reset().await;
        assert_eq!(browser.open(&page).await.outcome, "cameBack");
        self.expect("its page, which names the account", &["GetItem"]).await;
    }

    async fn callback_costs(
        &mut self,
        what: &'static str,
        outcome: &str,
        callback: &str,
        expected: &[&str],
    ) {
        self.reset().await;
        assert_eq!(self.world.browser().open(callback).await.outcome, outcome, "{what}");
        self.expect(what, expected).await;
    }

    async fn hop_link(&mut self) {
        let user = self.world.create_user("hopper").await;
        let started = self.world.start_session(&user, None).await;
        let mut browser = self.world.browser();
        self.reset().await;
        assert_eq!(browser.open(&started.sign_in_url).await.outcome, "whoseAccount");
        self.expect("hop link", &["GetItem", "GetItem", "GetItem"]).await;
        self.reset().await;
        assert_eq!(browser.press(&started.sign_in_url).await.status, StatusCode::SEE_OTHER);
        self.expect("hop link, its button", &["GetItem", "GetItem", "PutItem"]).await;
        self.reset().await;
        assert_eq!(browser.open(&started.sign_in_url).await.status, StatusCode::SEE_OTHER);
        self.expect("hop link, the same browser again", &["GetItem", "GetItem"]).await;
        let mut other = self.world.browser();
        self.reset().await;
        assert_eq!(other.press(&started.sign_in_url).await.status, StatusCode::SEE_OTHER);
        self.expect("hop link, continued in another browser", &["GetItem", "GetItem", "PutItem"])
            .await;
        self.reset().await;
        assert_eq!(self.world.status(&user).await, "PENDING");
        self.expect("status, pending", &["BatchGetItem"]).await;
    }

    async fn reads(&mut self) {
        let user = self.world.create_user("reader").await;
        self.reset().await;
        assert_eq!(self.world.status(&user).await, "integrationNotStarted");
        self.expect("status, nothing started", &["BatchGetItem"]).await;

        assert_eq!(self.world.start_session(&user, Some("b3VxKq9R")).await.status, "ACTIVE");
        self.reset().await;
        assert_eq!(self.world.status(&user).await, "ACTIVE");
        self.expect("status, active", &["BatchGetItem"]).await;
        self.reset().await;
        self.world.events(&user).await;
        self.expect("events", &["GetItem", "Query"]).await;
        self.reset().await;
        let path =
            format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
        let (status, answer) = self.world.json(self.world.owner(Method::GET, &path)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        self.expect("resources", &["Query", "GetItem", "listFields"]).await;
        self.reset().await;
        let path = format!("{MANAGEMENT}/users/{user}");
        assert_eq!(self.world.json(self.world.owner(Method::GET, &path)).await.0, StatusCode::OK);
        self.expect("a Leaf user", &["GetItem"]).await;
    }

    fn ours(&self) -> Value {
        let ready = &self.world.machine.ready;
        json!({ "appName": ready.app_name, "clientEnvironment": "STAGE" })
    }

    /// Leaf's tutorial: inline credentials.
    fn tutorial(&self) -> Value {
        let stage = &self.world.machine.ready.stage;
        json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": stage.partner.password,
            "clientEnvironment": "STAGE",
        })
    }

    /// Leaf's reference: those and the sharing URL id.
    fn reference(&self) -> Value {
        let mut body = self.tutorial();
        body["sharingUrlId"] = self.world.machine.ready.stage.sharing_url_id.into();
        body
    }

    #[expect(clippy::print_stdout, reason = "the table is for whoever asks for it")]
    fn print(&self) {
        for (what, calls) in &self.table {
            println!("{what:<42} {:>2}  {}", calls.len(), calls.join(", "));
        }
    }
}
