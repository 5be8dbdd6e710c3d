//! `GET` and `DELETE /users/{leafUserId}/panorama-credentials`.

use std::time::Duration;

use reqwest::Method;

use super::{NO_UUIDS, NOBODY, user_path};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::world::World;

const CODE: &str = "krwv4vYH";
const MINUTE: Duration = Duration::from_mins(1);

fn path(user: &str) -> String {
    user_path(user, "/panorama-credentials")
}

async fn read(world: &World, user: &str) -> Answer {
    world.ask(Method::GET, &path(user)).await
}

async fn delete(world: &World, user: &str) {
    world.ask(Method::DELETE, &path(user)).await.no_content();
}

#[tokio::test]
async fn a_session_that_waits_is_pending_until_it_is_15_minutes_old() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    read(&world, NOBODY).await.problem(404, "leafUserNotFound");
    read(&world, &user).await.problem(404, "integrationNotStarted");

    let started = world.start_session(&user, None).await;
    let pending = read(&world, &user).await.json(200);
    assert_eq!(fields_of(&pending), ["clientEnvironment", "createdTime", "expiresAt", "sessionId", "status"]);
    assert_eq!(pending["status"], "PENDING");
    assert_eq!(pending["sessionId"], *started.session_id);
    assert_eq!(pending["clientEnvironment"], "STAGE");
    assert_eq!(pending["createdTime"], "2026-11-22T12:00:00.000000Z");
    assert_eq!(pending["expiresAt"], "2026-11-22T12:15:00.000000Z");

    world.clock.advance(Duration::from_micros(15 * 60_000_000 - 1));
    assert_eq!(read(&world, &user).await.json(200), pending);
    world.clock.advance(Duration::from_micros(1));
    read(&world, &user).await.problem(404, "sessionExpired");
    world.clock.advance(300 * 24 * 60 * MINUTE);
    let world = World { token: world.sign_in().await, ..world };
    read(&world, &user).await.problem(404, "sessionExpired");

    world.start_session(&user, Some(CODE)).await;
    let again = read(&world, &user).await.json(200);
    assert_eq!(again["organizationCode"], CODE, "a session with a code shows it");
    assert_leaf_time(&again["expiresAt"]);
}

#[tokio::test]
async fn a_connected_user_has_a_credential_without_password_and_tokens() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.clock.advance(Duration::from_micros(1_500_001));
    world.connect(&user, CODE).await;
    let answer = read(&world, &user).await;
    let credential = answer.json(200);
    let fields = ["clientEnvironment", "clientId", "createdTime", "id", "organizationCode", "status", "username"];
    assert_eq!(fields_of(&credential), fields);
    assert_eq!(credential["createdTime"], "2026-11-22T12:00:01.500001Z");
    answer.says_nothing_of([world.machine.ready.stage.partner.password, "Token", "password"]);
    world.clock.advance(60 * MINUTE);
    assert_eq!(read(&world, &user).await.json(200), credential, "it does not expire");
}

#[tokio::test]
async fn a_new_start_leaves_a_working_credential_as_it_is() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.connect(&user, CODE).await;
    let credential = read(&world, &user).await.json(200);
    world.start_session(&user, Some("t8Zq2mLx")).await;
    assert_eq!(read(&world, &user).await.json(200), credential);
    world.clock.advance(15 * MINUTE);
    assert_eq!(read(&world, &user).await.json(200), credential);
}

#[tokio::test]
async fn a_credential_outlives_its_app_key_and_then_has_no_login_to_show() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.connect(&user, CODE).await;
    let app_key = "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE";
    world.ask(Method::DELETE, app_key).await.no_content();
    let credential = read(&world, &user).await.json(200);
    assert_eq!(fields_of(&credential), ["clientEnvironment", "createdTime", "id", "organizationCode", "status"]);
}

#[tokio::test]
async fn a_rejected_session_says_that_the_operation_is_another_users() {
    let world = World::start().await;
    let (owner, other) = (world.create_user("owner").await, world.create_user("other").await);
    let callback = world.share(CODE).await;
    for (user, outcome) in [(&owner, "connected"), (&other, "operationOwned")] {
        let link = world.start_session(user, None).await.sign_in_url;
        let mut browser = world.browser();
        browser.open(&link).await;
        assert_eq!(browser.open(&callback).await.outcome, outcome);
    }
    let answer = read(&world, &other).await;
    answer.problem(404, "sessionOperationAlreadyConnected");
    answer.says_nothing_of([CODE, &owner]);
    assert_eq!(world.status(&owner).await, "ACTIVE");
}

#[tokio::test]
async fn a_rejected_session_says_that_too_many_operations_were_tried() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let link = world.start_session(&user, None).await.sign_in_url;
    let mut browser = world.browser();
    browser.open(&link).await;
    for attempt in 1..=5 {
        assert_eq!(browser.open(&world.callback(&format!("planted{attempt}"))).await.outcome, "notShared");
        assert_eq!(world.status(&user).await, "PENDING");
    }
    assert_eq!(browser.open(&world.callback("planted6")).await.outcome, "tooManyOperations");
    let answer = read(&world, &user).await;
    answer.problem(404, "sessionTooManyOperations");
    answer.says_nothing_of(["planted"]);
}

#[tokio::test]
async fn deleting_a_credential_frees_its_operation_and_can_be_repeated() {
    let world = World::start().await;
    let (first, second) = (world.create_user("first").await, world.create_user("second").await);
    delete(&world, &first).await;
    world.connect(&first, CODE).await;
    for _ in 0..2 {
        delete(&world, &first).await;
        read(&world, &first).await.problem(404, "integrationNotStarted");
        assert!(world.events(&first).await.is_empty(), "the events are gone with the credential");
    }
    world.connect(&second, CODE).await;
    delete(&world, &first).await;
    assert_eq!(world.status(&second).await, "ACTIVE", "what is another's now is not touched");
    world.ask(Method::GET, &user_path(&first, "")).await.json(200);
}

#[tokio::test]
async fn deleting_a_session_ends_it() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(CODE)).await;
    delete(&world, &user).await;
    read(&world, &user).await.problem(404, "integrationNotStarted");
    let callback = world.share(CODE).await;
    assert_ne!(world.browser().open(&callback).await.outcome, "connected");
    read(&world, &user).await.problem(404, "integrationNotStarted");
    assert_eq!(world.calls("confirmSharing").await, 0);
}

#[tokio::test]
async fn nobody_and_malformed_ids_are_told_apart() {
    let world = World::start().await;
    for method in [Method::GET, Method::DELETE] {
        world.ask(method.clone(), &path(NOBODY)).await.problem(404, "leafUserNotFound");
        for (id, error_key) in NO_UUIDS {
            world.ask(method.clone(), &path(id)).await.problem_of(400, error_key, &["leafUserId"]);
        }
    }
}
