//! Alerts about what farmers share, from what really happens.

use std::collections::BTreeMap;

use application::ports::clock::Clock as _;
use application::use_cases::sync_operation::sync_operation;
use domain::alert::data::{DataAlert, DataAlertType, DataEvent};
use domain::alert::{Alert, Notice, Told};
use domain::ids::{FieldId, LeafUserId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::receiver::{Call, Receiver, Reply};
use super::{WEBHOOKS, failed_calls, post, registration};
use crate::world::{FARM, World};

/// A machine whose webhooks may be on this machine, and a receiver that is registered for these
/// events and has been told so.
async fn listening(events: Value) -> (World, Receiver, String) {
    let world = World::start_with(|options| {
        options.address_policy = domain::address_policy::AddressPolicy::ThisMachineToo;
    })
    .await;
    let (receiver, id) = registered(&world, events).await;
    (world, receiver, id)
}

async fn registered(world: &World, events: Value) -> (Receiver, String) {
    let receiver = Receiver::start().await;
    let (status, webhook) = post(world, &registration(events, &receiver.url)).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    settle(world).await;
    assert_eq!(receiver.take().len(), 1, "the message about the registration");
    (receiver, webhook["id"].as_str().expect("an id").to_owned())
}

/// Lets the queues come to rest: a sync, then what it stores, then what is told of it.
async fn settle(world: &World) {
    for _ in 0..6 {
        world.machine.outbox.deliver().await.expect("the stream can be read");
    }
}

async fn listed(world: &World, path: &str, user: &str) -> Vec<Value> {
    let path = format!("/services/{path}?leafUserId={user}&size=100");
    let (status, answer) = world.json(world.owner(Method::GET, &path)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let list = answer.get("operations").unwrap_or(&answer);
    list.as_array().expect("a list").clone()
}

/// The ids in the lists of files, fields and field operations.
async fn ids(world: &World, path: &str, user: &str) -> Vec<String> {
    let list = listed(world, path, user).await;
    let mut ids: Vec<_> =
        list.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect();
    ids.sort();
    ids
}

/// What was told of each type: the ids, in order.
fn told(calls: &[Call]) -> BTreeMap<String, Vec<String>> {
    let mut told = BTreeMap::<String, Vec<String>>::new();
    for call in calls {
        let json = call.json();
        let id = ["fileId", "fieldId", "operationId"].into_iter().find_map(|id| json[id].as_str());
        let kind = json["type"].as_str().expect("a type").to_owned();
        told.entry(kind).or_default().push(id.expect("an id").to_owned());
    }
    for ids in told.values_mut() {
        ids.sort();
    }
    told
}

/// A stream of one file of so many bytes; its id.
async fn record(world: &World, size: u64) -> String {
    let url = world.panorama(&format!("/control/operations/{FARM}/streams"));
    let (_, answer) = world.json(world.http.post(url).json(&json!({ "files": [size] }))).await;
    answer["streams"][0].as_str().expect("an id").to_owned()
}

async fn sync(world: &World, user: &str) {
    let user = user.parse().expect("an id");
    sync_operation(&world.machine.service.ports, user).await.expect("synced");
}

#[tokio::test]
async fn what_a_first_sync_brings_is_told_once_and_in_leafs_words() {
    let (world, receiver, _) = listening(json!(DataAlertType::ALL)).await;
    let user = world.connected("maria", FARM).await;
    settle(&world).await;
    let calls = receiver.take();
    let told = told(&calls);
    for (kind, path) in [
        ("fieldCreated", "fields/api/fields"),
        ("operationCreated", "operations/api/operations"),
        ("providerFileProcessingFinished", "operations/api/files"),
    ] {
        let expected = ids(&world, path, &user).await;
        assert!(!expected.is_empty(), "{kind}");
        assert_eq!(told.get(kind), Some(&expected), "{kind}");
    }
    assert_eq!(told.get("providerFileProcessingFailed"), None);
    for call in &calls {
        let json = call.json();
        let [kind, at] = ["type", "timestamp"].map(|field| json[field].as_str().expect("a text"));
        assert!(at.ends_with(".000000Z"), "{json}");
        let end = format!("\"timestamp\": \"{at}\", \"type\": \"{kind}\"}}");
        let begin = match kind {
            "fieldCreated" | "fieldUpdated" => format!(
                "{{\"source\": \"SYNC\", \"leafUserId\": \"{user}\", \"fieldId\": {}, ",
                json["fieldId"]
            ),
            "operationCreated" | "operationUpdated" => {
                format!("{{\"operationId\": {}, \"leafUserId\": \"{user}\", ", json["operationId"])
            }
            _ => format!("{{\"fileId\": {}, \"leafUserId\": \"{user}\", ", json["fileId"]),
        };
        assert_eq!(call.body, format!("{begin}{end}"));
        assert!(call.header("webhook-id").starts_with("msg_"));
        assert!(!call.header("x-leaf-signature").is_empty());
        assert!(!call.body.contains(FARM));
    }

    // Nothing is new, so nothing is told.
    sync(&world, &user).await;
    settle(&world).await;
    assert_eq!(receiver.types(), Vec::<String>::new());
}

#[tokio::test]
async fn what_changes_is_told_when_it_comes_and_when_it_goes() {
    let (world, receiver, _) = listening(json!(DataAlertType::ALL)).await;
    let user = world.connected("maria", FARM).await;
    settle(&world).await;
    let before = ids(&world, "operations/api/files", &user).await;
    receiver.take();
    let stream = record(&world, 11).await;
    sync(&world, &user).await;
    settle(&world).await;
    let after = ids(&world, "operations/api/files", &user).await;
    let new: Vec<_> = after.into_iter().filter(|id| !before.contains(id)).collect();
    let came = told(&receiver.take());
    assert_eq!(came.get("providerFileProcessingFinished"), Some(&new));
    let operations = came.get("operationCreated").or(came.get("operationUpdated"));
    let fields = came.get("fieldCreated").or(came.get("fieldUpdated"));
    assert_eq!((operations.map(Vec::len), fields.map(Vec::len)), (Some(1), Some(1)), "{came:?}");

    // Of a file that is listed no longer Leaf has no alert; what is left of its field has changed.
    let url = world.panorama(&format!("/control/operations/{FARM}/streams/{stream}"));
    assert!(world.http.delete(url).send().await.expect("an answer").status().is_success());
    sync(&world, &user).await;
    settle(&world).await;
    let went = told(&receiver.take());
    assert!(went.keys().all(|kind| kind.ends_with("Updated")), "{went:?}");
    assert_eq!(went.get("fieldUpdated"), fields, "{went:?}");
    assert_eq!(went.get("operationUpdated"), operations, "{went:?}");
}

#[tokio::test]
async fn a_file_that_will_not_come_is_told_with_the_reason() {
    let (world, receiver, _) = listening(json!(["providerFileProcessingFailed"])).await;
    let user = world.connected("maria", FARM).await;
    sync(&world, &user).await;
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    settle(&world).await;
    let calls = receiver.take();
    let told = told(&calls);
    let expected = ids(&world, "operations/api/files", &user).await;
    assert_eq!(told.get("providerFileProcessingFailed"), Some(&expected));
    for call in calls {
        assert_eq!(call.json()["message"], "sharing ended before this file was downloaded.");
    }
}

/// Its calls are made again for a day, then they are dead letters and can be replayed. Meanwhile
/// others are called as ever.
#[tokio::test]
async fn a_receiver_that_is_down_for_a_day_is_told_by_a_replay_and_holds_up_nobody() {
    let (mut world, receiver, id) = listening(json!(["providerFileProcessingFinished"])).await;
    let (other, _) = registered(&world, json!(["connectionRevoked", "operationCreated"])).await;
    let start = world.clock.now().to_string();
    let user = world.connected("maria", FARM).await;
    settle(&world).await;
    receiver.take();
    assert!(!other.types().is_empty(), "the field operations");

    receiver.answer(vec![Reply::Status(500); 96]);
    record(&world, 11).await;
    sync(&world, &user).await;
    settle(&world).await;
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    settle(&world).await;
    assert!(other.types().contains(&"connectionRevoked".to_owned()));
    for _ in 0..96 {
        world.pass(15, 0);
        world.machine.outbox.deliver().await.expect("the stream can be read");
    }
    world.token = world.sign_in().await;
    let in_queues = world.machine.outbox.deliver().await.expect("the stream can be read");
    let left = in_queues["data-alerts"];
    assert_eq!((left.waiting, left.dead_letters), (0, 1));
    let calls = receiver.take();
    assert_eq!(calls.len(), 96, "a day of quarters of an hour");
    let failed = failed_calls(&world, "").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!((&failed[0]["attempts"], &failed[0]["status"]), (&json!(96), &json!(500)));
    assert_eq!(failed[0]["requestBody"], *calls[0].body);

    let path = format!("{WEBHOOKS}/{id}/replay");
    let body = json!({ "from": start, "onlyFailed": true });
    let asked = world.json(world.owner(Method::POST, &path).json(&body)).await;
    assert_eq!(asked.0, StatusCode::ACCEPTED, "{}", asked.1);
    settle(&world).await;
    let again = receiver.take();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].header("webhook-id"), calls[0].header("webhook-id"));
    assert_eq!(again[0].body, calls[0].body);
    assert_eq!(failed_calls(&world, "").await.len(), 0);
}

/// Whoever does not want to hear of data does not wait for it either.
#[tokio::test]
async fn a_replay_tells_of_connections_first_and_then_of_data_page_by_page() {
    let (world, receiver, id) = listening(json!(["connectionActivated", "fieldCreated"])).await;
    let start = world.clock.now();
    let field = |number: u32| FieldId(Uuid::from_u128(u128::from(number)));
    for number in 0..120 {
        let what = DataEvent::FieldCreated(field(number));
        let alert = DataAlert { leaf_user_id: LeafUserId(Uuid::from_u128(1)), what };
        let change = format!("change{number}").parse().expect("an id");
        let notice = Notice { id: change, at: start, told: Told::Alert(Alert::Data(alert)) };
        world.machine.service.ports.webhooks.note_alert(&notice).await.expect("noted");
    }
    world.pass(1, 0);
    world.connected("maria", FARM).await;
    settle(&world).await;
    receiver.take();
    world.pass(1, 0);
    let path = format!("{WEBHOOKS}/{id}/replay");
    let body = json!({ "from": start.to_string() });
    assert_eq!(
        world.json(world.owner(Method::POST, &path).json(&body)).await.0,
        StatusCode::ACCEPTED
    );
    settle(&world).await;
    let types = receiver.take();
    assert_eq!(types[0].json()["type"], "connectionActivated");
    let told = told(&types[1..]);
    let fields = told.get("fieldCreated").expect("fields");
    let noted = (0..120).filter(|number| fields.contains(&field(*number).to_string())).count();
    assert_eq!((noted, told.len()), (120, 1));
    assert_eq!(fields.len(), types.len() - 1);
    assert!(fields.windows(2).all(|pair| pair[0] != pair[1]), "each once");
}
