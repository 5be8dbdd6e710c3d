//! Leaf's contract: webhooks are registered, listed, read and deleted.

use std::collections::BTreeSet;

use domain::address_policy::AddressPolicy;
use domain::alert::AlertType;
use domain::webhook_event::WebhookEvent;
use local::seed::{OWNER, SECRETS_PREFIX};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::receiver::{Receiver, Reply};
use super::{A_MINUTE, SECRET, WEBHOOKS, after, body, post, register, registration};
use crate::world::{FARM, World, at_once};

const URL: &str = "https://receiver.example/hooks";

async fn get(world: &World, path: &str) -> (StatusCode, Value) {
    world.json(world.owner(Method::GET, path)).await
}

#[tokio::test]
async fn a_webhook_is_shown_without_its_secret_until_it_is_deleted() {
    let world = World::start().await;
    let events = [AlertType::ConnectionRevoked, AlertType::CredentialsUnauthenticated];
    let (status, made) = post(&world, &body(&events, URL)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["name"], &made["url"]), (&"our receiver".into(), &URL.into()));
    assert_eq!(made["events"], json!(["credentialsUnauthenticated", "connectionRevoked"]));
    let path = format!("{WEBHOOKS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(get(&world, &path).await, (StatusCode::OK, made.clone()));
    assert_eq!(get(&world, WEBHOOKS).await, (StatusCode::OK, json!([made])));
    assert!(!made.to_string().contains(SECRET), "{made}");

    assert_eq!(
        world.json(world.owner(Method::DELETE, &path)).await,
        (StatusCode::NO_CONTENT, Value::Null)
    );
    for method in [Method::GET, Method::DELETE] {
        let (status, problem) = world.json(world.owner(method, &path)).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::NOT_FOUND, &"webhookNotFound".into())
        );
    }
    assert_eq!(get(&world, WEBHOOKS).await, (StatusCode::OK, json!([])));
    let secret = format!("{SECRETS_PREFIX}/webhook/{}", made["id"].as_str().expect("an id"));
    let described = world.machine.secrets_manager.describe_secret().secret_id(secret).send().await;
    assert!(
        described.expect_err("it is gone").into_service_error().is_resource_not_found_exception()
    );
}

/// Clients register for all that they know. What of it never happens here is kept and shown, and
/// has one webhook as everything else.
#[tokio::test]
async fn leafs_events_that_never_happen_here_are_taken() {
    let world = World::start().await;
    let leafs = [
        "newSatelliteImage",
        "credentialsUnauthenticated",
        "fieldBoundaryUpdated",
        "machineDeleted",
    ];
    let (status, made) = post(&world, &registration(json!(leafs), URL)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let shown: BTreeSet<_> =
        made["events"].as_array().expect("events").iter().filter_map(Value::as_str).collect();
    assert_eq!(shown, BTreeSet::from(leafs));
    let path = format!("{WEBHOOKS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(get(&world, &path).await, (StatusCode::OK, made));
    assert_eq!(
        post(&world, &registration(json!(["machineDeleted"]), URL)).await.1["errorKey"],
        "eventRegisteredTwice"
    );
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);

    let all: Vec<_> = WebhookEvent::all().collect();
    let (status, made) = post(&world, &registration(json!(all), URL)).await;
    assert_eq!(
        (status, made["events"].as_array().map(Vec::len)),
        (StatusCode::CREATED, Some(all.len())),
        "{made}"
    );
}

/// Leaf's fields and ours; one that is empty is null.
#[tokio::test]
async fn a_webhook_and_a_failed_call_have_all_documented_fields() {
    let world =
        World::start_with(|options| options.address_policy = AddressPolicy::ThisMachineToo).await;
    let receiver = Receiver::start().await;
    let long = format!("<h1>Bad Gateway</h1>{}", "é".repeat(2_000));
    receiver.answer([Reply::Says(502, long.clone())]);
    let (_, made) = post(&world, &body(&[AlertType::ConnectionActivated], &receiver.url)).await;
    let fields =
        |of: &Value| of.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let expected = [
        "apiOwner",
        "createdTime",
        "disabledTime",
        "events",
        "id",
        "name",
        "reconnectLinks",
        "secret",
        "url",
    ];
    assert_eq!(fields(&made), expected.map(str::to_owned).into());
    assert_eq!(made["apiOwner"], OWNER.username);
    assert!(
        made["secret"].as_str().is_some_and(|secret| secret.chars().all(|letter| letter == '*')),
        "{made}"
    );

    after(&world, 1).await;
    drop(receiver);
    world.connected("maria", FARM).await;
    after(&world, 1).await;
    let failed = super::failed_calls(&world, "").await;
    let [closed, answered] = &failed[..] else { panic!("{failed:?}") };
    let expected = [
        "apiOwner",
        "attempts",
        "connectionError",
        "createdAt",
        "lastAttemptAt",
        "messageId",
        "requestBody",
        "response",
        "status",
        "url",
        "webhookId",
    ];
    for call in [closed, answered] {
        assert_eq!(call["apiOwner"], OWNER.username);
        assert_eq!(fields(call), expected.map(str::to_owned).into());
    }
    assert_eq!((&answered["status"], &answered["connectionError"]), (&502.into(), &Value::Null));
    let response = answered["response"].as_str().expect("a text");
    assert!(
        long.starts_with(response) && response.len() > 1_000 && response.len() <= 1_024,
        "{response}"
    );
    assert_eq!((&closed["status"], &closed["response"]), (&Value::Null, &Value::Null));
    assert_eq!(closed["connectionError"], "connectionFailed");
    let sent: Value =
        serde_json::from_str(closed["requestBody"].as_str().expect("a text")).expect("JSON");
    assert_eq!(sent["credential"], world.machine.ready.stage.client_id, "{sent}");
}

/// Of a client id that is cut where the reading stops, its beginning is the secret's, too.
#[tokio::test]
async fn a_client_id_that_is_cut_off_is_not_stored_in_part() {
    let (world, receiver, _) = super::listening(&[AlertType::ConnectionActivated]).await;
    let client = world.machine.ready.stage.client_id;
    let why = "x".repeat(1_024 - client.len() / 2);
    receiver.answer([Reply::Says(500, format!("{why}{client}"))]);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(super::failed_calls(&world, "").await[0]["response"], why);
}

/// What a receiver says is stored, and the client id, which is in what it was sent, is not.
#[tokio::test]
async fn a_receiver_that_sends_back_what_it_got_brings_no_client_id_into_the_table() {
    let (world, receiver, _) = super::listening(&[AlertType::ConnectionActivated]).await;
    receiver.answer([Reply::Echo(500)]);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    let failed = super::failed_calls(&world, "").await;
    let client = world.machine.ready.stage.client_id;
    let (sent, said) = (failed[0]["requestBody"].as_str(), failed[0]["response"].as_str());
    assert!(sent.is_some_and(|sent| sent.contains(client)), "{failed:?}");
    assert!(
        said.is_some_and(|said| said.contains("connectionActivated") && !said.contains(client)),
        "{failed:?}"
    );
}

#[tokio::test]
async fn of_webhooks_for_one_event_that_are_registered_at_once_one_is_made() {
    let world = World::start().await;
    let requests: Vec<_> = (0..8)
        .map(|number| {
            let own = AlertType::ALL[number % 2];
            world
                .owner(Method::POST, WEBHOOKS)
                .json(&body(&[own, AlertType::ConnectionRevoked], URL))
        })
        .collect();
    let sent = at_once(requests.into_iter().map(|request| async move {
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json::<Value>().await.expect("JSON"))
    }))
    .await;
    let made = sent.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    assert_eq!(made, 1, "{sent:?}");
    for (_, problem) in sent.iter().filter(|(status, _)| *status != StatusCode::CREATED) {
        assert_eq!(problem["errorKey"], "eventRegisteredTwice", "{problem}");
        assert_eq!(problem["status"], 400);
    }
    assert_eq!(get(&world, WEBHOOKS).await.1.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_deleted_webhook_s_events_are_free_again_and_other_events_were_free_all_the_time() {
    let world = World::start().await;
    let id = register(&world, &[AlertType::ConnectionRevoked], URL).await;
    register(&world, &[AlertType::ConnectionActivated], URL).await;
    assert_eq!(
        post(&world, &body(&[AlertType::ConnectionRevoked], URL)).await.1["errorKey"],
        "eventRegisteredTwice"
    );
    world.json(world.owner(Method::DELETE, &format!("{WEBHOOKS}/{id}"))).await;
    register(&world, &[AlertType::ConnectionRevoked], URL).await;
}

#[tokio::test]
async fn each_wrong_field_is_named_and_no_value_is_repeated() {
    let world = World::start().await;
    let right = body(&[AlertType::ConnectionRevoked], URL);
    for (field, value, key) in [
        ("events", Value::Null, "missingField"),
        ("events", json!([]), "emptyField"),
        ("events", json!("connectionRevoked"), "mistypedField"),
        ("events", json!([1]), "mistypedField"),
        ("events", json!(["planted-event"]), "malformedField"),
        ("name", Value::Null, "missingField"),
        ("name", json!(" "), "emptyField"),
        ("name", json!("n".repeat(256)), "fieldTooLong"),
        ("secret", Value::Null, "missingField"),
        ("secret", json!("planted"), "malformedField"),
        ("secret", json!("planted-secret-of-23-by"), "malformedField"),
        ("secret", json!("whsec_cGxhbnRlZC1zZWNyZXQtb2YtMjM="), "malformedField"),
        ("secret", json!("whsec_planted!"), "malformedField"),
        ("secret", json!("s".repeat(257)), "fieldTooLong"),
        ("url", Value::Null, "missingField"),
        ("url", json!("planted.example"), "malformedField"),
        ("url", json!("https://planted:word@receiver.example/"), "malformedField"),
        ("url", json!(format!("https://receiver.example/{}", "u".repeat(2_048))), "fieldTooLong"),
    ] {
        let mut body = right.clone();
        body[field] = value;
        let (status, problem) = post(&world, &body).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::BAD_REQUEST, &key.into()),
            "{body} {problem}"
        );
        assert_eq!(problem["fieldErrors"][0]["field"], field, "{problem}");
        assert!(!problem.to_string().contains("planted"), "{problem}");
    }
    let (_, problem) = post(&world, &json!({})).await;
    assert_eq!(problem["fieldErrors"].as_array().map(Vec::len), Some(4), "{problem}");
}

#[tokio::test]
async fn only_owners_get_there() {
    let world = World::start().await;
    for (method, path) in [
        (Method::POST, WEBHOOKS.to_owned()),
        (Method::GET, WEBHOOKS.to_owned()),
        (Method::GET, format!("{WEBHOOKS}/failed-calls")),
        (Method::DELETE, format!("{WEBHOOKS}/x")),
        (Method::PUT, format!("{WEBHOOKS}/x/secret")),
    ] {
        let answer = world.http.request(method, world.api(&path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn a_new_webhook_is_told_so_in_leafs_words() {
    let world =
        World::start_with(|options| options.address_policy = AddressPolicy::ThisMachineToo).await;
    let receiver = Receiver::start().await;
    register(&world, &[AlertType::ConnectionRevoked], &receiver.url).await;
    after(&world, 0).await;
    after(&world, 3_600).await;
    let calls = receiver.take();
    assert_eq!(calls.len(), 1, "once");
    assert_eq!(calls[0].json(), json!({ "message": "confirmation of webhook upon registration" }));
    assert!(!calls[0].header("x-leaf-signature").is_empty());
}

/// As when its process ended between the row and the secret.
#[tokio::test]
async fn a_webhook_without_a_secret_is_mended_by_a_rotation() {
    let world =
        World::start_with(|options| options.address_policy = AddressPolicy::ThisMachineToo).await;
    let receiver = Receiver::start().await;
    let id = register(&world, &[AlertType::ConnectionActivated], &receiver.url).await;
    let name = format!("panorama-connect/webhook/{id}");
    let secrets = &world.machine.secrets_manager;
    secrets
        .delete_secret()
        .secret_id(name)
        .force_delete_without_recovery(true)
        .send()
        .await
        .expect("deleted");
    world.clock.advance(adapters::secrets_manager::CACHED_FOR);
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(super::failed_calls(&world, "").await[0]["connectionError"], "noSecret");

    let request = world
        .owner(Method::PUT, &format!("{WEBHOOKS}/{id}/secret"))
        .json(&json!({ "secret": SECRET }));
    assert_eq!(world.json(request).await.0, StatusCode::OK);
    assert_eq!(after(&world, A_MINUTE).await, (0, 0));
    assert_eq!(receiver.take().len(), 1);
}
