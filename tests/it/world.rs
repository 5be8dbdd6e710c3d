//! A machine, and the people in front of it: the partner's engineer, farmers with their browsers,
//! the grower who flips the switch.

mod panorama;
mod partner;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use application::ports::clock::{Clock as _, ManualClock};
use aws_sdk_dynamodb::types::AttributeValue;
use check_connections::Report;
use domain::timestamp::Timestamp;
use local::environment::TABLE_NAME;
use local::{Machine, Options, Upstream, function_scope};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use time::macros::datetime;
use tokio::task::JoinSet;

use crate::api_document::contract::Contract;
use crate::aws_calls::AwsCalls;
pub(crate) use crate::browser::{Browser, Seen};
use crate::permissions::guard::Guard;

/// What the paths of Leaf's user management begin with.
pub(crate) const MANAGEMENT: &str = "/services/usermanagement/api";

/// Operations of the simulated Panorama's STAGE.
pub(crate) const FARM: &str = "krwv4vYH";
pub(crate) const OTHER_FARM: &str = "Hn5cW7pd";
pub(crate) const THIRD_FARM: &str = "mY6tGs2J";
/// An operation of its PRODUCTION.
pub(crate) const PRODUCTION_FARM: &str = "Jq7sNd3w";

/// A running machine and its clock.
pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
    /// No function of the machine may do what its role does not allow.
    pub(crate) guard: Guard,
    /// Every answer is held to the API's document; the last field, so that it is dropped when all
    /// is answered.
    pub(crate) contract: Contract,
}

/// What a start answered.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) reference: String,
    pub(crate) session_id: String,
    pub(crate) sign_in_url: String,
    pub(crate) status: String,
}

impl World {
    /// A machine in memory.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A machine whose calls of DynamoDB and Secrets Manager the test watches or breaks.
    pub(crate) async fn calling_through(calls: &AwsCalls) -> Self {
        Self::start_with(|options| options.interceptors.push(calls.interceptor())).await
    }

    /// A machine with other options.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        Box::pin(Self::held_to(Contract::default(), change)).await
    }

    /// The same, with another idea of what its answers are held to.
    pub(crate) async fn held_to(contract: Contract, change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::new(datetime!(2026-11-22 12:00 UTC))));
        let around_api = Some(Arc::new(contract.layer()) as _);
        let guard = Guard::default();
        let interceptors = vec![guard.interceptor()];
        // Small files: most tests are not about their bytes, and every connected operation's are
        // copied.
        let mut options = Options {
            clock: Some(clock.clone()),
            around_api,
            interceptors,
            largest_file: 4_096,
            // Those that are about it have one.
            converter: None,
            ..Options::default()
        };
        change(&mut options);
        if options.upstream == Upstream::Leaf {
            guard.in_proxy_mode();
        }
        let machine = Box::pin(Machine::start(options)).await.expect("the machine starts");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let mut world = Self { machine, clock, http, token: String::new(), guard, contract };
        world.token = world.sign_in().await;
        world
    }

    /// A machine in memory whose handshakes are done by the service itself, or by a simulated Leaf.
    pub(crate) async fn start_on(upstream: Upstream) -> Self {
        Self::start_with(|options| options.upstream = upstream).await
    }

    /// Stops the machine and lets it finish.
    pub(crate) async fn stop(self) {
        let Self { machine, http, guard, contract: _contract, .. } = self;
        drop(http);
        machine.stop().await.expect("no server had failed");
        drop(guard);
    }

    /// An address of the API.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.machine.ready.api_url)
    }

    /// An address of the simulated Panorama.
    pub(crate) fn panorama(&self, path: &str) -> String {
        format!("{}{path}", self.machine.ready.panorama_url)
    }

    /// Sends a request and reads its JSON (null when there is no body).
    pub(crate) async fn json(&self, request: RequestBuilder) -> (StatusCode, Value) {
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        let value = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).expect("JSON")
        };
        (status, value)
    }

    /// The callback's address for a code, without the grower having done anything.
    pub(crate) fn callback(&self, code: &str) -> String {
        self.callback_at(self.machine.ready.stage.sharing_url_id, code)
    }

    /// The callback's address for a code at an app key.
    pub(crate) fn callback_at(&self, sharing_url_id: &str, code: &str) -> String {
        self.api(&format!("/sharing-confirmation/{sharing_url_id}?orgCode={code}"))
    }

    /// The hop link of a session. One that was started with a code has one too, though its start
    /// does not lead there.
    pub(crate) fn hop_link(&self, started: &Started) -> String {
        self.api(&format!("/connect/{}", started.session_id))
    }

    /// A new browser that has opened the hop link and gone on to Panorama.
    pub(crate) async fn hop(&self, started: &Started) -> Browser {
        let mut browser = self.browser();
        browser.go_on(&self.hop_link(started)).await;
        browser
    }

    /// Goes through hop links to Panorama: ours, and the simulated Leaf's if that is the upstream.
    pub(crate) async fn go_to_panorama(&self, browser: &mut Browser, hop_link: &str) -> Seen {
        let onward = browser.go_on(hop_link).await;
        match (&self.machine.ready.leaf_url, onward.location.clone()) {
            // Leaf's `signInUrl` is Panorama's own, as far as a farmer sees.
            (Some(leaf), Some(to)) if to.starts_with(leaf) => browser.open(&to).await,
            _ => onward,
        }
    }

    /// Opens an address and goes on as a browser does, from the service to the simulated Leaf if
    /// that is the upstream.
    pub(crate) async fn land(&self, browser: &mut Browser, url: &str) -> Seen {
        let mut seen = browser.open(url).await;
        while let (Some(leaf), Some(to)) = (&self.machine.ready.leaf_url, seen.location.clone()) {
            if !to.starts_with(leaf) {
                break;
            }
            seen = browser.open(&to).await;
        }
        seen
    }

    /// The scheduled check, in minutes from now; Leaf has one of its own, and runs it first.
    pub(crate) async fn check_after(&self, minutes: u64) -> Report {
        self.pass(minutes, 0);
        let deadline = self.clock.now().plus(Duration::from_mins(1));
        if let Some(leaf) = &self.machine.leaf {
            function_scope::check_connections(&leaf.service, deadline)
                .await
                .expect("a report of Leaf's");
        }
        function_scope::check_connections(&self.machine.service, deadline).await.expect("a report")
    }

    /// Lets a time pass and the queues deliver, Leaf's first.
    pub(crate) async fn deliver_after(&self, seconds: u64) {
        self.pass(0, seconds);
        for machine in self.machine.leaf.iter().map(|leaf| &**leaf).chain([&self.machine]) {
            machine.outbox.deliver().await.expect("the stream can be read");
        }
    }

    /// Time passes.
    pub(crate) fn pass(&self, minutes: u64, seconds: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60 + seconds));
    }

    /// The statuses of Leaf users and how often Panorama was asked to confirm, such as `ACTIVE
    /// PENDING, 1 confirm`.
    pub(crate) async fn state(&self, users: &[&String]) -> String {
        let mut statuses = Vec::new();
        for user in users {
            statuses.push(self.status(user).await);
        }
        format!("{}, {} confirm", statuses.join(" "), self.calls("confirmSharing").await)
    }

    /// A browser at another address of this machine.
    pub(crate) fn browser_at(&self, address: &str) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let http =
            client.local_address(address.parse::<std::net::IpAddr>().expect("an address")).build();
        Browser { http: http.expect("a client"), ..self.browser() }
    }

    /// A browser that has been nowhere.
    pub(crate) fn browser(&self) -> Browser {
        let portal = format!("{}/", self.machine.ready.panorama_url);
        Browser { http: self.http.clone(), cookies: BTreeMap::new(), portal, page: String::new() }
    }
}

/// Only part of a Leaf user's operation can be read from now on. Panorama never says so; the row
/// does.
pub(crate) async fn limit_permission(machine: &Machine, user: &str) {
    let update = machine
        .dynamodb
        .update_item()
        .table_name(TABLE_NAME)
        .condition_expression("attribute_exists(pk)");
    let update = update.key("pk", AttributeValue::S(format!("USER#{user}")));
    let update = update.key("sk", AttributeValue::S("CREDENTIAL".to_owned()));
    let update = update
        .update_expression("SET #status = :status")
        .expression_attribute_names("#status", "status");
    let update = update
        .expression_attribute_values(":status", AttributeValue::S("LIMITED_PERMISSION".to_owned()));
    update.send().await.expect("updated");
}

/// Runs all of them at the same time; the order of the results is that of their ends.
pub(crate) async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    tasks.into_iter().collect::<JoinSet<_>>().join_all().await
}

/// How many browsers were shown each outcome.
pub(crate) fn tally(seen: &[Seen]) -> BTreeMap<&str, usize> {
    let mut tally = BTreeMap::new();
    for seen in seen {
        *tally.entry(&*seen.outcome).or_default() += 1;
    }
    tally
}
