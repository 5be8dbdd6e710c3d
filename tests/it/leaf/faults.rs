//! Leaf is down, slow, limits us, refuses us, or mumbles: clear errors, no lost session, no storm
//! of calls.

use std::time::Duration;

use local::Upstream;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

/// What goes wrong for good, the `errorKey` of a start then, and how many calls a request may cost.
fn bad_days() -> [(Value, u16, &'static str, usize); 6] {
    [
        (json!({ "fault": "down", "times": 0 }), 503, "leafUnavailable", 1),
        (json!({ "fault": "status", "status": 500, "times": 0 }), 503, "leafUnavailable", 1),
        (json!({ "fault": "status", "status": 503, "times": 0 }), 503, "leafUnavailable", 1),
        (json!({ "fault": "malformed", "times": 0 }), 502, "leafBadAnswer", 1),
        // The call, a new token, and that is that.
        (json!({ "fault": "status", "status": 401, "times": 0 }), 502, "leafLoginRefused", 2),
        (
            json!({ "fault": "status", "status": 429, "retryAfter": 17, "times": 0 }),
            503,
            "leafUnavailable",
            1,
        ),
    ]
}

#[tokio::test]
async fn a_status_is_what_is_stored_when_leaf_cannot_be_asked() {
    for (fault, _, _, most) in bad_days() {
        let world = World::in_proxy_mode().await;
        let user = world.connected("maria", FARM).await;
        let before = world.credential(&user).await.1;
        world.pass(1, 0);
        world.disturb(&fault).await;
        let calls = world.leaf_calls("").await;
        assert_eq!(
            world.credential(&user).await.1,
            before,
            "{fault}: with the time of the last answer"
        );
        assert!(world.leaf_calls("").await - calls <= most, "{fault}");
        world.leaf_is_back().await;
        world.pass(2, 0);
        let after = world.credential(&user).await.1;
        assert!(after["checkedAt"].as_str() > before["checkedAt"].as_str(), "{fault}: {after}");
    }
}

#[tokio::test]
async fn a_start_that_leaf_cannot_begin_says_why_and_changes_nothing() {
    for (fault, status, error_key, most) in bad_days() {
        let world = World::in_proxy_mode().await;
        let user = world.create_user("maria").await;
        world.disturb(&fault).await;
        let calls = world.leaf_calls("").await;
        let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        let answer =
            world.ask_with(Method::POST, &path, &world.start_body("STAGE", Some(FARM))).await;
        answer.problem(status, error_key);
        assert_eq!(
            answer.header("retry-after").is_some(),
            status == 503 || error_key.contains("Login") || error_key.contains("Bad")
        );
        assert!(world.leaf_calls("").await - calls <= most, "{fault}");
        world.leaf_is_back().await;
        world.pass(2, 0);
        assert_eq!(world.status(&user).await, "integrationNotStarted", "{fault}");
    }
}

#[tokio::test]
async fn a_farmer_who_comes_while_leafs_api_cannot_be_asked_is_connected_when_it_can() {
    for (fault, ..) in bad_days() {
        let world = World::in_proxy_mode().await;
        let user = world.create_user("maria").await;
        world.start_session(&user, None).await;
        let link = world.start_session(&user, None).await.sign_in_url;
        let mut browser = world.browser();
        world.go_to_panorama(&mut browser, &link).await;
        let callback = world.share(FARM).await;
        world.disturb(&fault).await;
        assert_eq!(
            world.land(&mut browser, &callback).await.outcome,
            "connected",
            "{fault}: Leaf's page itself is there"
        );
        assert_eq!(world.status(&user).await, "PENDING", "{fault}");
        world.deliver_after(0).await;
        world.deliver_after(31).await;
        assert_eq!(world.status(&user).await, "PENDING", "{fault}");
        world.leaf_is_back().await;
        world.deliver_after(20 * 60).await;
        assert_eq!(world.status(&user).await, "ACTIVE", "{fault}");
    }
}

#[tokio::test]
async fn a_limit_is_kept_for_as_long_as_leaf_said() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    world.disturb(&json!({ "fault": "status", "status": 429, "retryAfter": 17 })).await;
    let calls = world.leaf_calls("").await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials?verify=true");
    for (seconds, left) in [(0, "17"), (5, "12"), (11, "1")] {
        world.pass(0, seconds);
        let answer = world.ask(Method::GET, &path).await;
        answer.problem(503, "leafUnavailable");
        assert_eq!(answer.header("retry-after"), Some(left));
    }
    assert_eq!(world.leaf_calls("").await, calls + 1);
    world.pass(0, 1);
    assert_eq!(world.ask(Method::GET, &path).await.json(200)["status"], "ACTIVE");
}

#[tokio::test]
async fn a_check_that_leaf_limits_goes_on_where_it_was() {
    let world = World::in_proxy_mode().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    for code in [FARM, OTHER_FARM] {
        world.unshare(code).await;
    }
    world.pass(15, 0);
    let leaf = world.machine.leaf.as_ref().expect("Leaf");
    let deadline =
        application::ports::clock::Clock::now(&*world.clock).plus(Duration::from_mins(1));
    assert_eq!(
        local::function_scope::check_connections(&leaf.service, deadline)
            .await
            .expect("a report")
            .revoked,
        2
    );
    // The second question is refused.
    let slow_down = json!({
        "fault": "status", "status": 429, "retryAfter": 60,
        "path": format!("{dale}/panorama-credentials"),
    });
    let slow_down_too = json!({
        "fault": "status", "status": 429, "retryAfter": 60,
        "path": format!("{maria}/panorama-credentials"),
    });
    let asked_before = world.leaf_calls("/panorama-credentials").await;
    for fault in [&slow_down, &slow_down_too] {
        world.disturb(fault).await;
    }
    let report = local::function_scope::check_connections(&world.machine.service, deadline)
        .await
        .expect("a report");
    assert_eq!((report.unavailable, report.revoked), (1, 0));
    assert_eq!(
        world.leaf_calls("/panorama-credentials").await,
        asked_before + 1,
        "it stops at once"
    );
    world.leaf_is_back().await;
    world.pass(1, 0);
    let later = deadline.plus(Duration::from_mins(5));
    let report = local::function_scope::check_connections(&world.machine.service, later)
        .await
        .expect("a report");
    assert_eq!((report.done, report.revoked), (1, 2));
}

#[tokio::test]
async fn a_token_that_leaf_refuses_is_renewed_once_and_nobody_notices() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    let logins = world.leaf_calls("/api/authenticate").await;
    world
        .disturb(&json!({ "fault": "status", "status": 401, "path": "/panorama-credentials" }))
        .await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials?verify=true");
    assert_eq!(world.ask(Method::GET, &path).await.json(200)["status"], "ACTIVE");
    assert_eq!(world.leaf_calls("/api/authenticate").await, logins + 1);
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    assert_eq!(world.leaf_calls("/api/authenticate").await, 1, "one for everything so far");
    world.pass(30 * 24 * 60 - 6, 0);
    let world = World { token: world.sign_in().await, ..world };
    world.status(&user).await;
    assert_eq!(world.leaf_calls("/api/authenticate").await, 1);
    world.pass(2, 0);
    world.status(&user).await;
    assert_eq!(world.leaf_calls("/api/authenticate").await, 2);
}

#[tokio::test]
async fn a_word_that_nobody_knows_changes_nothing() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    world.disturb(&json!({ "fault": "unknownStatus", "times": 0 })).await;
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.check_after(15).await.unavailable, 0);
    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn a_leaf_that_is_too_slow_is_not_waited_for() {
    let world = World::start_with(|options| {
        options.upstream = Upstream::Leaf;
        options.upstream_timeout = Some(Duration::from_millis(400));
    })
    .await;
    let user = world.create_user("maria").await;
    world.disturb(&json!({ "fault": "slow", "delayMs": 5_000, "times": 0 })).await;
    let (status, problem) = world.post_start(&user, &world.start_body("STAGE", None)).await;
    assert_eq!((status.as_u16(), &problem["errorKey"]), (503, &json!("leafUnavailable")));
    assert_eq!(world.status(&user).await, "integrationNotStarted");
}
