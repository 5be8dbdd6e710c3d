//! `request-syncs`, `sync-operation`, `store-file` and `convert-file`: what fills catalogue and
//! bucket.

use std::time::Duration;

use all_functions::FUNCTIONS;
use application::ports::clock::Clock as _;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::function::{Function, Kind};
use local::environment::{FILES_BUCKET, TABLE_NAME};
use local::function_scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::Scenario;
use super::queues_and_schedules::{check, work_for_the};
use crate::doomed;
use crate::permissions::forgetful::Forgetful;
use crate::world::{FARM, World};

/// Larger than one part of an upload.
const LARGE: u64 = 20_000_000;

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    request_syncs(&scenario.machine().await).await;
    Box::pin(sync_operation(&scenario.machine().await)).await;
    Box::pin(store_file(&scenario.machine().await)).await;
    Box::pin(convert_file(&scenario.machine().await)).await;
    Box::pin(forget_data(&scenario.machine().await)).await;
}

/// One connection was made before there was a list of them.
async fn request_syncs(machine: &Forgetful) {
    let user = machine.world.connected("maria", FARM).await;
    before_there_was_a_list(&machine.world, &user).await;
    let deadline = machine.world.clock.now().plus(Duration::from_mins(1));
    let by_the_clock = |it: &&&Function| it.name == "request-syncs";
    let function = FUNCTIONS.iter().find(by_the_clock).expect("a function");
    let Kind::Schedule { run, .. } = function.kind else { panic!("nothing calls it") };
    function_scope::as_function(function.name, run(&machine.process(), deadline)).await;
}

async fn before_there_was_a_list(world: &World, user: &str) {
    let dynamodb = &world.machine.dynamodb;
    let row = dynamodb.update_item().table_name(TABLE_NAME);
    let row = row
        .key("pk", AttributeValue::S(format!("USER#{user}")))
        .key("sk", AttributeValue::S("CREDENTIAL".to_owned()))
        .update_expression("REMOVE standing, silentSince");
    row.send().await.expect("updated");
    let app_key = format!("STAGE#{}", world.machine.ready.app_name);
    let share = dynamodb.update_item().table_name(TABLE_NAME);
    let share = share
        .key("pk", AttributeValue::S(format!("TOTAL#CONNECTIONS#{app_key}")))
        .key("sk", AttributeValue::S(user[user.len() - 1..].to_owned()))
        .update_expression("REMOVE ACTIVE");
    share.send().await.expect("updated");
}

/// All is new, nothing is, some is gone; the login is refused; the farmer has left.
async fn sync_operation(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", FARM).await;
    let stream = streams(world, json!([7])).await;
    for _ in 0..2 {
        world.tokens_expire().await;
        assert_eq!(sync(machine, &user).await, 0);
    }
    remove(world, &stream).await;
    assert_eq!(sync(machine, &user).await, 0);
    let right = world.machine.ready.stage.partner.password;
    world.password_is_outdated().await;
    assert_eq!(sync(machine, &user).await, 1);
    world.change_partner_password("STAGE", right).await;
    world.clock.advance(Duration::from_hours(24));
    world.unshare(FARM).await;
    assert_eq!(sync(machine, &user).await, 0);
}

/// Several at once, one in parts; cut at a bad moment; given up; not shared any more.
async fn store_file(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", FARM).await;
    streams(world, json!([LARGE, 7])).await;
    assert_eq!(sync(machine, &user).await, 0);
    let sizes = |files: &[Value]| files.iter().filter(|it| it["sizeInBytes"] == LARGE).count();
    // Each goes on from the middle of what was left, until there have been enough of it.
    world.fault(json!({ "call": "file", "fault": "cut", "times": 500 })).await;
    store_all(machine, &user, 1).await;
    world.mend().await;
    world.pass(16, 0);
    world.tokens_expire().await;
    store_all(machine, &user, 1).await;
    assert_eq!(sizes(&files(world, &user).await), 1);

    streams(world, json!([11])).await;
    assert_eq!(sync(machine, &user).await, 0);
    world.fault(json!({ "call": "download", "fault": "status", "status": 503, "times": 3 })).await;
    world.tokens_expire().await;
    assert_eq!(store_all(machine, &user, LAST).await, 1);
    world.mend().await;
    streams(world, json!([13])).await;
    assert_eq!(sync(machine, &user).await, 0);
    world.fault(json!({ "call": "file", "fault": "status", "status": 503, "times": 9 })).await;
    assert_eq!(store_all(machine, &user, LAST).await, 1);
    world.mend().await;

    streams(world, json!([17])).await;
    assert_eq!(sync(machine, &user).await, 0);
    world.unshare(FARM).await;
    world.pass(15, 0);
    assert_eq!(check(machine, Duration::from_mins(1)).await.revoked, 1);
    assert_eq!(store_all(machine, &user, 1).await, 0);
}

/// Converted, and read; anew with other bytes; of a Leaf user that is gone.
async fn convert_file(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", FARM).await;
    let stream = streams(world, json!([40])).await;
    assert_eq!(sync(machine, &user).await, 0);
    store_all(machine, &user, 1).await;
    let of_stream = files(world, &user).await;
    let file = of_stream.iter().find(|it| it["sizeInBytes"] == 40).expect("the file");
    let id = file["id"].as_str().expect("an id");
    let message = json!({ "leafUserId": user, "fileId": id });
    assert_eq!(work_for_the(machine, "convert-file", &message, 1).await, 0);
    let of_file = format!("/services/operations/api/files/{id}");
    for (what, status) in [("summary", 200), ("download/standardGeojson", 302)] {
        let answer = world.owner(Method::GET, &format!("{of_file}/{what}")).send().await;
        assert_eq!(answer.expect("an answer").status(), status, "{what}");
    }
    let url = world.panorama(&format!("/control/operations/{FARM}/streams/{stream}"));
    let changed = json!({ "crop": "Barley", "files": [48] });
    let answer = world.http.post(url).json(&changed).send().await.expect("an answer");
    assert!(answer.status().is_success());
    world.pass(16, 0);
    assert_eq!(sync(machine, &user).await, 0);
    store_all(machine, &user, 1).await;
    assert_eq!(work_for_the(machine, "convert-file", &message, 1).await, 0);
    world.gets(204, Method::DELETE, &format!("/users/{user}"), None).await;
    assert_eq!(work_for_the(machine, "convert-file", &message, 1).await, 0);
}

/// With files, and what a converter made of one; once more; when there is nothing any more.
async fn forget_data(machine: &Forgetful) {
    let world = &machine.world;
    let user = world.connected("maria", FARM).await;
    streams(world, json!([7])).await;
    assert_eq!(sync(machine, &user).await, 0);
    store_all(machine, &user, 1).await;
    let key = format!("converted/{user}/{}/summary.json", uuid::Uuid::new_v4());
    let put = doomed::s3_client(world).put_object().bucket(FILES_BUCKET).key(key);
    put.send().await.expect("it is put");
    let path = format!("/users/{user}/panorama-credentials?deleteData=true");
    world.gets(204, Method::DELETE, &path, None).await;
    let message = json!({ "leafUserId": user });
    for (minutes, left) in [(1, 1), (15, 0), (1, 0)] {
        world.pass(minutes, 0);
        assert_eq!(work_for_the(machine, "forget-data", &message, 1).await, left);
    }
    assert!(files(world, &user).await.is_empty());
}

/// A delivery after which there is none.
const LAST: u32 = 90;

/// How many messages are to be delivered again.
async fn sync(machine: &Forgetful, user: &str) -> usize {
    let message = json!({ "leafUserId": user });
    work_for_the(machine, "sync-operation", &message, 1).await
}

/// The same of a message for each file.
async fn store_all(machine: &Forgetful, user: &str, time: u32) -> usize {
    let mut again = 0;
    for file in files(&machine.world, user).await {
        if file["status"] == "processing" {
            let message = json!({ "leafUserId": user, "fileId": file["id"] });
            again += work_for_the(machine, "store-file", &message, time).await;
        }
    }
    again
}

async fn files(world: &World, user: &str) -> Vec<Value> {
    let path = format!("/services/operations/api/files?leafUserId={user}&size=100");
    let (_, body) = world.json(world.owner(Method::GET, &path)).await;
    body["operations"].as_array().expect("a list").clone()
}

/// The farmer's machine has recorded a stream of files of these sizes; its id.
async fn streams(world: &World, files: Value) -> String {
    let url = world.panorama(&format!("/control/operations/{FARM}/streams"));
    let (_, answer) = world.json(world.http.post(url).json(&json!({ "files": files }))).await;
    answer["streams"][0].as_str().expect("an id").to_owned()
}

async fn remove(world: &World, stream: &str) {
    let url = world.panorama(&format!("/control/operations/{FARM}/streams/{stream}"));
    assert!(world.http.delete(url).send().await.expect("an answer").status().is_success());
}
