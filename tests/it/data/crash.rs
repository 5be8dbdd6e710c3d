//! A process dies after each single call of a sync, of a copy, and of a conversion: the queues
//! finish it, and there is one row and one object for each file, and one result of its conversion.

use application::use_cases::convert_file::{Converted, convert_file};
use application::use_cases::store_stream::{Try, store_stream};
use application::use_cases::sync_operation::sync_operation;
use domain::catalogue::turn::Turn;
use local::environment::FILES_BUCKET;
use local::function_scope::as_function;
use reqwest::Method;
use serde_json::json;
use simulated_converter::{Behaviour, Script};

use crate::doomed::{self, Doomed};
use crate::world::{FARM, World};

/// Neither makes more calls; a test that gets here counts something that never ends.
const MORE_THAN_ANY: usize = 60;

/// Two parts of an upload, and a file that is sent whole.
const SIZES: [u64; 2] = [9_000_000, 300];

impl World {
    async fn assert_each_file_is_there_once(&self, user: &str, streams: usize, after: usize) {
        let files = self.files(user, "").await;
        let of_sizes =
            files.iter().filter(|it| SIZES.iter().any(|size| it["sizeInBytes"] == *size));
        assert_eq!(of_sizes.count(), SIZES.len() * streams, "after {after} calls");
        assert!(files.iter().all(|file| file["status"] == "processed"), "after {after} calls");
        let s3 = doomed::s3_client(self);
        let prefix = format!("raw/{user}/");
        let listed = s3.list_objects_v2().bucket(FILES_BUCKET).prefix(prefix).send().await;
        let objects = listed.expect("a listing");
        assert_eq!(objects.contents().len(), files.len(), "after {after} calls");
    }
}

#[tokio::test]
async fn a_sync_that_dies_after_any_call_is_finished_by_the_queues() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    // What was connected in the same moment is compared in any case.
    world.pass(1, 0);
    let id = user.parse().expect("an id");
    for calls in 0..MORE_THAN_ANY {
        world.change_operation(Method::POST, "streams", &json!({ "files": SIZES })).await;
        let ports = &world.machine.service.ports;
        ports.catalogue.request_sync(id, ports.clock.now(), Turn::Next).await.expect("asked for");
        let doomed = Doomed::after(calls, &world).await;
        let sync = sync_operation(&doomed.service.ports, id);
        let ended = as_function("sync-operation", Box::pin(sync)).await;
        assert_eq!(ended.is_err(), doomed.has_died(), "after {calls} calls: {ended:?}");
        world.settle().await;
        world.assert_each_file_is_there_once(&user, calls + 1, calls).await;
        if !doomed.has_died() {
            assert!(calls > 5, "only {calls}");
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_copy_that_dies_after_any_call_is_finished_by_the_queue() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let id = user.parse().expect("an id");
    for calls in 0..MORE_THAN_ANY {
        world.change_operation(Method::POST, "streams", &json!({ "files": SIZES })).await;
        sync_operation(&world.machine.service.ports, id).await.expect("synced");
        let new = world.files(&user, "&status=processing").await;
        let first = new[0]["id"].as_str().expect("an id").parse().expect("an id");
        let doomed = Doomed::after(calls, &world).await;
        let copy = store_stream(&doomed.service.ports, id, first, Try::OneOfMany);
        drop(as_function("store-file", Box::pin(copy)).await);
        world.settle().await;
        world.assert_each_file_is_there_once(&user, calls + 1, calls).await;
        if !doomed.has_died() {
            assert!(calls > 12, "only {calls}");
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_conversion_that_dies_after_any_call_is_finished_by_the_queue() {
    let script = Script::default();
    let converter = script.clone();
    let world = World::start_with(|options| options.converter = Some(converter)).await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    world.pass(1, 0);
    world.change_operation(Method::POST, "streams", &json!({ "files": [99] })).await;
    world.follow(&user).await;
    let files = world.files(&user, "").await;
    let file = files.iter().find(|file| file["sizeInBytes"] == 99).expect("the file");
    let stream = world.stream_of(file).await;
    let (id, file) = (user.parse().expect("an id"), file["id"].as_str().expect("an id"));
    for calls in 0..MORE_THAN_ANY {
        // Other bytes: what was made of those before is in the way.
        world.pass(1, 0);
        let changed = json!({ "taskIndex": calls + 100, "files": [100 + calls] });
        world.change_operation(Method::POST, &format!("streams/{stream}"), &changed).await;
        script.then(Behaviour::Throttled);
        world.follow(&user).await;
        let doomed = Doomed::after(calls, &world).await;
        let file_id = file.parse().expect("an id");
        let ports = &doomed.service.ports;
        let convert = convert_file(ports, id, file_id, Converted::Stays, Try::OneOfMany);
        drop(as_function("convert-file", Box::pin(convert)).await);
        world.deliver_after(16 * 60).await;
        let path = format!("/services/operations/api/files/{file}/summary");
        let summary = world.get(&path).await.json(200);
        assert_eq!(summary["properties"]["sizeInBytes"], 100 + calls, "after {calls} calls");
        let outputs = world.outputs(&format!("{user}/{file}/")).await;
        assert_eq!(outputs.len(), 2, "after {calls} calls: {outputs:?}");
        if !doomed.has_died() {
            assert!(calls > 8, "only {calls}");
            return;
        }
    }
    panic!("it never ends");
}
