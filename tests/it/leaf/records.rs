//! What Leaf knows and we do not: it is taken over, and followed.

use domain::session::State;
use local::Upstream;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

/// A Leaf user that was created at Leaf, before there was a service in front of it.
pub(crate) async fn user_of_leaf(world: &World) -> String {
    let body = json!({ "name": "dale", "email": "dale@farm.example" });
    let request = world.at_leaf(Method::POST, &format!("{MANAGEMENT}/users")).await;
    let (status, user) = world.json(request.json(&body)).await;
    assert_eq!(status, StatusCode::CREATED);
    user["id"].as_str().expect("an id").to_owned()
}

/// Connects it there, past the service.
pub(crate) async fn connect_at_leaf(world: &World, user: &str, code: &str) {
    let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
    let request = world.at_leaf(Method::POST, &path).await;
    assert_eq!(
        world.json(request.json(&world.start_body("STAGE", Some(code)))).await.0,
        StatusCode::OK
    );
    world.share(code).await;
    assert_eq!(come_to_leaf(world, code).await, "connected");
}

/// The farmer's browser comes to Leaf's own address: that is the one in the Partner Portal. What it
/// is shown there.
pub(crate) async fn come_to_leaf(world: &World, code: &str) -> String {
    let id = world.machine.ready.stage.sharing_url_id;
    let url = world.leaf(&format!("/sharing-confirmation/{id}?orgCode={code}"));
    world.browser().open(&url).await.outcome
}

/// How far the session is after a look at the status, which has taken Leaf's connection over.
async fn session_after_leaf_has_connected_the_farm(world: &World, user: &str) -> State {
    connect_at_leaf(world, user, FARM).await;
    let (_, credential) = world.credential(user).await;
    assert_eq!(
        (&credential["status"], &credential["organizationCode"]),
        (&json!("ACTIVE"), &json!(FARM))
    );
    let account =
        world.machine.service.ports.connections.account(user.parse().expect("an id")).await;
    account.expect("a read").expect("a Leaf user").session.expect("a session").state
}

#[tokio::test]
async fn a_leaf_user_of_leafs_is_taken_over_by_its_first_start() {
    let world = World::in_proxy_mode().await;
    let user = user_of_leaf(&world).await;
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn a_connection_from_before_is_taken_over_with_leafs_id() {
    let world = World::in_proxy_mode().await;
    let user = user_of_leaf(&world).await;
    assert_eq!(world.status(&user).await, "integrationNotStarted");
    connect_at_leaf(&world, &user, FARM).await;
    let (_, ours) = world.credential(&user).await;
    let request = world
        .at_leaf(Method::GET, &format!("{MANAGEMENT}/users/{user}/panorama-credentials"))
        .await;
    let (_, theirs) = world.json(request).await;
    assert_eq!((&ours["id"], &ours["status"]), (&theirs["id"], &json!("ACTIVE")));
}

#[tokio::test]
async fn a_farmer_who_came_to_leaf_alone_is_connected_here_even_when_the_time_is_over() {
    for minutes in [1, 16] {
        let world = World::in_proxy_mode().await;
        let user = world.create_user("maria").await;
        world.start_session(&user, Some(FARM)).await;
        world.share(FARM).await;
        assert_eq!(come_to_leaf(&world, FARM).await, "connected");
        world.pass(minutes, 0);
        assert_eq!(world.status(&user).await, "ACTIVE", "{minutes} minutes");
    }
}

/// Nobody reads a status here, so only the end of the session can find out.
#[tokio::test]
async fn a_session_whose_farmer_came_to_leaf_alone_ends_connected_and_not_expired() {
    let world = World::in_proxy_mode().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let expiries_waiting = async || {
        world.machine.outbox.deliver().await.expect("the stream can be read")["expiries"].waiting
    };
    assert_eq!(expiries_waiting().await, 1);
    world.share(FARM).await;
    assert_eq!(come_to_leaf(&world, FARM).await, "connected");
    world.pass(15, 0);

    assert_eq!(expiries_waiting().await, 0);

    let id = user.parse().expect("an id");
    let account = world.machine.service.ports.connections.account(id).await.expect("read");
    let account = account.expect("a Leaf user");
    assert!(matches!(account.session.expect("a session").state, State::Completed { .. }));
    assert_eq!(account.credential.expect("a credential").status.as_str(), "ACTIVE");
}

#[tokio::test]
async fn a_session_for_one_operation_is_not_completed_by_leafs_connection_to_another() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    world.start_session(&user, Some(OTHER_FARM)).await;
    let callback = world.callback(OTHER_FARM);
    assert_eq!(
        world.land(&mut world.browser(), &callback).await.outcome,
        "notBound",
        "Leaf found it not shared"
    );
    let (_, credential) = world.credential(&user).await;
    assert_eq!(
        (&credential["status"], &credential["organizationCode"]),
        (&json!("ACTIVE"), &json!(FARM))
    );
}

#[tokio::test]
async fn a_session_goes_on_waiting_when_leaf_has_connected_another_operation_than_it_was_started_for()
 {
    let world = World::in_proxy_mode().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(OTHER_FARM)).await;
    assert_eq!(session_after_leaf_has_connected_the_farm(&world, &user).await, State::Pending);
}

#[tokio::test]
async fn a_farmer_who_has_come_is_not_done_when_leaf_has_connected_another_operation() {
    let world = World::in_proxy_mode().await;
    let user = world.create_user("maria").await;
    let started = world.start_session(&user, None).await;
    let mut browser = world.hop(&started).await;
    assert_eq!(
        browser.open(&world.callback(OTHER_FARM)).await.status,
        StatusCode::SEE_OTHER,
        "on to Leaf"
    );
    let state = session_after_leaf_has_connected_the_farm(&world, &user).await;
    assert!(
        matches!(&state, State::Confirming(handshake) if handshake.code.expose() == OTHER_FARM),
        "{state:?}"
    );
}

#[tokio::test]
async fn a_credential_that_leaf_has_lost_is_revoked_and_not_forgotten() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    let gone = world.at_leaf(Method::DELETE, &path).await.send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(world.status(&user).await, "ACTIVE", "not within the moments after its success");
    world.pass(5, 0);
    assert_eq!(world.status(&user).await, "REVOKED");
}

#[tokio::test]
async fn leaf_gets_the_query_as_it_came_whether_or_not_the_farmer_was_asked_first() {
    for asked in [false, true] {
        let world = World::start_on(Upstream::Leaf).await;
        let maria = world.create_user("maria").await;
        let started = world.start_session(&maria, None).await;
        let mut browser = world.browser();
        world.go_to_panorama(&mut browser, &world.hop_link(&started)).await;
        let callback = format!("{}&lang=en-US&x=%20y", world.share("krwv4vYH").await);
        let seen =
            if asked { browser.say_yes(&callback).await } else { browser.open(&callback).await };
        let to = seen.location.expect("it goes on to Leaf");
        assert!(to.ends_with("?orgCode=krwv4vYH&lang=en-US&x=%20y"), "{to}");
    }
}
