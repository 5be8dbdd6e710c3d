//! What a Leaf user shared is deleted when it leaves, all of it and nothing else, whatever happens
//! meanwhile.

use std::sync::Arc;

use application::ports::Ports;
use application::ports::downloads::{Download, DownloadError, Downloads, Place};
use application::use_cases::forget_data::forget_data;
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::store_stream::{StoreStreamError, Try, store_stream};
use application::use_cases::sync_operation::{Synced, sync_operation};
use async_trait::async_trait;
use domain::catalogue::difference::Stored;
use domain::catalogue::turn::Turn;
use domain::download_url::DownloadUrl;
use domain::ids::LeafUserId;
use local::Upstream;
use local::environment::FILES_BUCKET;
use local::function_scope::as_function;
use reqwest::Method;
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::OPERATIONS;
use crate::doomed::{self, Doomed};
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

/// No test makes more calls; one that gets here counts something that never ends.
const MORE_THAN_ANY: usize = 80;

impl World {
    fn credential_path(user: &str) -> String {
        format!("{MANAGEMENT}/users/{user}/panorama-credentials")
    }

    /// The partner deletes a credential and what was received by it.
    pub(super) async fn delete_with_data(&self, user: &str) {
        let path = format!("{}?deleteData=true", Self::credential_path(user));
        let answer = self.ask(Method::DELETE, &path).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        let place = answer.header(LOCATION.as_str()).expect("a place");
        assert_eq!(place, self.api(&deletion_path(user)));
    }

    pub(super) async fn deletion(&self, user: &str) -> Value {
        self.ask(Method::GET, &deletion_path(user)).await.json(200)
    }

    /// The keys of all objects of a Leaf user.
    pub(super) async fn objects_of(&self, user: &str) -> Vec<String> {
        let s3 = doomed::s3_client(self);
        let mut keys = Vec::new();
        for kind in ["raw", "converted"] {
            let prefix = format!("{kind}/{user}/");
            let listed = s3.list_objects_v2().bucket(FILES_BUCKET).prefix(prefix).send().await;
            let listed = listed.expect("a listing");
            keys.extend(listed.contents().iter().filter_map(|it| it.key()).map(ToOwned::to_owned));
        }
        keys
    }

    async fn put(&self, key: &str) {
        let put = doomed::s3_client(self).put_object().bucket(FILES_BUCKET).key(key);
        put.send().await.expect("it is put");
    }

    /// Nothing is left, neither to be read nor in any table or bucket.
    async fn assert_nothing_is_left_of(&self, user: &str, when: &str) {
        let ports = &self.machine.service.ports;
        let id = user.parse().expect("an id");
        assert_eq!(ports.catalogue.stored(id).await.expect("read"), Stored::default(), "{when}");
        assert_eq!(ports.catalogue.sync_state(id).await.expect("read"), None, "{when}");
        assert_eq!(self.objects_of(user).await, Vec::<String>::new(), "{when}");
    }

    /// The catalogue and the files of a connected farmer are here, all of them.
    async fn assert_all_is_there(&self, user: &str, when: &str) -> usize {
        let files = self.files(user, "").await;
        assert!(!files.is_empty(), "{when}");
        for file in &files {
            assert_eq!(file["status"], "processed", "{when}: {file}");
            assert_eq!(self.bytes_of(file).await.len(), file["sizeInBytes"], "{when}: {file}");
        }
        let objects = self.objects_of(user).await;
        let raw = objects.iter().filter(|key| key.starts_with("raw/")).count();
        assert_eq!(raw, files.len(), "{when}");
        files.len()
    }
}

fn deletion_path(user: &str) -> String {
    format!("{MANAGEMENT}/users/{user}/data-deletion")
}

#[tokio::test]
async fn with_a_leaf_user_goes_all_that_it_shared_and_with_a_credential_only_what_is_asked_for() {
    let world = World::start().await;
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.settle().await;
    let files = world.assert_all_is_there(&maria, "before").await;
    world.ask(Method::GET, &deletion_path(&maria)).await.problem(404, "dataDeletionNotFound");

    assert_eq!(world.ask(Method::DELETE, &World::credential_path(&maria)).await.status, 204);
    world.settle().await;
    assert_eq!(world.assert_all_is_there(&maria, "what was received stays").await, files);
    world.ask(Method::GET, &deletion_path(&maria)).await.problem(404, "dataDeletionNotFound");

    // Also when the credential has gone before.
    world.delete_with_data(&maria).await;
    let asked = world.deletion(&maria).await;
    assert_eq!((&asked["status"], &asked["files"]), (&json!("requested"), &json!(0)), "{asked}");
    world.settle().await;
    world.assert_nothing_is_left_of(&maria, "asked for").await;
    let done = world.deletion(&maria).await;
    assert_eq!((&done["status"], &done["files"]), (&json!("done"), &json!(files)), "{done}");
    assert!(done["sizeInBytes"].as_u64() > Some(0), "{done}");
    assert!(done["finishedTime"].as_str() > done["requestedTime"].as_str(), "{done}");

    let theirs = world.assert_all_is_there(&dale, "another Leaf user").await;
    let answer = world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{dale}")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header(LOCATION.as_str()), Some(&*world.api(&deletion_path(&dale))));
    let theirs_path = format!("{OPERATIONS}/files?leafUserId={dale}");
    world.ask(Method::GET, &theirs_path).await.problem(404, "leafUserNotFound");
    world.settle().await;
    assert_eq!(world.list(&format!("{OPERATIONS}/files")).await.0, Vec::<Value>::new());
    world.assert_nothing_is_left_of(&dale, "with the Leaf user").await;
    assert_eq!(world.deletion(&dale).await["files"], theirs);
}

#[tokio::test]
async fn what_a_copy_puts_after_the_first_look_is_found_by_the_last_one() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let files = world.files(&user, "").await.len();
    world.delete_with_data(&user).await;
    world.machine.outbox.deliver().await.expect("the streams can be read");
    world.assert_nothing_is_left_of(&user, "after the first look").await;
    assert_eq!(world.deletion(&user).await["status"], "underWay");
    world.put(&format!("raw/{user}/2762a5f2-ed53-8999-afac-f2d4b136dc1f/1")).await;
    world.put(&format!("converted/{user}/2762a5f2-ed53-8999-afac-f2d4b136dc1f/summary.json")).await;
    let id: LeafUserId = user.parse().expect("an id");
    let ports = &world.machine.service.ports;
    ports.catalogue.request_sync(id, ports.clock.now(), Turn::Next).await.expect("asked for");
    world.pass(14, 0);
    world.machine.outbox.deliver().await.expect("the streams can be read");
    assert_eq!(world.deletion(&user).await["status"], "underWay", "a copy may go on");
    world.put(&format!("raw/{user}/2762a5f2-ed53-8999-afac-f2d4b136dc1f/1")).await;
    world.settle().await;
    world.assert_nothing_is_left_of(&user, "after the last look").await;
    let done = world.deletion(&user).await;
    assert_eq!((&done["status"], &done["files"]), (&json!("done"), &json!(files)), "{done}");
}

/// Downloads that wait until they are told to go on.
struct Held {
    downloads: Arc<dyn Downloads>,
    begun: Notify,
    goes_on: Notify,
}

impl Held {
    fn before(downloads: Arc<dyn Downloads>) -> Self {
        Self { downloads, begun: Notify::new(), goes_on: Notify::new() }
    }
}

#[async_trait]
impl Downloads for Held {
    async fn open(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<Box<dyn Download>, DownloadError> {
        self.begun.notify_one();
        self.goes_on.notified().await;
        self.downloads.open(url, from).await
    }
}

#[tokio::test]
async fn a_copy_that_ends_after_its_row_has_gone_deletes_its_object() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let id = user.parse().expect("an id");
    let ports = &world.machine.service.ports;
    sync_operation(ports, id).await.expect("synced");
    let first = world.files(&user, "&status=processing").await[0]["id"].clone();
    let first = first.as_str().expect("an id").parse().expect("an id");
    // The partner's request comes while the bytes are on their way.
    let held = Arc::new(Held::before(ports.downloads.clone()));
    let copying = Ports { downloads: held.clone(), ..ports.clone() };
    let copy = store_stream(&copying, id, first, Try::OneOfMany);
    let leave = async {
        held.begun.notified().await;
        world.delete_with_data(&user).await;
        assert_eq!(forget_data(ports, id).await.expect("a look"), Remaining::Something);
        held.goes_on.notify_one();
    };
    let (stored, ()) = tokio::join!(copy, leave);
    // Of a stream with more files, the next one's row is not there to begin with.
    assert!(
        matches!(stored, Ok(Remaining::Nothing) | Err(StoreStreamError::Conflict)),
        "{stored:?}"
    );
    world.assert_nothing_is_left_of(&user, "the copy has ended").await;
}

#[tokio::test]
async fn a_connection_that_comes_meanwhile_is_synced_afterwards_and_loses_nothing() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let files = world.assert_all_is_there(&user, "before").await;
    let id = user.parse().expect("an id");
    let ports = &world.machine.service.ports;
    let old = world.files(&user, "").await[0]["id"].clone();
    let old = old.as_str().expect("an id").parse().expect("an id");
    world.delete_with_data(&user).await;
    world.connect(&user, FARM).await;
    let (listed, fetched) = (world.calls("listFields").await, world.calls("download").await);
    assert_eq!(sync_operation(ports, id).await.expect("asked"), Synced::Leaving);
    let file = ports.catalogue.files_of(id, &[old]).await.expect("read").remove(0);
    let wanted = file.copy.wanted_again();
    ports.catalogue.write_copy(None, id, &file, &wanted, ports.clock.now()).await.expect("written");
    let left = store_stream(ports, id, old, Try::OneOfMany).await.expect("nothing to do");
    assert_eq!(left, Remaining::Nothing);
    let calls = (world.calls("listFields").await, world.calls("download").await);
    assert_eq!(calls, (listed, fetched));
    world.settle().await;
    assert_eq!(world.deletion(&user).await["status"], "done");
    assert_eq!(world.assert_all_is_there(&user, "the new connection").await, files);
    // A message that comes once more deletes nothing.
    assert_eq!(forget_data(ports, id).await.expect("nothing"), Remaining::Nothing);
    assert_eq!(world.assert_all_is_there(&user, "once more").await, files);
}

#[tokio::test]
async fn a_deletion_that_dies_after_any_call_is_finished_by_the_queue() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let id = user.parse().expect("an id");
    for calls in 0..MORE_THAN_ANY {
        let when = format!("after {calls} calls");
        world.settle().await;
        let files = world.assert_all_is_there(&user, &when).await;
        world
            .put(&format!("converted/{user}/2762a5f2-ed53-8999-afac-f2d4b136dc1f/summary.json"))
            .await;
        world.delete_with_data(&user).await;
        // Half of them in the last look.
        if calls % 2 == 1 {
            world.machine.outbox.deliver().await.expect("the streams can be read");
            world.put(&format!("raw/{user}/2762a5f2-ed53-8999-afac-f2d4b136dc1f/1")).await;
            world.pass(16, 0);
        }
        let doomed = Doomed::after(calls / 2, &world).await;
        let look = forget_data(&doomed.service.ports, id);
        drop(as_function("forget-data", Box::pin(look)).await);
        world.settle().await;
        world.assert_nothing_is_left_of(&user, &when).await;
        let done = world.deletion(&user).await;
        let expected = (&json!("done"), &json!(files));
        assert_eq!((&done["status"], &done["files"]), expected, "{when}: {done}");
        if !doomed.has_died() && calls % 2 == 1 {
            assert!(calls > 8, "only {calls}");
            return;
        }
        world.connect(&user, FARM).await;
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_copy_that_died_after_any_call_leaves_nothing_behind() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let id = user.parse().expect("an id");
    for calls in 0..MORE_THAN_ANY {
        let when = format!("after {calls} calls");
        sync_operation(&world.machine.service.ports, id).await.expect("synced");
        let new = world.files(&user, "&status=processing").await;
        let first = new[0]["id"].as_str().expect("an id").parse().expect("an id");
        let doomed = Doomed::after(calls, &world).await;
        let copy = store_stream(&doomed.service.ports, id, first, Try::OneOfMany);
        drop(as_function("store-file", Box::pin(copy)).await);
        world.delete_with_data(&user).await;
        world.settle().await;
        world.assert_nothing_is_left_of(&user, &when).await;
        if !doomed.has_died() {
            assert!(calls > 8, "only {calls}");
            return;
        }
        world.connect(&user, FARM).await;
    }
    panic!("it never ends");
}

#[tokio::test]
async fn in_proxy_mode_leaf_keeps_the_data() {
    let world = World::start_on(Upstream::Leaf).await;
    let user = world.create_user("maria").await;
    let path = format!("{}?deleteData=true", World::credential_path(&user));
    world.ask(Method::DELETE, &path).await.problem_of(400, "malformedField", &["deleteData"]);
}
