//! Metrics and log lines as `CloudWatch` gets them.

use std::time::Duration;

use application::metrics::{Call, Metric};
use application::ports::clock::Clock as _;
use domain::client_environment::ClientEnvironment;
use serde_json::{Value, json};

use crate::logs::Log;
use crate::world::{FARM, World};

/// What the functions of this test's machine write.
struct Output(Log);

impl Output {
    fn watch() -> Self {
        Self(Log::watch())
    }

    /// What was written since the last look, line by line.
    fn lines(&self) -> Vec<Value> {
        let text = self.0.take_production();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
            .collect()
    }

    /// The counts since the last look, sorted, such as `CallbacksBound SessionsCompleted`.
    fn counted(&self) -> String {
        let mut names = Vec::new();
        for line in self.lines() {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            if directive["Dimensions"] == json!([["ClientEnvironment"]]) {
                let name = directive["Metrics"][0]["Name"].as_str().expect("a name");
                assert_eq!(line[name], 1, "{line}");
                assert_eq!(line["ClientEnvironment"], "STAGE", "{line}");
                names.push(name.to_owned());
            }
        }
        names.sort();
        names.join(" ")
    }
}

async fn deliver(world: &World) {
    world.machine.outbox.deliver().await.expect("the stream can be read");
}

#[test]
fn a_metric_is_a_line_in_the_embedded_metric_format() {
    let output = Output::watch();
    tracing::info_span!(target: "shared", "request", request_id = "r-1", leaf_user_id = "u-1")
        .in_scope(|| {
            Metric::SessionsExpired.record(ClientEnvironment::Production);
            let (call, latency) = (Call::ConfirmSharing, Duration::from_micros(12_500));
            Metric::UpstreamCall { call, latency, failed: true }.record(ClientEnvironment::Stage);
        });
    let at = 1_795_348_800_000_i64;
    assert_eq!(
        output.lines(),
        [
            json!({
                "_aws": { "Timestamp": at, "CloudWatchMetrics": [{
                    "Namespace": "Farms",
                    "Dimensions": [["ClientEnvironment"]],
                    "Metrics": [{ "Name": "SessionsExpired", "Unit": "Count" }],
                }] },
                "function": "sharing-confirmation", "request_id": "r-1",
                "ClientEnvironment": "PRODUCTION", "SessionsExpired": 1,
            }),
            json!({
                "_aws": { "Timestamp": at, "CloudWatchMetrics": [{
                    "Namespace": "Farms",
                    "Dimensions": [["ClientEnvironment", "Call"]],
                    "Metrics": [
                        { "Name": "UpstreamLatency", "Unit": "Milliseconds" },
                        { "Name": "UpstreamErrors", "Unit": "Count" },
                    ],
                }] },
                "function": "sharing-confirmation", "request_id": "r-1",
                "ClientEnvironment": "STAGE", "Call": "ConfirmSharing", "UpstreamLatency": 12.5,
                "UpstreamErrors": 1,
            }),
        ]
    );
}

#[tokio::test]
async fn a_connection_is_counted_once_however_often_its_callback_comes() {
    let world = World::start().await;
    let output = Output::watch();
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    assert_eq!(output.counted(), "SessionsStarted");
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 2 }))
        .await;
    let callback = world.share(FARM).await;
    for outcome in ["finishing", "finishing", "connected", "connected", "connected"] {
        assert_eq!(world.browser().open(&callback).await.outcome, outcome);
    }
    deliver(&world).await;
    world.pass(20, 0);
    deliver(&world).await;
    assert_eq!(output.counted(), "CallbacksBound SessionsCompleted");
}

#[tokio::test]
async fn a_callback_of_nobody_is_counted_when_it_is_kept_and_not_when_it_is_repeated() {
    let world = World::start().await;
    let output = Output::watch();
    let callback = world.share(FARM).await;
    for _ in 0..3 {
        assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    }
    assert_eq!(output.counted(), "CallbacksUnbound");
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    assert_eq!(output.counted(), "SessionsCompleted SessionsStarted", "it claims what was kept");
}

#[tokio::test]
async fn a_callback_that_is_refused_is_counted_as_unbound() {
    let world = World::start().await;
    let (owner, other) = (world.create_user("owner").await, world.create_user("other").await);
    let mut browser = world.hop(&world.start_session(&other, None).await).await;
    world.connect(&owner, FARM).await;
    let output = Output::watch();
    assert_eq!(browser.open(&world.callback(FARM)).await.outcome, "operationOwned");
    assert_eq!(output.counted(), "CallbacksUnbound");
}

#[tokio::test]
async fn a_session_that_expires_is_counted_once_by_whoever_stores_it() {
    let world = World::start().await;
    let output = Output::watch();
    let (late, refused) = (world.create_user("late").await, world.create_user("refused").await);
    world.start_session(&late, None).await;
    world.start_session(&refused, Some(FARM)).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    world.browser().open(&world.callback(FARM)).await;
    deliver(&world).await;
    assert_eq!(output.counted(), "CallbacksBound SessionsStarted SessionsStarted");
    world.pass(15, 0);
    // The one by the queue of ends; the other by the finisher, whom Panorama refuses the operation.
    deliver(&world).await;
    assert_eq!(output.counted(), "SessionsExpired SessionsExpired");
    for _ in 0..3 {
        world.pass(15, 0);
        deliver(&world).await;
    }
    assert_eq!(output.counted(), "");
}

#[tokio::test]
async fn a_credential_that_is_revoked_and_recovers_is_counted_each_time_and_its_session_is_not() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let output = Output::watch();
    world.unshare(FARM).await;
    world.pass(15, 0);
    world.check_after(0).await;
    world.check_after(0).await;
    assert_eq!(output.counted(), "CredentialsRevoked");

    // Not shared: the session is refused at its second handshake, which is no end of its 15
    // minutes.
    assert_eq!(world.browser().open(&world.callback(FARM)).await.outcome, "notBound");
    assert_eq!(output.counted(), "CallbacksBound");

    let (status, _) = world.post_start(&user, &world.start_body("STAGE", Some(FARM))).await;
    assert!(status.is_success());
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(
        output.counted(),
        "CallbacksBound CredentialsRecovered SessionsCompleted SessionsStarted"
    );

    world.unshare(FARM).await;
    world.pass(15, 0);
    world.check_after(0).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(
        output.counted(),
        "CallbacksBound CredentialsRecovered CredentialsRevoked",
        "without a new session"
    );
}

#[tokio::test]
async fn a_login_that_stays_refused_is_counted_by_every_check() {
    let world = World::start().await;
    world.connected("maria", FARM).await;
    let output = Output::watch();
    world.check_after(0).await;
    assert_eq!(output.counted(), "");
    let change = world.panorama("/control/partners/STAGE/password");
    let changed =
        world.http.post(change).json(&json!({ "password": "Another-One-2026" })).send().await;
    assert!(changed.expect("an answer").status().is_success());
    for order in ["revokeRefreshTokens", "expireTokens"] {
        world.fault(json!({ "fault": order })).await;
    }
    let mut counted = Vec::new();
    for _ in 0..6 {
        world.pass(15, 0);
        world.check_after(0).await;
        counted.push(output.counted());
    }
    assert_eq!(counted, ["PartnerLoginsRefused"; 6], "also while it is left alone");
}

#[tokio::test]
async fn a_refused_sign_in_is_counted_and_one_that_works_is_not() {
    let world = World::start().await;
    let output = Output::watch();
    let (owner, wrong) = (&world.machine.ready.owner, "wrong password, 15 characters");
    for (username, password) in
        [(owner.username, owner.password), (owner.username, wrong), ("nobody@example.com", wrong)]
    {
        let body = json!({ "username": username, "password": password, "rememberMe": false });
        world
            .http
            .post(world.api("/api/authenticate"))
            .json(&body)
            .send()
            .await
            .expect("an answer");
    }
    let refused: Vec<_> =
        output.lines().into_iter().filter(|line| line["SignInsRefused"] == 1).collect();
    assert_eq!(refused.len(), 2);
    for line in refused {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([[]]), "an alarm looks at all of them");
        assert!(!line.to_string().contains("nobody@example.com"), "{line}");
    }
}

/// How old the oldest was that a queue's function could not finish, at each of its tries since the
/// last look.
fn oldest_unfinished(output: &Output, queue: &str) -> Vec<u64> {
    let lines = output.lines().into_iter().filter(|line| line["Queue"] == queue);
    lines.map(|line| line["OldestUnfinished"].as_u64().expect("seconds")).collect()
}

/// SQS stops telling the age of what was received three times.
#[tokio::test]
async fn each_try_to_finish_a_confirmation_tells_how_long_it_has_been_waiting() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 0 }))
        .await;
    assert_eq!(world.browser().open(&world.share(FARM).await).await.outcome, "finishing");
    deliver(&world).await;
    let output = Output::watch();
    for _ in 0..70 {
        world.pass(1, 0);
        deliver(&world).await;
    }
    let told = oldest_unfinished(&output, "confirmations");
    assert!(
        told.len() >= 60 && told.is_sorted() && told.last().is_some_and(|age| *age >= 3_600),
        "{told:?}"
    );

    world.http.delete(world.panorama("/control/faults")).send().await.expect("an answer");
    world.pass(60, 0);
    deliver(&world).await;
    world.pass(60, 0);
    deliver(&world).await;
    assert_eq!(oldest_unfinished(&output, "confirmations"), [0; 0], "it is finished");
}

#[tokio::test]
async fn every_call_to_panorama_has_its_time_and_whether_it_failed() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    let output = Output::watch();
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    for outcome in ["finishing", "connected"] {
        assert_eq!(world.browser().open(&callback).await.outcome, outcome);
    }
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "call": "initiateAuth", "fault": "dropBefore" })).await;
    world.check_after(0).await;
    world.check_after(0).await;
    let calls: Vec<_> = output
        .lines()
        .iter()
        .filter(|line| line["Call"].is_string())
        .map(|line| {
            assert!(line["UpstreamLatency"].is_number(), "{line}");
            format!("{} {}", line["Call"].as_str().expect("a name"), line["UpstreamErrors"])
        })
        .collect();
    let asked = world.calls("initiateAuth").await;
    assert!(asked > 0);
    assert_eq!(
        calls,
        [
            "ConfirmSharing 1",
            "ConfirmSharing 0",
            // The token is refused, which is an answer; its renewal fails. The next check finds the
            // old token, and renews it.
            "ListSharing 0",
            "InitiateAuth 1",
            "ListSharing 0",
            "InitiateAuth 0",
            "ListSharing 0",
        ]
    );
}

#[tokio::test]
async fn a_log_line_says_function_request_and_leaf_user() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let output = Output::watch();
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.browser().ask_from(None, &callback).await;
    world.status(&user).await;
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    world.json(world.owner(reqwest::Method::GET, &path)).await;
    let answered: Vec<_> =
        output.lines().into_iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 4);
    for line in answered {
        assert_eq!(line["function"], "sharing-confirmation", "{line}");
        assert_eq!(line["leaf_user_id"], *user, "{line}");
        assert_eq!(line["level"], "INFO", "{line}");
        assert_eq!(line["timestamp"], world.clock.now().to_string(), "{line}");
        assert!(line["request_id"].as_str().is_some_and(|id| id.len() == 36), "{line}");
    }

    // From a queue: each message has the Leaf user that it is about.
    let other = world.create_user("other").await;
    world.start_session(&other, None).await;
    deliver(&world).await;
    world.pass(15, 0);
    output.lines();
    deliver(&world).await;
    let expired: Vec<_> = output
        .lines()
        .into_iter()
        .filter(|line| line["message"] == "a session has expired")
        .collect();
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0]["leaf_user_id"], *other);
}
