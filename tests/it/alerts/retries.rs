//! Receivers that do not take a call.

use std::time::Duration;

use application::ports::clock::Clock as _;
use aws_lambda_events::sqs::SqsMessage;
use domain::alert::AlertType;
use domain::timestamp::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use time::macros::datetime;

use super::receiver::Reply;
use super::{
    A_MINUTE, WEBHOOKS, after, call_message, event, failed_calls, listening, listening_with,
    register,
};
use crate::world::{FARM, MANAGEMENT, OTHER_FARM};

const BOTH: [AlertType; 2] = [AlertType::ConnectionActivated, AlertType::ConnectionDeleted];

/// Leaf's four, and on for a day. None comes early, and none much later.
#[tokio::test]
async fn a_failed_call_is_made_again_after_1_30_60_and_240_minutes_and_for_a_day_and_then_is_a_dead_letter()
 {
    let (world, receiver, id) = listening(&BOTH).await;
    receiver.answer(vec![Reply::Status(500); 99]);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    let mut calls = receiver.take();
    assert_eq!(calls.len(), 1);
    for minutes in [1, 30, 60, 240, 360, 360, 390] {
        after(&world, minutes * 60 - 1).await;
        assert_eq!(receiver.take().len(), 0, "too early for the one after {minutes} minutes");
        after(&world, minutes * 6 + 1).await;
        let call = receiver.take();
        assert_eq!(call.len(), 1, "{minutes} minutes");
        calls.extend(call);
    }

    assert_eq!(after(&world, 0).await, (0, 1));
    after(&world, 24 * 60 * 60).await;
    assert_eq!(receiver.take().len(), 0);
    let failed = failed_calls(&world, "").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!((&failed[0]["status"], &failed[0]["attempts"]), (&500.into(), &8.into()));
    assert_eq!(
        (&failed[0]["webhookId"], &failed[0]["requestBody"]),
        (&id.into(), &calls[0].body.clone().into())
    );
    let (ids, times): (Vec<_>, Vec<_>) = calls
        .iter()
        .map(|call| (call.header("webhook-id"), call.header("webhook-timestamp")))
        .unzip();
    assert!(ids.iter().all(|id| *id == ids[0]), "the same message: {ids:?}");
    assert!(
        times.is_sorted_by(|before, after| before < after),
        "each call has its own time: {times:?}"
    );
    assert!(calls.iter().all(|call| call.body == calls[0].body));
}

#[tokio::test]
async fn what_happened_later_to_a_connection_waits_and_other_connections_do_not() {
    let (world, receiver, _) = listening(&BOTH).await;
    receiver.answer([Reply::Status(503)]);
    let maria = world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    receiver.take();
    let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    let dale = world.connected("dale", OTHER_FARM).await;

    assert_eq!(after(&world, 0).await, (2, 0));
    let calls = receiver.take();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(calls[0].json()["leafUserId"], dale.as_str());

    assert_eq!(after(&world, A_MINUTE).await, (0, 0));
    let told: Vec<_> = receiver
        .take()
        .iter()
        .map(|call| (call.json()["leafUserId"].clone(), call.json()["type"].clone()))
        .collect();
    let expected = ["connectionActivated", "connectionDeleted"]
        .map(|kind| (maria.clone().into(), kind.into()));
    assert_eq!(told, expected);
    assert!(failed_calls(&world, "").await.is_empty(), "it was not missed in the end");
}

#[tokio::test]
async fn after_a_dead_letter_the_connection_s_next_alert_has_all_of_its_attempts() {
    let (world, receiver, _) = listening(&BOTH).await;
    receiver.answer(vec![Reply::Status(500); 9]);
    let maria = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    for minutes in [0, 1, 30, 60, 240, 360, 360, 390] {
        after(&world, minutes * 66).await;
    }
    assert_eq!(receiver.types().last().map(String::as_str), Some("connectionDeleted"));
    assert_eq!(after(&world, A_MINUTE).await, (0, 1));
    assert_eq!(receiver.types(), ["connectionDeleted"]);
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left_after_the_time_out_and_called_again() {
    let short =
        |options: &mut local::Options| options.receiver_timeout = Duration::from_millis(100);
    let (world, receiver, _) = listening_with(&BOTH, short).await;
    receiver.answer([Reply::Hang]);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(failed_calls(&world, "").await[0]["connectionError"], "timedOut");
    assert_eq!(after(&world, A_MINUTE).await, (0, 0));
    assert_eq!(receiver.take().len(), 2);
}

/// It is called again when it wants to be, and so are the others of its webhook; not before the
/// schedule, whatever it says.
#[tokio::test]
async fn a_receiver_that_says_when_is_called_then() {
    for (asked, seconds) in [
        ("600", 600),
        ("Sun, 22 Nov 2026 13:00:00 GMT", 3_600),
        ("1", 60),
        ("99999999999999999999", 42_600),
    ] {
        let (world, receiver, _) = listening(&BOTH).await;
        receiver.answer([Reply::Later(503, asked.to_owned())]);
        let asked_at = world.clock.now();
        for (name, code) in [("maria", FARM), ("dale", OTHER_FARM)] {
            world.connected(name, code).await;
        }
        let seconds = if asked.contains("GMT") {
            // Of a world whose clock stands elsewhere the date is over.
            let moment = Timestamp::new(datetime!(2026-11-22 13:00 UTC));
            moment.seconds_since(asked_at).clamp(60, 42_600)
        } else {
            seconds
        };
        assert_eq!(after(&world, 0).await, (2, 0), "{asked}");
        assert_eq!(receiver.take().len(), 1, "the other one was not even tried: {asked}");
        after(&world, seconds - 1).await;
        assert_eq!(receiver.take().len(), 0, "{asked}");
        assert_eq!(after(&world, 7).await, (0, 0), "{asked}");
        assert_eq!(receiver.take().len(), 2, "{asked}");
    }
}

/// It waited behind others of its group for so long that the queue is about to forget it.
#[tokio::test]
async fn an_old_message_is_tried_once_and_is_then_among_the_failed_calls() {
    let (world, receiver, id) = listening(&BOTH).await;
    receiver.answer([Reply::Status(500), Reply::Status(500)]);
    let now = world.clock.now().epoch_milliseconds();
    let days = |days: i64| (now - days * 86_400_000).to_string();
    for (message, sent, left) in [("young", days(11), 1), ("old", days(13), 0)] {
        let mut call = call_message(message, &id, "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20");
        call.attributes.insert("SentTimestamp".to_owned(), sent);
        let again = world.machine.outbox.delivery().deliver(event(vec![call])).await;
        assert_eq!(again.batch_item_failures.len(), left, "{message}");
    }
    assert_eq!(receiver.take().len(), 2);
    assert_eq!(failed_calls(&world, "").await.len(), 2);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (world, receiver, _) = listening(&BOTH).await;
    let elsewhere = super::Receiver::start().await;
    receiver.answer([Reply::RedirectTo(elsewhere.url.clone())]);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(failed_calls(&world, "").await[0]["status"], 307);
    assert_eq!(elsewhere.take().len(), 0);
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_no_more_calls_until_it_is_registered_anew() {
    let (world, receiver, id) = listening(&BOTH).await;
    receiver.answer([Reply::Status(410)]);
    let maria = world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (0, 0), "it is not tried again");
    receiver.take();
    let webhook = format!("{WEBHOOKS}/{id}");
    let (_, shown) = world.json(world.owner(Method::GET, &webhook)).await;
    assert!(shown["disabledTime"].is_string(), "{shown}");
    let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.take().len(), 0);

    assert_eq!(world.json(world.owner(Method::DELETE, &webhook)).await.0, StatusCode::NO_CONTENT);
    register(&world, &BOTH, &receiver.url).await;
    world.connected("dale", OTHER_FARM).await;
    after(&world, 0).await;
    assert_eq!(receiver.take().len(), 2, "the registration's message, and the alert");
}

#[tokio::test]
async fn a_message_about_a_registration_that_is_not_taken_is_not_sent_again_and_holds_up_nobody() {
    let (world, receiver, id) = listening(&BOTH).await;
    world.json(world.owner(Method::DELETE, &format!("{WEBHOOKS}/{id}"))).await;
    receiver.answer([Reply::Status(500)]);
    register(&world, &BOTH, &receiver.url).await;
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(failed_calls(&world, "").await.len(), 1);
}

/// The process ends after the receiver has taken the call and before the message is deleted: the
/// queue delivers it once more.
#[tokio::test]
async fn a_call_that_was_taken_and_not_noted_is_made_again_with_the_same_id() {
    let (world, receiver, id) = listening(&BOTH).await;
    let event = event(vec![call_message("9a51c8e", &id, "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20")]);
    let delivery = world.machine.outbox.delivery();
    for _ in 0..2 {
        assert!(delivery.deliver(event.clone()).await.batch_item_failures.is_empty());
    }
    let calls = receiver.take();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].header("webhook-id"), calls[1].header("webhook-id"));
    assert_eq!(calls[0].header("webhook-id"), "msg_9a51c8e");
}

/// The process ends after the call's message is in the queue and before the change's is deleted.
#[tokio::test]
async fn a_change_that_is_delivered_twice_is_one_call() {
    let (world, receiver, _) = listening(&BOTH).await;
    let mut change = SqsMessage::default();
    let facts = r#"{"id":"0d1f1c0e-6a3c-4c8e-9a51-3f6f2c1b7d44","status":"ACTIVE","appName":"prairie-insights","clientEnvironment":"STAGE"}"#;
    change.body = Some(format!(
        r#"{{"id":"9a51c8e","at":"1795348800","pk":"USER#5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20","sk":"CREDENTIAL","removedBy":"","old":{{"id":""}},"new":{facts}}}"#
    ));
    let delivery = world.machine.outbox.delivery();
    for _ in 0..2 {
        assert!(delivery.deliver(event(vec![change.clone()])).await.batch_item_failures.is_empty());
        assert_eq!(after(&world, 0).await, (0, 0));
    }
    let calls = receiver.take();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(calls[0].header("webhook-id"), "msg_9a51c8e");
}

/// The queue gives one message at a time; should it ever give more, none overtakes another of its
/// group.
#[tokio::test]
async fn in_a_batch_the_later_messages_of_a_failed_one_s_group_are_not_touched() {
    let (world, receiver, id) = listening(&BOTH).await;
    receiver.answer([Reply::Status(500)]);
    let (maria, dale) =
        ("5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20", "6f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20");
    let messages = [("a", maria), ("b", maria), ("c", dale)]
        .map(|(message, user)| call_message(message, &id, user));
    let again = world.machine.outbox.delivery().deliver(event(messages.into())).await;
    let again: Vec<_> =
        again.batch_item_failures.iter().map(|item| item.item_identifier.as_str()).collect();
    assert_eq!(again, ["a", "b"]);
    assert_eq!(receiver.take().len(), 2);
}

/// Two webhooks, one connection: what one does not take does not hold up what the other is to be
/// told, however long.
#[tokio::test]
async fn a_receiver_that_is_down_holds_up_no_other_receivers_alerts() {
    for down in [Reply::Status(500), Reply::Hang] {
        let short =
            |options: &mut local::Options| options.receiver_timeout = Duration::from_millis(100);
        let (world, dead, _) = listening_with(&[AlertType::ConnectionActivated], short).await;
        let alive = super::Receiver::start().await;
        register(&world, &[AlertType::ConnectionDeleted], &alive.url).await;
        after(&world, 0).await;
        alive.take();
        dead.answer(vec![down.clone(); 99]);

        let maria = world.connected("maria", FARM).await;
        let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials");
        assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
        assert_eq!(after(&world, 0).await, (1, 0), "{down:?}");
        assert_eq!(alive.types(), ["connectionDeleted"], "{down:?}");

        dead.answer([]);
        dead.take();
        assert_eq!(after(&world, A_MINUTE).await, (0, 0));
        assert_eq!(dead.types(), ["connectionActivated"], "{down:?}");
    }
}

/// The function runs five times at once; a receiver that hangs must not take all of them for each
/// of its alerts.
#[tokio::test]
async fn a_receiver_that_hangs_is_left_alone_for_a_while_and_then_called_for_each() {
    let short =
        |options: &mut local::Options| options.receiver_timeout = Duration::from_millis(100);
    let (world, receiver, _) = listening_with(&BOTH, short).await;
    receiver.answer([Reply::Hang]);
    for (name, code) in [("maria", FARM), ("dale", OTHER_FARM)] {
        world.connected(name, code).await;
    }
    assert_eq!(after(&world, 0).await, (2, 0));
    assert_eq!(receiver.take().len(), 1, "the other one would hang as well");
    let failed = failed_calls(&world, "").await;
    assert!(
        failed.len() == 2 && failed.iter().all(|call| call["connectionError"] == "timedOut"),
        "{failed:?}"
    );
    assert_eq!(after(&world, A_MINUTE).await, (0, 0));
    assert_eq!(receiver.take().len(), 2);
    assert!(failed_calls(&world, "").await.is_empty());
}

/// Leaf knows no update of a webhook: a wrong URL is mended by deleting it and registering another.
#[tokio::test]
async fn what_a_deleted_webhook_did_not_take_goes_to_its_successor() {
    let (world, wrong, id) = listening(&BOTH).await;
    wrong.answer(vec![Reply::Status(404); 9]);
    let maria = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{maria}/panorama-credentials");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    world.connected("dale", OTHER_FARM).await;
    assert_eq!(after(&world, 0).await, (3, 0));
    wrong.take();

    let right = super::Receiver::start().await;
    assert_eq!(
        world.json(world.owner(Method::DELETE, &format!("{WEBHOOKS}/{id}"))).await.0,
        StatusCode::NO_CONTENT
    );
    register(&world, &[AlertType::ConnectionActivated], &right.url).await;
    after(&world, 0).await;
    right.take();
    assert_eq!(after(&world, A_MINUTE).await, (0, 0), "nobody is told of the deletion");
    assert_eq!(right.types(), ["connectionActivated"; 2]);
    assert_eq!(wrong.take().len(), 0);
    assert!(failed_calls(&world, "").await.is_empty());
}

#[tokio::test]
async fn failed_calls_are_paged_the_newest_first_and_kept_30_days() {
    let (world, receiver, _) = listening(&[AlertType::ConnectionRevoked]).await;
    for (name, code) in [("maria", FARM), ("dale", OTHER_FARM)] {
        world.connected(name, code).await;
        world.unshare(code).await;
        world.clock.advance(Duration::from_mins(15));
        world.check_after(0).await;
    }
    receiver.answer(vec![Reply::Status(500); 99]);
    after(&world, 0).await;
    let all = failed_calls(&world, "").await;
    let newest_first = all
        .is_sorted_by(|before, after| before["createdAt"].as_str() > after["createdAt"].as_str());
    assert!(all.len() == 2 && newest_first, "{all:?}");
    assert_eq!(failed_calls(&world, "?page=1&size=1").await, all[1..]);
    assert_eq!(failed_calls(&world, "?page=2&size=1").await.len(), 0);
    for call in &all {
        let body: Value =
            serde_json::from_str(call["requestBody"].as_str().expect("a text")).expect("JSON");
        let user = body["leafUserId"].as_str().expect("an id");
        let theirs = failed_calls(&world, &format!("?leafUserId={user}")).await;
        assert_eq!(theirs, std::slice::from_ref(call));
        let behind = failed_calls(&world, &format!("?leafUserId={user}&page=1&size=1")).await;
        assert!(behind.is_empty(), "{behind:?}");
    }
    let nobodys = "?leafUserId=00000000-0000-4000-8000-000000000000";
    assert!(failed_calls(&world, nobodys).await.is_empty());
    assert_eq!(failed_calls(&world, "?leafUserId=").await, all);
    world.clock.advance(Duration::from_hours(30 * 24 - 1));
    let mut world = world;
    world.token = world.sign_in().await;
    assert_eq!(failed_calls(&world, "").await.len(), 2);
    world.clock.advance(Duration::from_secs(60 * 60 + 1));
    assert_eq!(failed_calls(&world, "").await.len(), 0);
}
