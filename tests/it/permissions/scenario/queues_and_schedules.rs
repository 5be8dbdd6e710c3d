//! `check-connections`, `finish-confirmations` and `expire-sessions`, with no Leaf behind them.

use crate::world::{FARM, OTHER_FARM};
use std::time::Duration;

use all_functions::FUNCTIONS;
use application::ports::clock::Clock as _;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use check_connections::Report;
use local::function_scope;
use serde_json::{Value, json};

use super::Scenario;
use crate::permissions::forgetful::Forgetful;

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    Box::pin(check_connections(&scenario.machine().await)).await;
    finish_confirmations(&scenario.machine().await).await;
    expire_sessions(&scenario.machine().await).await;
}

/// One has left, one has come back; time runs out; the login is refused, and works again.
async fn check_connections(machine: &Forgetful) {
    let world = &machine.world;
    world.connected("maria", FARM).await;
    let dale = world.connected("dale", OTHER_FARM).await;
    world.unshare(FARM).await;
    world.pass(15, 0);
    world.tokens_expire().await;
    assert_eq!(check(machine, Duration::from_mins(1)).await.revoked, 1);
    assert_eq!(check(machine, Duration::from_mins(1)).await.compared, 2);
    world.clock.advance(Duration::from_hours(24 * 9));
    world.comes_back(FARM, "notBound").await;
    assert_eq!(check(machine, Duration::from_mins(1)).await.recovered, 1);
    assert_eq!(check(machine, Duration::ZERO).await.out_of_time, 1);
    let path = format!("/users/{dale}/panorama-credentials?untilSwitchedOff=true");
    world.gets(204, reqwest::Method::DELETE, &path, None).await;
    world.unshare(OTHER_FARM).await;
    world.pass(15, 0);
    assert_eq!(check(machine, Duration::from_mins(1)).await.compared, 1);
    let right = world.machine.ready.stage.partner.password;
    world.password_is_outdated().await;
    assert_eq!(check(machine, Duration::from_mins(1)).await.login_refused, 1);
    world.change_partner_password("STAGE", right).await;
    world.clock.advance(Duration::from_hours(24));
    assert_eq!(check(machine, Duration::from_mins(1)).await.done, 1);
}

pub(super) async fn check(machine: &Forgetful, time: Duration) -> Report {
    let deadline = machine.world.clock.now().plus(time);
    function_scope::check_connections(&machine.process(), deadline).await.expect("a report")
}

/// One that is refused for good, one that is put off, one that is connected over another operation.
async fn finish_confirmations(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", OTHER_FARM).await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 3 }))
        .await;
    world.comes_back(FARM, "finishing").await;
    for left in [1, 1, 0] {
        world.pass(60, 0);
        world.tokens_expire().await;
        assert_eq!(finish(machine, &user).await, left);
    }
    assert_eq!(world.credential(&user).await.1["organizationCode"], FARM);
    assert_eq!(finish(machine, &user).await, 0);
}

/// One whose farmer does not come.
async fn expire_sessions(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.create_user("maria").await;
    let session = world.start_session(&user, None).await.session_id;
    for (minutes, left) in [(14, 1), (1, 0)] {
        world.pass(minutes, 0);
        assert_eq!(expire(machine, &user, &session).await, left);
    }
    assert_eq!(world.status(&user).await, "sessionExpired");
}

/// How many messages are to be delivered again.
pub(super) async fn finish(machine: &Forgetful, user: &str) -> usize {
    work(machine, "finish-confirmations", &json!({ "leafUserId": user })).await
}

/// The same of the other queue.
pub(super) async fn expire(machine: &Forgetful, user: &str, session: &str) -> usize {
    let message = json!({ "leafUserId": user, "sessionId": session });
    work(machine, "expire-sessions", &message).await
}

/// The same of any function behind a queue that a rule fills.
async fn work(machine: &Forgetful, function: &str, body: &Value) -> usize {
    work_for_the(machine, function, body, 1).await
}

/// The same of a message that was delivered this often.
pub(super) async fn work_for_the(
    machine: &Forgetful,
    function: &str,
    body: &Value,
    time: u32,
) -> usize {
    let function = FUNCTIONS.iter().find(|it| it.name == function).expect("a function");
    let answer = function_scope::work(function, &machine.process(), delivery(body, time)).await;
    answer.expect("a function behind a queue").batch_item_failures.len()
}

fn delivery(body: &Value, time: u32) -> SqsEvent {
    let mut message = SqsMessage::default();
    (message.message_id, message.body) = (Some("1".to_owned()), Some(body.to_string()));
    message.attributes.insert("ApproximateReceiveCount".to_owned(), time.to_string());
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}
