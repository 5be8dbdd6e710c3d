//! From what Panorama lists to the catalogue and the bytes of its files.

use std::collections::BTreeSet;
use std::time::Duration;

use all_functions::FUNCTIONS;
use application::ports::clock::Clock as _;
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::store_stream::{Try, store_stream};
use application::use_cases::sync_operation::{Synced, sync_operation};
use lambda::function::Kind;
use local::function_scope;
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{FIELDS, OPERATIONS, text};
use crate::manual_creation;
use crate::world::{FARM, OTHER_FARM, World};

impl World {
    /// The queues deliver until they are empty, and nothing has come of that either.
    pub(super) async fn settle(&self) {
        let mut empty = 0;
        for _ in 0..12 {
            let queues = self.machine.outbox.deliver().await.expect("the stream can be read");
            let is_empty =
                ["syncs", "files", "leavings"].iter().all(|name| queues[name].waiting == 0);
            empty = if is_empty { empty + 1 } else { 0 };
            if empty == 2 {
                let dead: usize = queues.values().map(|queue| queue.dead_letters).sum();
                assert_eq!(dead, 0, "{queues:?}");
                return;
            }
            if !is_empty {
                self.pass(16, 0);
            }
        }
        panic!("the queues do not become empty");
    }

    /// A function's schedule has come.
    pub(super) async fn call_by_the_clock(&self, name: &str) {
        let function = FUNCTIONS.iter().find(|it| it.name == name).expect("a function");
        let Kind::Schedule { run, .. } = function.kind else { panic!("nothing calls it") };
        let deadline = self.clock.now().plus(Duration::from_mins(1));
        function_scope::as_function(function.name, run(&self.machine.service, deadline)).await;
    }

    /// The operation is followed, and then its files are fetched, until none is on its way.
    async fn sync(&self, user: &str) {
        let ports = &self.machine.service.ports;
        let user_id = user.parse().expect("an id");
        sync_operation(ports, user_id).await.expect("synced");
        for _ in 0..5 {
            self.pass(16, 0);
            for id in self.column(&files_path(user, "&status=processing"), "id").await {
                let id = id.parse().expect("an id");
                // Of a stream's second file nothing is known by itself.
                drop(store_stream(ports, user_id, id, Try::OneOfMany).await);
            }
        }
    }

    pub(super) async fn files(&self, user: &str, more: &str) -> Vec<Value> {
        self.list(&files_path(user, more)).await.0
    }

    pub(super) async fn change_operation(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = self.panorama(&format!("/control/operations/{FARM}/{path}"));
        let (status, answer) = self.json(self.http.request(method, url).json(body)).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    /// What a file's download address leads to.
    pub(super) async fn bytes_of(&self, file: &Value) -> Vec<u8> {
        let url = file["downloadOriginalFile"].as_str().unwrap_or_else(|| panic!("{file}"));
        let path = url.strip_prefix(&self.api("")).expect("an address of ours");
        let answer = self.owner(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 302, "{file}");
        let link = answer.headers()[LOCATION].to_str().expect("ASCII").to_owned();
        let answer = self.http.get(link).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("bytes").to_vec()
    }

    /// What Panorama has of the streams' files, by their names.
    async fn expected_bytes(&self, stream: &str, name: &str) -> Vec<u8> {
        let path = format!("/control/operations/{FARM}/streams/{stream}/files/{name}");
        let answer = self.http.get(self.panorama(&path)).send().await.expect("an answer");
        answer.bytes().await.expect("bytes").to_vec()
    }
}

fn files_path(user: &str, more: &str) -> String {
    format!("{OPERATIONS}/files?leafUserId={user}&size=100{more}")
}

#[tokio::test]
async fn after_the_farmers_click_the_lists_fill_by_themselves_and_again_every_six_hours() {
    let world = World::start().await;
    let streams = json!({ "files": [300_000, 7] });
    world.change_operation(Method::POST, "streams", &streams).await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let files = world.files(&user, "").await;
    assert!(files.len() > 5, "{files:?}");
    assert!(files.iter().all(|file| file["status"] == "processed"), "{files:?}");
    let total: u64 = files.iter().filter_map(|file| file["sizeInBytes"].as_u64()).sum();
    assert!(total > 300_007);

    world.change_operation(Method::POST, "streams", &streams).await;
    world.clock.advance(Duration::from_hours(6));
    world.settle().await;
    assert_eq!(world.files(&user, "").await.len(), files.len(), "nobody has asked yet");
    world.call_by_the_clock("request-syncs").await;
    world.settle().await;
    assert_eq!(world.files(&user, "&status=processed").await.len(), files.len() + 2);
}

/// Each way from one operation to another while the credential is ACTIVE all the time.
#[tokio::test]
async fn another_operation_is_synced_at_once_though_the_connection_was_active_before() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let fields = format!("{FIELDS}/users/{user}/fields");
    let there = async || {
        let is_there = |field: &&Value| field["removedTime"].is_null();
        let (fields, _) = world.list(&fields).await;
        let names = fields.iter().filter(is_there).map(|it| text(&it["providerFieldId"]));
        names.collect::<BTreeSet<_>>()
    };
    let of_farm = there().await;
    world.clock.advance(Duration::from_mins(1));
    world.connect(&user, OTHER_FARM).await;
    assert_eq!(world.status(&user).await, "ACTIVE");
    world.settle().await;
    let of_other = there().await;
    assert!(!of_other.is_empty() && of_other.is_disjoint(&of_farm), "{of_other:?}");

    world.clock.advance(Duration::from_mins(1));
    assert_eq!(manual_creation::create(&world, &user, |_| {}).await.0, StatusCode::CREATED);
    world.settle().await;
    assert_eq!(there().await, of_farm);
}

#[tokio::test]
async fn everything_that_is_listed_is_stored_and_the_bytes_are_panoramas() {
    let world = World::start().await;
    let added =
        world.change_operation(Method::POST, "streams", &json!({ "files": [300_000, 7] })).await;
    let stream = added["streams"][0].as_str().expect("an id").to_owned();
    let user = world.connected("maria", FARM).await;
    world.sync(&user).await;
    let files = world.files(&user, "").await;
    assert!(files.len() > 5, "{files:?}");
    assert!(files.iter().all(|file| file["status"] == "processed"), "{files:?}");
    let (operations, _) = world.list(&format!("{OPERATIONS}/operations?leafUserId={user}")).await;
    assert!(!operations.is_empty());
    let mut compared = 0;
    for file in &files {
        let bytes = world.bytes_of(file).await;
        assert_eq!(file["sizeInBytes"], bytes.len(), "{file}");
        let name = file["fileName"].as_str().expect("a name");
        let expected = world.expected_bytes(&stream, name).await;
        compared += usize::from(bytes == expected);
    }
    assert_eq!(compared, 2, "both files of the stream are among them");

    // Nothing is new: one call, and nothing is fetched again.
    let calls = ["listFields", "download", "file"];
    let mut before = Vec::new();
    for call in calls {
        before.push(world.calls(call).await);
    }
    world.sync(&user).await;
    for (call, (before, more)) in calls.into_iter().zip(before.into_iter().zip([1, 0, 0])) {
        assert_eq!(world.calls(call).await, before + more, "{call}");
    }
    assert_eq!(world.files(&user, "").await, files);
}

#[tokio::test]
async fn what_changes_at_panorama_is_followed_and_what_leaves_is_marked() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.sync(&user).await;
    let before = world.files(&user, "").await;
    let added = world.change_operation(Method::POST, "streams", &json!({ "files": [11] })).await;
    let stream = added["streams"][0].as_str().expect("an id");
    world.sync(&user).await;
    let after = world.files(&user, "").await;
    let new: Vec<_> =
        after.iter().filter(|file| !before.iter().any(|old| old["id"] == file["id"])).collect();
    assert_eq!((new.len(), &new[0]["sizeInBytes"]), (1, &json!(11)));
    let path = format!("streams/{stream}");
    world.change_operation(Method::DELETE, &path, &json!({})).await;
    world.sync(&user).await;
    let removed = world.files(&user, "").await;
    let removed: Vec<_> = removed.iter().filter(|file| file["removedTime"].is_string()).collect();
    assert_eq!((removed.len(), &removed[0]["id"]), (1, &new[0]["id"]));
    assert_eq!(world.bytes_of(removed[0]).await.len(), 11, "what was received stays");
}

#[tokio::test]
async fn nothing_is_fetched_after_the_farmer_has_switched_sharing_off() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let ports = &world.machine.service.ports;
    let id = user.parse().expect("an id");
    assert_eq!(sync_operation(ports, id).await.expect("synced"), Synced::Followed);
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    assert_eq!(sync_operation(ports, id).await.expect("asked"), Synced::NoConsent);
    let all = world.files(&user, "").await;
    for file in &all {
        let file = file["id"].as_str().expect("an id").parse().expect("an id");
        store_stream(ports, id, file, Try::OneOfMany).await.expect("nothing to do");
    }
    assert_eq!((world.calls("download").await, world.calls("file").await), (0, 0));
    assert_eq!(world.files(&user, "&status=failed").await.len(), all.len());

    // The farmer shares again: what was not fetched is fetched then.
    world.clock.advance(Duration::from_hours(24));
    world.share(FARM).await;
    let seen = world.land(&mut world.browser(), &world.callback(FARM)).await;
    assert_eq!(seen.outcome, "notBound");
    assert_eq!(world.check_after(15).await.recovered, 1);
    world.sync(&user).await;
    let files = world.files(&user, "").await;
    assert!(files.len() >= all.len());
    assert!(files.iter().all(|file| file["status"] == "processed"), "{files:?}");
}

#[tokio::test]
async fn what_left_the_listing_is_not_fetched_though_it_still_waits_for_its_bytes() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let added = world.change_operation(Method::POST, "streams", &json!({ "files": [7] })).await;
    let ports = &world.machine.service.ports;
    let id = user.parse().expect("an id");
    sync_operation(ports, id).await.expect("synced");
    let path = format!("streams/{}", added["streams"][0].as_str().expect("an id"));
    world.change_operation(Method::DELETE, &path, &json!({})).await;
    sync_operation(ports, id).await.expect("synced");
    let files = world.files(&user, "").await;
    let gone = files.iter().find(|file| file["removedTime"].is_string()).expect("the removed one");
    let gone = gone["id"].as_str().expect("an id").parse().expect("an id");
    let file = ports.catalogue.files_of(id, &[gone]).await.expect("read").remove(0);
    let wanted = file.copy.wanted_again();
    let now = ports.clock.now();
    ports.catalogue.write_copy(None, id, &file, &wanted, now).await.expect("written");

    let left = store_stream(ports, id, gone, Try::OneOfMany).await.expect("nothing to do");
    assert_eq!(left, Remaining::Nothing);
    assert_eq!((world.calls("download").await, world.calls("file").await), (0, 0));
    let failed = world.files(&user, "&status=failed").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0]["message"].as_str().expect("why").contains("stopped listing"));
}

#[tokio::test]
async fn a_download_on_a_bad_day_is_read_on_or_tried_again() {
    let world = World::start().await;
    let added =
        world.change_operation(Method::POST, "streams", &json!({ "files": [300_000] })).await;
    let stream = added["streams"][0].as_str().expect("an id").to_owned();
    for fault in ["cut", "wrongLength", "redirect"] {
        world.fault(json!({ "call": "file", "fault": fault, "organizationCode": FARM })).await;
    }
    world.fault(json!({ "call": "file", "fault": "status", "status": 503, "times": 3 })).await;
    let user = world.connected("maria", FARM).await;
    world.sync(&user).await;
    let files = world.files(&user, "").await;
    assert!(files.iter().all(|file| file["status"] == "processed"), "{files:?}");
    let file = files.iter().find(|file| file["sizeInBytes"] == 300_000).expect("the large one");
    let name = file["fileName"].as_str().expect("a name");
    assert!(world.bytes_of(file).await == world.expected_bytes(&stream, name).await);
}

#[tokio::test]
async fn what_does_not_come_for_a_day_is_given_up_and_tried_again_when_it_is_sent_again() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let ports = &world.machine.service.ports;
    let id = user.parse().expect("an id");
    sync_operation(ports, id).await.expect("synced");
    world.fault(json!({ "call": "download", "fault": "status", "status": 503, "times": 9 })).await;
    let all = world.files(&user, "").await;
    let first = all[0]["id"].as_str().expect("an id").parse().expect("an id");
    assert!(store_stream(ports, id, first, Try::Last).await.is_err());
    let failed = world.files(&user, "&status=failed").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0]["message"].as_str().expect("why").contains("within a day"));
    world.mend().await;
    let left = store_stream(ports, id, first, Try::OneOfMany).await.expect("stored");
    assert_eq!(left, Remaining::Nothing);
    let stored = world.files(&user, "&status=processed").await;
    assert!(stored.iter().any(|file| file["id"] == failed[0]["id"]), "{stored:?}");
}

#[tokio::test]
async fn a_sync_is_done_when_it_is_asked_for_unless_nothing_may_be_read() {
    let world = World::start().await;
    let path = |user: &str| format!("{FIELDS}/users/{user}/fields/sync");
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let before = world.files(&user, "").await.len();
    world.change_operation(Method::POST, "streams", &json!({ "files": [7] })).await;
    let answer = world.ask(Method::POST, &path(&user)).await.json(202);
    assert!(answer["message"].as_str().is_some_and(|text| text.contains("scheduled")), "{answer}");
    world.settle().await;
    assert_eq!(world.files(&user, "&status=processed").await.len(), before + 1);

    let nobody = "00000000-0000-4000-8000-000000000000";
    world.ask(Method::POST, &path(nobody)).await.problem(404, "leafUserNotFound");
    world.ask(Method::POST, &path("7")).await.problem_of(400, "malformedField", &["leafUserId"]);
    let lea = world.create_user("lea").await;
    let refused = world.ask(Method::POST, &path(&lea)).await.problem(409, "connectionNotActive");
    assert!(refused["detail"].as_str().is_some_and(|it| it.contains("Start with")), "{refused}");
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    let refused = world.ask(Method::POST, &path(&user)).await.problem(409, "connectionNotActive");
    assert!(refused["detail"].as_str().is_some_and(|it| it.contains("REVOKED")), "{refused}");
}
