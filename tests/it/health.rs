//! A connection tells the truth: the scheduled check, the live look, and the check of a partner's
//! set-up.

use std::time::Duration;

use application::ports::clock::Clock as _;
use aws_sdk_dynamodb::types::AttributeValue;
use local::environment::TABLE_NAME;
use local::function_scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

async fn look(world: &World, user: &str) -> (StatusCode, Value) {
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials?verify=true");
    world.json(world.owner(Method::GET, &path)).await
}

#[tokio::test]
async fn an_operation_that_left_the_listing_is_revoked_and_the_others_are_not() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.unshare(FARM).await;

    let report = world.check_after(15).await;

    assert_eq!((report.compared, report.revoked, report.recovered), (2, 1, 0));
    assert_eq!(world.status(&maria).await, "REVOKED");
    assert_eq!(world.status(&dale).await, "ACTIVE");
    assert_eq!(world.events(&maria).await.len(), 2);
    assert_eq!(world.events(&dale).await.len(), 1);
    assert_eq!(world.check_after(15).await.revoked, 0, "only differences are written");
}

#[tokio::test]
async fn a_farmer_who_switches_on_again_soon_is_active_at_once() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    assert_eq!(world.status(&user).await, "REVOKED");

    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");

    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.calls("confirmSharing").await, 2);
}

#[tokio::test]
async fn an_old_callback_that_anybody_opens_ends_nothing_and_the_farmer_can_come_back() {
    for minutes in [1, 15] {
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        let before = stored_session(&world, &user).await;
        world.unshare(FARM).await;
        world.check_after(minutes + 2).await;
        assert_eq!(world.status(&user).await, "REVOKED");

        let strangers = world.browser().open(&world.callback(FARM)).await;
        assert_eq!(strangers.outcome, "notBound", "the switch is off");
        assert_eq!(stored_session(&world, &user).await, before, "after {minutes} minutes");
        // Nothing begins to wait for its end, so nobody is told of one.
        world.deliver_after(16 * 60).await;
        assert_eq!(stored_session(&world, &user).await, before, "after {minutes} minutes");

        let callback = world.share(FARM).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "connected");
        assert_eq!(world.status(&user).await, "ACTIVE");
    }
}

/// The stored state of a Leaf user's session, and the code that it is done with.
async fn stored_session(world: &World, user: &str) -> (String, Option<String>) {
    let read = world.machine.dynamodb.get_item().table_name(TABLE_NAME).consistent_read(true);
    let read = read.key("pk", AttributeValue::S(format!("USER#{user}")));
    let read = read.key("sk", AttributeValue::S("SESSION".to_owned()));
    let row = read.send().await.expect("read").item.expect("a session");
    let text = |name: &str| row.get(name).and_then(|value| value.as_s().ok()).cloned();
    (text("state").expect("a state"), text("confirmedCode"))
}

#[tokio::test]
async fn a_switch_that_was_off_for_a_moment_between_two_checks_is_mended_by_the_check() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.clock.advance(Duration::from_mins(5));
    world.unshare(FARM).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");

    world.check_after(15).await;
    world.check_after(15).await;

    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.calls("confirmSharing").await, 2);
}

#[tokio::test]
async fn a_farmer_who_switches_on_again_months_later_is_active_after_the_next_check() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    world.clock.advance(Duration::from_hours(24 * 25));

    let callback = world.share(FARM).await;
    assert_eq!(
        world.browser().open(&callback).await.outcome,
        "notBound",
        "it tells nobody that there is an owner"
    );
    let report = world.check_after(15).await;

    assert_eq!(report.recovered, 1);
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.check_after(15).await.recovered, 0);
}

#[tokio::test]
async fn a_credential_that_has_just_become_active_is_not_revoked_by_a_listing_from_before() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    assert_eq!(world.check_after(1).await.revoked, 0);
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.check_after(2).await.revoked, 1);
}

#[tokio::test]
async fn a_listing_that_cannot_be_read_changes_nothing() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    for fault in [
        json!({ "call": "listSharing", "fault": "status", "status": 503 }),
        json!({ "call": "listSharing", "fault": "status", "status": 429 }),
        json!({ "call": "listSharing", "fault": "malformed" }),
        json!({ "call": "listSharing", "fault": "dropBefore" }),
        json!({ "call": "listSharing", "fault": "dropAfter" }),
    ] {
        world.fault(fault.clone()).await;
        let report = world.check_after(15).await;
        assert_eq!((report.unavailable, report.revoked), (1, 0), "{fault}");
        assert_eq!(world.status(&user).await, "ACTIVE", "{fault}");
    }
    assert_eq!(world.check_after(15).await.revoked, 1);
}

#[tokio::test]
async fn a_refused_partner_login_is_one_mark_and_is_left_alone_for_longer_and_longer() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.partner_password_is_now("Another-2027").await;
    let before = world.calls("initiateAuth").await;

    assert_eq!(world.check_after(15).await.login_refused, 1);
    world.clock.advance(Duration::from_mins(1));
    for user in [&maria, &dale] {
        assert_eq!(world.status(user).await, "UNAUTHENTICATED");
        assert_eq!(world.events(user).await.len(), 1, "no write per farmer");
    }
    let first = world.calls("initiateAuth").await;
    assert!(first > before);
    assert_eq!(world.check_after(5).await.login_refused, 1);
    assert_eq!(world.calls("initiateAuth").await, first, "left alone");
    assert_eq!(world.check_after(15).await.login_refused, 1);
    assert!(world.calls("initiateAuth").await > first, "tried again");

    world.partner_password_is_now(world.machine.ready.stage.partner.password).await;
    assert_eq!(world.check_after(24 * 60).await.done, 1);
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(world.status(&maria).await, "ACTIVE", "never revoked");
}

#[tokio::test]
async fn a_check_that_runs_out_of_time_goes_on_where_it_was() {
    let world = World::start().await;
    world.connected("maria", FARM).await;
    let now = world.clock.now();
    let report =
        function_scope::check_connections(&world.machine.service, now).await.expect("a report");
    assert_eq!((report.out_of_time, report.compared), (1, 0));
    assert_eq!(world.check_after(15).await.compared, 1);
}

#[tokio::test]
async fn a_live_look_asks_panorama_at_most_once_a_minute() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.clock.advance(Duration::from_mins(5));

    let (status, first) = look(&world, &user).await;
    assert_eq!((status, &first["status"]), (StatusCode::OK, &"ACTIVE".into()), "{first}");
    world.unshare(FARM).await;
    world.clock.advance(Duration::from_secs(59));
    let (_, stored) = look(&world, &user).await;
    assert_eq!((&stored["status"], &stored["checkedAt"]), (&"ACTIVE".into(), &first["checkedAt"]));
    assert_eq!(world.calls("listSharing").await, 1);
    world.clock.advance(Duration::from_secs(1));

    let (_, fresh) = look(&world, &user).await;
    assert_eq!(fresh["status"], "REVOKED");
    assert!(fresh["checkedAt"].as_str() > first["checkedAt"].as_str(), "{fresh}");
    assert_eq!(world.calls("listSharing").await, 2);
}

#[tokio::test]
async fn a_live_look_at_a_young_credential_asks_about_the_operation_itself() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    // The listing is behind, as listings are; the operation is not.
    let behind =
        json!({ "call": "listSharing", "fault": "answer", "body": r#"{"items":[]}"#, "times": 0 });
    world.fault(behind).await;
    assert_eq!(look(&world, &user).await.1["status"], "ACTIVE");
    world.clock.advance(Duration::from_mins(1));
    let fields = json!({ "call": "listFields", "fault": "status", "status": 503 });
    world.mend().await;
    world.fault(fields).await;
    world.unshare(FARM).await;
    let (status, problem) = look(&world, &user).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"panoramaUnavailable".into())
    );
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(
        look(&world, &user).await.1["status"],
        "ACTIVE",
        "nobody has looked within the minute"
    );
    world.clock.advance(Duration::from_mins(2));
    assert_eq!(look(&world, &user).await.1["status"], "REVOKED");

    let user = world.connected("dale", OTHER_FARM).await;
    world.clock.advance(Duration::from_mins(1));
    world.unshare(OTHER_FARM).await;
    let (_, fresh) = look(&world, &user).await;
    assert_eq!(fresh["status"], "REVOKED", "a minute after ACTIVE: {fresh}");
}

#[tokio::test]
async fn a_live_look_that_panorama_does_not_answer_says_so_and_changes_nothing() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.fault(json!({ "call": "listSharing", "fault": "status", "status": 503 })).await;
    let (status, problem) = look(&world, &user).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"panoramaUnavailable".into())
    );
    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn a_set_up_that_works_is_told_with_the_address_for_the_partner_portal() {
    let world = World::start().await;
    let path =
        format!("{MANAGEMENT}/app-keys/Panorama/{}/STAGE/verify", world.machine.ready.app_name);
    let (status, report) = world.json(world.owner(Method::POST, &path)).await;
    assert_eq!((status, &report["ok"]), (StatusCode::OK, &true.into()), "{report}");
    let names: Vec<_> =
        report["checks"].as_array().expect("checks").iter().map(|check| &check["name"]).collect();
    let expected = [
        "loginWorks",
        "rightEnvironment",
        "listingWorks",
        "sharingUrlIdIsUuid",
        "sharingConfirmationUrl",
    ];
    assert_eq!(names, expected);
    assert!(report.to_string().contains("/sharing-confirmation/"), "{report}");
}

#[tokio::test]
async fn a_set_up_with_an_outdated_password_is_told_what_to_do() {
    let world = World::start().await;
    world.partner_password_is_now("Another-2027").await;
    let path =
        format!("{MANAGEMENT}/app-keys/Panorama/{}/STAGE/verify", world.machine.ready.app_name);
    let (_, report) = world.json(world.owner(Method::POST, &path)).await;
    assert_eq!(report["ok"], false);
    assert_eq!(report["checks"][0]["ok"], false, "{report}");
    assert!(report["checks"][0]["whatToDo"].as_str().expect("a text").contains("PUT"), "{report}");
}
