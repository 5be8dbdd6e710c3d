//! `DELETE …?untilSwitchedOff=true`: the operation is nobody's until its farmer has switched
//! sharing off, however somebody with the code tries to connect it.

use local::Upstream;
use reqwest::Method;
use serde_json::{Value, json};

use crate::manual_creation::refresh_token;
use crate::world::{MANAGEMENT, World};

const FARM: &str = "krwv4vYH";

impl World {
    async fn withdraw(&self, user: &str) {
        let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials?untilSwitchedOff=true");
        self.ask(Method::DELETE, &path).await.no_content();
    }

    /// A start with the code, and manual creation: their `errorKey`s.
    async fn tried_with_the_code(&self, user: &str) -> [Value; 2] {
        let stage = &self.machine.ready.stage;
        let mut body = json!({
            "clientId": stage.client_id, "clientEnvironment": "STAGE",
            "username": stage.partner.username, "password": stage.partner.password,
            "organizationCode": FARM,
        });
        let start = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        let start = self.json(self.owner(Method::POST, &start).json(&body)).await.1;
        body["refreshToken"] = refresh_token(self).await.into();
        let create = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
        let create = self.json(self.owner(Method::POST, &create).json(&body)).await.1;
        [start["errorKey"].clone(), create["errorKey"].clone()]
    }
}

async fn connected(world: &World) -> String {
    let user = world.create_user("maria").await;
    world.connect(&user, FARM).await;
    world.pass(5, 0);
    user
}

#[tokio::test]
async fn whoever_has_the_code_connects_it_to_nobody_while_the_switch_stays_on() {
    let world = World::start().await;
    let maria = connected(&world).await;
    let dale = world.create_user("dale").await;
    world.withdraw(&maria).await;
    assert_eq!(world.status(&maria).await, "integrationNotStarted");
    let confirms = world.calls("confirmSharing").await;

    let mut browser = world.hop(&world.start_session(&dale, None).await).await;
    for _ in 0..3 {
        for user in [&maria, &dale] {
            assert_eq!(world.tried_with_the_code(user).await, ["operationWithdrawn"; 2]);
        }
        // A callback is whatever the caller writes: its headers, too.
        assert_eq!(world.browser().open(&world.callback(FARM)).await.outcome, "notBound");
        assert_eq!(browser.open(&world.callback(FARM)).await.outcome, "notBound");
        assert_eq!(browser.say_yes(&world.callback(FARM)).await.outcome, "notBound");
        world.check_after(3).await;
    }
    assert_eq!(world.status(&dale).await, "PENDING", "the farmer may choose another operation");
    assert_eq!(world.calls("confirmSharing").await, confirms);
}

#[tokio::test]
async fn a_handshake_that_is_finished_after_the_withdrawal_connects_nobody_and_says_why() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut dales = world.hop(&world.start_session(&dale, None).await).await;
    let callback = world.share(FARM).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 1 }))
        .await;
    assert_eq!(dales.open(&callback).await.outcome, "finishing");

    // Meanwhile it is somebody else's, and then nobody's.
    world.start_session(&maria, Some(FARM)).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    world.withdraw(&maria).await;
    world.deliver_after(0).await;
    world.deliver_after(61).await;
    assert_eq!(world.status(&dale).await, "PENDING", "the farmer may yet switch off and on");
    let told = json!(world.events(&dale).await).to_string();
    assert!(told.contains("until its farmer switches sharing off"), "{told}");
    assert!(!told.contains("another Leaf user"), "{told}");
}

#[tokio::test]
async fn a_farmer_who_switches_off_and_on_again_is_connected() {
    let world = World::start().await;
    let maria = connected(&world).await;
    world.withdraw(&maria).await;
    world.unshare(FARM).await;
    world
        .fault(json!({ "call": "listSharing", "fault": "status", "status": 503, "times": 1 }))
        .await;
    assert_eq!(world.check_after(15).await.unavailable, 1);
    assert_eq!(
        world.tried_with_the_code(&maria).await[0],
        "operationWithdrawn",
        "no answer is no news"
    );

    world.check_after(15).await;
    let dale = world.create_user("dale").await;
    world.start_session(&dale, Some(FARM)).await;
    assert_eq!(world.status(&dale).await, "PENDING", "of the operation nothing is left");
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&dale).await, "ACTIVE");
}

#[tokio::test]
async fn a_listing_that_may_not_have_it_yet_releases_nothing() {
    let world = World::start().await;
    let maria = connected(&world).await;
    world.withdraw(&maria).await;
    world.unshare(FARM).await;
    world.check_after(2).await;
    assert_eq!(world.tried_with_the_code(&maria).await[0], "operationWithdrawn");
    world.check_after(1).await;
    assert_eq!(
        world.tried_with_the_code(&maria).await,
        [Value::Null, "organizationCodeNotShared".into()]
    );
}

#[tokio::test]
async fn an_operation_that_was_seen_to_be_off_is_free_at_once() {
    let world = World::start().await;
    let maria = connected(&world).await;
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    world.withdraw(&maria).await;
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "PENDING");
}

#[tokio::test]
async fn a_leaf_user_is_deleted_strictly_or_as_at_leaf() {
    let world = World::start().await;
    for (query, expected) in [
        ("?untilSwitchedOff=true", "operationWithdrawn"),
        ("?untilSwitchedOff=false", ""),
        ("", ""),
    ] {
        let maria = connected(&world).await;
        world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{maria}{query}")).await.no_content();
        let dale = world.create_user("dale").await;
        let tried = world.tried_with_the_code(&dale).await;
        assert_eq!(tried[0].as_str().unwrap_or_default(), expected, "{query}");
        if expected.is_empty() {
            world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{dale}")).await.no_content();
        } else {
            world.unshare(FARM).await;
            world.check_after(15).await;
        }
    }
}

#[tokio::test]
async fn it_is_true_or_false_and_not_for_proxy_mode() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    for path in [
        format!("{MANAGEMENT}/users/{maria}"),
        format!("{MANAGEMENT}/users/{maria}/panorama-credentials"),
    ] {
        let answer = world.ask(Method::DELETE, &format!("{path}?untilSwitchedOff=yes")).await;
        answer.problem_of(400, "malformedField", &["untilSwitchedOff"]);
    }
    let world = World::start_on(Upstream::Leaf).await;
    let maria = world.create_user("maria").await;
    let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials?untilSwitchedOff=true");
    let answer = world.ask(Method::DELETE, &path).await;
    answer.problem_of(400, "malformedField", &["untilSwitchedOff"]);
}
