//! The process stops: after each single call of everything that makes more than one, what was begun
//! is finished by others, once.

use std::time::Duration;

use application::ports::clock::Clock as _;
use application::use_cases::expire_session::expire_session;
use application::use_cases::resume_handshake::resume_handshake;
use domain::session::State;
use local::function_scope;
use reqwest::header::{COOKIE, REFERER};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;

use crate::doomed::Doomed;
use crate::manual_creation::{already_shared, refresh_token};
use crate::world::{FARM, MANAGEMENT, World};

/// No flow makes more calls; a test that gets here counts something that never ends.
const MORE_THAN_ANY: usize = 40;

/// What others do about a crash without being asked: the queue delivers, after the lease of whoever
/// died and more.
async fn others_finish(world: &World) {
    for _ in 0..3 {
        world.machine.outbox.deliver().await.expect("the stream can be read");
        world.clock.advance(Duration::from_secs(61));
    }
    world.machine.outbox.deliver().await.expect("the stream can be read");
}

/// One ACTIVE credential, one owner, one success in the history, and a session that waits for
/// nothing.
async fn assert_connected_once(world: &World, user: &str, after: usize) {
    assert_eq!(world.status(user).await, "ACTIVE", "after {after} calls");
    let rows = world
        .machine
        .dynamodb
        .scan()
        .table_name(local::environment::TABLE_NAME)
        .send()
        .await
        .expect("the rows");
    let with_sort_key = |name: &str| {
        rows.items()
            .iter()
            .filter(|row| row["sk"].as_s().is_ok_and(|sort_key| sort_key.starts_with(name)))
            .count()
    };
    assert_eq!(with_sort_key("CREDENTIAL"), 1, "after {after} calls");
    assert_eq!(with_sort_key("OWNER"), 1, "after {after} calls");
    assert_eq!(with_sort_key("KEPT"), 0, "after {after} calls");
    let sessions = rows
        .items()
        .iter()
        .filter(|row| row["sk"].as_s().is_ok_and(|sort_key| sort_key == "SESSION"));
    for session in sessions {
        assert_ne!(session["state"].as_s().expect("a state"), "Confirming", "after {after} calls");
    }
    assert_eq!(successes(world, user).await, 1, "after {after} calls");
}

async fn successes(world: &World, user: &str) -> usize {
    world.events(user).await.iter().filter(|event| event["statusCode"] == 200).count()
}

async fn check(
    service: &shared::service::Service,
    world: &World,
) -> Option<check_connections::Report> {
    let deadline = world.clock.now().plus(Duration::from_mins(1));
    function_scope::check_connections(service, deadline).await.ok()
}

fn callback_of(
    world: &World,
    cookies: &std::collections::BTreeMap<String, String>,
) -> RequestBuilder {
    let cookies: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    world
        .http
        .get(world.callback(FARM))
        .header(COOKIE, cookies.join("; "))
        .header(REFERER, world.panorama("/"))
}

#[tokio::test]
async fn a_callback_is_finished_by_the_queue_once_it_is_stored_and_by_a_repeat_before() {
    for (code, with_cookie) in [(None, true), (Some(FARM), false)] {
        for calls in 0.. {
            assert!(calls < MORE_THAN_ANY);
            let world = World::start().await;
            let user = world.create_user("maria").await;
            let started = world.start_session(&user, code).await;
            let mut browser = if with_cookie { world.hop(&started).await } else { world.browser() };
            let callback = world.share(FARM).await;
            let doomed = Doomed::after(calls, &world).await;
            let done = doomed.take(callback_of(&world, &browser.cookies)).await;
            let asked = world.calls("confirmSharing").await;

            others_finish(&world).await;
            if world.status(&user).await == "PENDING" {
                assert_eq!(
                    asked, 0,
                    "after {calls} calls Panorama was asked, so the confirmation was stored"
                );
                assert_eq!(
                    browser.open(&callback).await.outcome,
                    "connected",
                    "after {calls} calls"
                );
            }
            assert_connected_once(&world, &user, calls).await;
            assert_eq!(browser.open(&callback).await.outcome, "connected", "after {calls} calls");
            assert_eq!(
                (&*world.status(&user).await, successes(&world, &user).await),
                ("ACTIVE", 1),
                "after {calls} calls"
            );
            if done {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_start_that_claims_a_kept_confirmation_is_finished_by_the_queue_or_by_another_start() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        let user = world.create_user("maria").await;
        let callback = world.share(FARM).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
        let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        let body = world.start_body("STAGE", Some(FARM));
        let doomed = Doomed::after(calls, &world).await;
        let done = doomed.take(world.owner(Method::POST, &path).json(&body)).await;

        others_finish(&world).await;
        if world.status(&user).await == "integrationNotStarted" {
            assert_eq!(
                world.start_session(&user, Some(FARM)).await.status,
                "ACTIVE",
                "after {calls} calls"
            );
        }
        assert_connected_once(&world, &user, calls).await;
        if done {
            break;
        }
    }
}

#[tokio::test]
async fn a_finisher_is_finished_by_the_next() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        let user = world.create_user("maria").await;
        world.start_session(&user, Some(FARM)).await;
        world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
        let callback = world.share(FARM).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "finishing");
        world.machine.outbox.deliver().await.expect("the stream can be read");
        world.clock.advance(Duration::from_hours(1));
        let doomed = Doomed::after(calls, &world).await;
        // What it answers, it answers to a queue that is not told.
        let finishing = resume_handshake(&doomed.service.ports, user.parse().expect("an id"));
        let _unheard = function_scope::as_function("finish-confirmations", finishing).await;

        others_finish(&world).await;
        assert_connected_once(&world, &user, calls).await;
        if !doomed.has_died() {
            break;
        }
    }
}

#[tokio::test]
async fn an_end_that_was_not_noted_is_noted_by_the_next() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        let user = world.create_user("maria").await;
        let started = world.start_session(&user, Some(FARM)).await;
        world.machine.outbox.deliver().await.expect("the stream can be read");
        world.pass(15, 0);
        let doomed = Doomed::after(calls, &world).await;
        let (user, session) =
            (user.parse().expect("an id"), started.session_id.parse().expect("an id"));
        let _unheard =
            expire_session(&doomed.service.ports, &*doomed.service.records, user, session).await;

        others_finish(&world).await;
        let [session] =
            &world.machine.service.ports.connections.sessions_of(&[user]).await.expect("read")[..]
        else {
            panic!("after {calls} calls there is no session")
        };
        assert_eq!((&session.state, session.version), (&State::Expired, 2), "after {calls} calls");
        if !doomed.has_died() {
            break;
        }
    }
}

#[tokio::test]
async fn a_manual_creation_is_all_or_nothing() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        already_shared(&world, FARM).await;
        let user = world.create_user("maria").await;
        let stage = &world.machine.ready.stage;
        let body = json!({
            "clientId": stage.client_id, "username": stage.partner.username,
            "password": stage.partner.password,
            "organizationCode": FARM, "refreshToken": refresh_token(&world).await,
            "clientEnvironment": "STAGE",
        });
        let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
        let doomed = Doomed::after(calls, &world).await;
        let done = doomed.take(world.owner(Method::POST, &path).json(&body)).await;

        if world.status(&user).await == "integrationNotStarted" {
            assert_eq!(world.events(&user).await.len(), 0, "after {calls} calls");
            let (status, answer) = world.json(world.owner(Method::POST, &path).json(&body)).await;
            assert_eq!(status, StatusCode::CREATED, "after {calls} calls: {answer}");
        }
        assert_connected_once(&world, &user, calls).await;
        if done {
            break;
        }
    }
}

#[tokio::test]
async fn a_check_that_dies_has_revoked_or_has_not() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        world.unshare(FARM).await;
        world.pass(15, 0);
        let doomed = Doomed::after(calls, &world).await;
        let _unheard = check(&doomed.service, &world).await;
        let (status, events) = (world.status(&user).await, world.events(&user).await.len());
        assert!(
            [("ACTIVE", 1), ("REVOKED", 2)].contains(&(&*status, events)),
            "after {calls} calls: {status}, {events}"
        );

        world.pass(15, 0);
        let report = check(&world.machine.service, &world).await.expect("a report");
        assert_eq!((report.done, report.unavailable), (1, 0), "after {calls} calls");
        assert_eq!(
            (&*world.status(&user).await, world.events(&user).await.len()),
            ("REVOKED", 2),
            "after {calls} calls"
        );
        if !doomed.has_died() {
            break;
        }
    }
}

#[tokio::test]
async fn a_check_that_dies_while_a_farmer_comes_back_is_finished_by_the_next() {
    for calls in 0.. {
        assert!(calls < MORE_THAN_ANY);
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        world.unshare(FARM).await;
        world.pass(15, 0);
        check(&world.machine.service, &world).await.expect("a report");
        world.clock.advance(Duration::from_hours(24 * 9));
        let callback = world.share(FARM).await;
        assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
        let doomed = Doomed::after(calls, &world).await;
        let _unheard = check(&doomed.service, &world).await;

        world.pass(15, 0);
        check(&world.machine.service, &world).await.expect("a report");
        assert_eq!(
            (&*world.status(&user).await, world.events(&user).await.len()),
            ("ACTIVE", 3),
            "after {calls} calls"
        );
        world.pass(15, 0);
        let report = check(&world.machine.service, &world).await.expect("a report");
        assert_eq!((report.revoked, report.recovered), (0, 0), "after {calls} calls");
        if !doomed.has_died() {
            break;
        }
    }
}

#[tokio::test]
async fn a_refresh_of_the_partners_tokens_that_dies_locks_nobody_out() {
    for rotating in [false, true] {
        for calls in 0.. {
            assert!(calls < MORE_THAN_ANY);
            let world = World::start().await;
            let user = world.connected("maria", FARM).await;
            world.fault(json!({ "fault": "rotateRefreshTokens", "enabled": rotating })).await;
            world.fault(json!({ "fault": "expireTokens" })).await;
            world.pass(15, 0);
            let doomed = Doomed::after(calls, &world).await;
            let _unheard = check(&doomed.service, &world).await;

            world.pass(15, 0);
            // A new process as well as the one that has been there all the time.
            let fresh = Doomed::after(MORE_THAN_ANY, &world).await;
            for service in [&fresh.service, &world.machine.service] {
                let report = check(service, &world).await.expect("a report");
                assert_eq!(
                    (report.done, report.compared),
                    (1, 1),
                    "after {calls} calls, rotating: {rotating}"
                );
            }
            assert_connected_once(&world, &user, calls).await;
            if !doomed.has_died() {
                break;
            }
        }
    }
}
