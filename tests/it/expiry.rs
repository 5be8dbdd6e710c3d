//! A farmer does not come, and that is noticed: `expire-sessions` behind stream, pipe and queue.
//! What everybody sees is the same as before it was noticed.

use application::ports::clock::Clock as _;
use application::ports::connections::SaveError;
use application::use_cases::expire_session::expire_session;
use application::use_cases::resume_handshake::Remaining;
use domain::session::{Lapsed, State};
use reqwest::StatusCode;
use serde_json::json;

use crate::world::{FARM, World};

/// Lets a time pass and the queues deliver; how many messages wait for the end of a session.
async fn after(world: &World, minutes: u64, seconds: u64) -> usize {
    world.pass(minutes, seconds);
    world.machine.outbox.deliver().await.expect("the stream can be read")["expiries"].waiting
}

/// What is stored of the Leaf user's session.
async fn stored(world: &World, user: &str) -> State {
    let user = user.parse().expect("an id");
    let mut sessions =
        world.machine.service.ports.connections.sessions_of(&[user]).await.expect("read");
    sessions.pop().expect("a session").state
}

#[tokio::test]
async fn a_session_whose_farmer_does_not_come_is_stored_as_expired_when_its_15_minutes_are_over() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, None).await;
    assert_eq!(after(&world, 0, 0).await, 1);
    assert_eq!(after(&world, 14, 59).await, 1);
    assert_eq!(stored(&world, &user).await, State::Pending);

    assert_eq!(after(&world, 0, 1).await, 0);

    assert_eq!(stored(&world, &user).await, State::Expired);
    assert_eq!(world.status(&user).await, "sessionExpired");
    assert_eq!(world.events(&user).await.len(), 0, "nothing was asked of Panorama");
}

#[tokio::test]
async fn each_of_two_sessions_of_a_leaf_user_has_its_own_end() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, None).await;
    after(&world, 0, 0).await;
    world.pass(10, 0);
    world.start_session(&user, None).await;
    assert_eq!(after(&world, 0, 0).await, 2);

    assert_eq!(after(&world, 5, 0).await, 1);
    assert_eq!(after(&world, 9, 59).await, 1);
    assert_eq!(
        stored(&world, &user).await,
        State::Pending,
        "the first one's end is not the second's"
    );
    assert_eq!(after(&world, 0, 1).await, 0);
    assert_eq!(stored(&world, &user).await, State::Expired);
}

#[tokio::test]
async fn a_session_that_is_connected_or_deleted_is_left_alone() {
    let world = World::start().await;
    let (maria, gone) = (world.create_user("maria").await, world.create_user("gone").await);
    world.connect(&maria, FARM).await;
    world.start_session(&gone, None).await;
    let path = format!("{}/users/{gone}", crate::world::MANAGEMENT);
    let (deleted, _) = world.json(world.owner(reqwest::Method::DELETE, &path)).await;
    assert_eq!(deleted, StatusCode::NO_CONTENT);
    assert_eq!(after(&world, 0, 0).await, 2);

    assert_eq!(after(&world, 15, 0).await, 0);

    assert!(matches!(stored(&world, &maria).await, State::Completed { .. }));
    assert_eq!(world.status(&maria).await, "ACTIVE");
}

/// It never was in the stream as one that waits from its start on.
#[tokio::test]
async fn a_session_that_began_with_a_kept_confirmation_and_was_refused_expires_as_well() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    world.unshare(FARM).await;
    assert_eq!(world.start_session(&user, Some(FARM)).await.status, "PENDING");
    assert_eq!(stored(&world, &user).await, State::Pending);
    after(&world, 0, 0).await;

    assert_eq!(after(&world, 15, 0).await, 0);

    assert_eq!(stored(&world, &user).await, State::Expired);
}

#[tokio::test]
async fn a_session_that_waits_for_panorama_when_its_time_ends_expires_if_panorama_refuses_it_then()
{
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "finishing");
    after(&world, 0, 0).await;
    assert_eq!(after(&world, 15, 0).await, 0);
    assert!(matches!(stored(&world, &user).await, State::Confirming(_)), "the farmer came in time");

    world.unshare(FARM).await;
    world.mend().await;
    after(&world, 60, 0).await;

    assert_eq!(stored(&world, &user).await, State::Expired);
    assert_eq!(world.status(&user).await, "sessionExpired");
}

#[tokio::test]
async fn a_late_farmer_sees_the_same_whether_or_not_the_end_was_noticed() {
    let mut seen = Vec::new();
    for noticed in [false, true] {
        let world = World::start().await;
        let (by_cookie, by_code) =
            (world.create_user("cookie").await, world.create_user("code").await);
        let started = world.start_session(&by_cookie, None).await;
        let mut browser = world.hop(&started).await;
        world.start_session(&by_code, Some(FARM)).await;
        let (other, callback) = (world.share("b3VxKq9R").await, world.share(FARM).await);
        after(&world, 0, 0).await;
        world.pass(15, 0);
        if noticed {
            assert_eq!(after(&world, 0, 0).await, 0);
            assert_eq!(stored(&world, &by_code).await, State::Expired);
        }
        let mut this = Vec::new();
        for url in [&other, &started.sign_in_url] {
            let page = browser.open(url).await;
            this.push(format!("{} {}", page.status, page.outcome));
        }
        this.push(browser.press(&started.sign_in_url).await.outcome);
        this.push(world.browser().open(&callback).await.outcome);
        this.push(world.state(&[&by_cookie, &by_code]).await);
        // Both confirmations were kept: a start with the code connects at once.
        this.push(world.start_session(&by_cookie, Some("b3VxKq9R")).await.status);
        this.push(world.start_session(&by_code, Some(FARM)).await.status);
        this.push(world.state(&[&by_cookie, &by_code]).await);
        seen.push(this);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][0], "410 Gone expired");
    assert_eq!(seen[0].last().map(String::as_str), Some("ACTIVE ACTIVE, 2 confirm"));
}

#[tokio::test]
async fn a_message_that_comes_too_early_is_delivered_again() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let session = world.start_session(&user, None).await.session_id.parse().expect("an id");
    let look = async || {
        let id = user.parse().expect("an id");
        expire_session(&world.machine.service.ports, &*world.machine.service.records, id, session)
            .await
            .expect("a look")
    };
    world.pass(14, 59);
    assert_eq!(look().await, Remaining::Something);
    world.pass(0, 1);
    assert_eq!(look().await, Remaining::Nothing);
    assert_eq!(stored(&world, &user).await, State::Expired);
}

#[tokio::test]
async fn a_hop_link_that_is_opened_between_the_look_and_the_write_loses_nothing() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let started = world.start_session(&user, None).await;
    let connections = &world.machine.service.ports.connections;
    let id = started.session_id.parse().expect("an id");
    let read = connections.find_session(id).await.expect("read").expect("a session");
    world.pass(14, 59);
    let mut browser = world.hop(&started).await;
    let Lapsed::Expired(expired) =
        read.lapse(world.clock.now().plus(std::time::Duration::from_secs(1)))
    else {
        panic!("its time is over")
    };

    let saved = connections.save(&expired, None).await;

    assert!(matches!(saved, Err(SaveError::Conflict)), "{saved:?}");
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
}
