//! Stories at random about data, told over a real machine: operations that grow, change and shrink,
//! farmers who stop sharing and share again, a Panorama with faults, processes that die between any
//! two calls. Meanwhile nothing is asked for that nobody shares; in the end every file is there
//! once, with Panorama's bytes, in the right hands.
//!
//! `PROPTEST_CASES` says how many stories, `PROPTEST_RNG_SEED` which ones.

mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use application::use_cases::forget_data::forget_data;
use application::use_cases::store_stream::{Try, store_stream};
use application::use_cases::sync_operation::sync_operation;
use domain::catalogue::turn::Turn;
use local::function_scope::as_function;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use steps::{Step, USERS, stories};

use super::OPERATIONS;
use crate::doomed::Doomed;
use crate::world::{MANAGEMENT, World};

/// Stories that are told when nobody says how many.
const CASES: u32 = 6;

#[test]
fn no_file_is_lost_none_is_there_twice_and_nothing_is_read_that_nobody_shares() {
    let number = |variable: &str| std::env::var(variable).ok()?.parse().ok();
    let config = Config {
        cases: number("PROPTEST_CASES").and_then(|it| u32::try_from(it).ok()).unwrap_or(CASES),
        rng_seed: RngSeed::Fixed(number("PROPTEST_RNG_SEED").unwrap_or(20_261_129)),
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    };
    let told =
        TestRunner::new(config).run(&stories(), |story| tell(&story).map_err(TestCaseError::fail));
    if let Err(error) = told {
        panic!("{error}");
    }
}

fn tell(story: &[Step]) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut teller = Teller::new().await;
        for (number, step) in story.iter().enumerate() {
            let told = Box::pin(teller.step(step)).await;
            told.map_err(|error| format!("step {}, {step:?}: {error}", number + 1))?;
        }
        Box::pin(teller.end()).await.map_err(|error| format!("in the end: {error}"))
    })
}

struct Teller {
    world: World,
    users: Vec<String>,
    codes: Vec<String>,
    /// By operation: its streams that are listed.
    streams: Vec<Vec<String>>,
    /// Whose operation each stream was ever.
    operation_of: BTreeMap<String, usize>,
    /// By Leaf user: the operations that it was ever connected to, since it has left if it has.
    connected: Vec<BTreeSet<usize>>,
    /// Those before, whose files are being deleted.
    left: Vec<BTreeSet<usize>>,
    /// The latest season that a changed stream was said to be of.
    seasons: u64,
}

impl Teller {
    async fn new() -> Self {
        let world = World::start().await;
        let url = world.panorama("/control/operations");
        let wish = json!({ "operations": USERS, "fields": 1, "streams": 0 });
        let (status, made) = world.json(world.http.post(url).json(&wish)).await;
        assert!(status.is_success(), "{made}");
        let code = |code: &Value| code.as_str().expect("a code").to_owned();
        let codes = made["organizationCodes"].as_array().expect("codes").iter().map(code).collect();
        let users = vec![world.create_user("maria").await, world.create_user("dale").await];
        let (streams, connected) = (vec![Vec::new(); USERS], vec![BTreeSet::new(); USERS]);
        let (operation_of, left) = (BTreeMap::new(), connected.clone());
        Self { world, users, codes, streams, operation_of, connected, left, seasons: 2_000 }
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let shared = self.shared().await;
        self.control(Method::DELETE, "/control/calls", &json!({})).await;
        match *step {
            Step::Add(operation, files) => {
                let path = format!("/control/operations/{}/streams", self.codes[operation]);
                let sizes: Vec<_> = (0..files).map(|file| 1 + 300 * file).collect();
                let added = self.control(Method::POST, &path, &json!({ "files": sizes })).await;
                let stream = added["streams"][0].as_str().expect("an id").to_owned();
                self.operation_of.insert(stream.clone(), operation);
                self.streams[operation].push(stream);
            }
            Step::Change(operation, which) => {
                let Some(path) = self.some_stream(operation, which) else { return Ok(()) };
                // Other bytes alone are in no listing.
                self.seasons += 1;
                let change = json!({ "season": self.seasons, "files": [40 + which] });
                self.control(Method::POST, &path, &change).await;
            }
            Step::Remove(operation, which) => {
                let Some(path) = self.some_stream(operation, which) else { return Ok(()) };
                self.control(Method::DELETE, &path, &json!({})).await;
                let count = self.streams[operation].len();
                self.streams[operation].remove(which % count);
            }
            Step::Connect(user, operation) => {
                let code = &self.codes[operation];
                self.world
                    .post_start(&self.users[user], &self.world.start_body("STAGE", Some(code)))
                    .await;
                self.world.share(code).await;
                self.world.land(&mut self.world.browser(), &self.world.callback(code)).await;
            }
            Step::Delete(user) => {
                let path = format!("{MANAGEMENT}/users/{}/panorama-credentials", self.users[user]);
                self.world.json(self.world.owner(Method::DELETE, &path)).await;
            }
            Step::Leave(user) => {
                self.world.delete_with_data(&self.users[user]).await;
                let before = std::mem::take(&mut self.connected[user]);
                self.left[user].extend(before);
            }
            Step::Switch(operation, on) => {
                let code = &self.codes[operation];
                if on {
                    self.world.clock.advance(Duration::from_hours(24));
                    self.world.share(code).await;
                    self.world.land(&mut self.world.browser(), &self.world.callback(code)).await;
                } else {
                    self.world.unshare(code).await;
                }
                self.world.check_after(15).await;
            }
            Step::Request(user) => self.request(user).await,
            Step::Deliver => self.deliver().await,
            Step::SyncDies(calls, user) => {
                let doomed = Doomed::after(calls, &self.world).await;
                let user = self.users[user].parse().expect("an id");
                let sync = sync_operation(&doomed.service.ports, user);
                drop(as_function("sync-operation", Box::pin(sync)).await);
            }
            Step::LeaveDies(calls, user) => {
                let doomed = Doomed::after(calls, &self.world).await;
                let user = self.users[user].parse().expect("an id");
                let look = forget_data(&doomed.service.ports, user);
                drop(as_function("forget-data", Box::pin(look)).await);
            }
            Step::StoreDies(calls, user) => {
                for file in self.files(user).await {
                    if file["status"] != "processing" {
                        continue;
                    }
                    let doomed = Doomed::after(calls, &self.world).await;
                    let file = file["id"].as_str().expect("an id").parse().expect("an id");
                    let user = self.users[user].parse().expect("an id");
                    let copy = store_stream(&doomed.service.ports, user, file, Try::OneOfMany);
                    drop(as_function("store-file", Box::pin(copy)).await);
                }
            }
            Step::Fault(call, fault) => {
                let status = (fault == "status").then_some(503);
                if fault != "cut" || call == "file" {
                    self.world
                        .fault(json!({ "call": call, "fault": fault, "status": status }))
                        .await;
                }
            }
            Step::Pass(minutes) => self.world.pass(minutes, 0),
        }
        self.nothing_was_read_but(&shared).await?;
        for (user, operation) in self.shared().await {
            self.connected[user].insert(operation);
        }
        for user in 0..USERS {
            let is_leaving = !self.left[user].is_empty();
            if is_leaving && self.world.deletion(&self.users[user]).await["status"] == "done" {
                self.left[user].clear();
            }
        }
        self.everybody_has_only_their_own().await
    }

    /// Panorama is well again, and everything is delivered.
    async fn end(&mut self) -> Result<(), String> {
        self.world.mend().await;
        self.world.clock.advance(Duration::from_hours(6));
        for user in 0..USERS {
            self.request(user).await;
        }
        for _ in 0..6 {
            self.deliver().await;
            self.world.pass(16, 0);
        }
        self.left.iter_mut().for_each(BTreeSet::clear);
        self.everybody_has_only_their_own().await?;
        for user in 0..USERS {
            self.no_object_is_left_over(user).await?;
        }
        for (user, operation) in self.shared().await {
            self.all_is_there(user, operation).await?;
        }
        Ok(())
    }

    /// Every object is of a file that there is.
    async fn no_object_is_left_over(&self, user: usize) -> Result<(), String> {
        let ids = self.files(user).await;
        let is_known = |key: &&String| {
            ids.iter().any(|file| file["id"].as_str().is_some_and(|id| key.contains(id)))
        };
        match self.world.objects_of(&self.users[user]).await.iter().find(|key| !is_known(key)) {
            None => Ok(()),
            Some(key) => Err(format!("{key} is of no file of Leaf user {user}")),
        }
    }

    /// Which Leaf user has which operation, and may read it.
    async fn shared(&self) -> Vec<(usize, usize)> {
        let mut shared = Vec::new();
        for (user, id) in self.users.iter().enumerate() {
            let (_, credential) = self.world.credential(id).await;
            let code = credential["organizationCode"].as_str().unwrap_or_default();
            let operation = self.codes.iter().position(|known| known == code);
            if let (Some(operation), "ACTIVE") =
                (operation, credential["status"].as_str().unwrap_or_default())
            {
                shared.push((user, operation));
            }
        }
        shared
    }

    async fn nothing_was_read_but(&self, shared: &[(usize, usize)]) -> Result<(), String> {
        let calls = self.control(Method::GET, "/control/calls", &json!({})).await;
        for call in calls.as_array().expect("calls") {
            let path = call["path"].as_str().expect("a path");
            let is_shared = |(_, operation): &(usize, usize)| {
                let of_it =
                    |(stream, of): (&String, &usize)| of == operation && path.contains(stream);
                path.contains(&self.codes[*operation]) || self.operation_of.iter().any(of_it)
            };
            let reads =
                ["listFields", "download", "file"].iter().any(|name| call["call"] == **name);
            if reads && !shared.iter().any(is_shared) {
                return Err(format!("{path} is read, and shared is only {shared:?}"));
            }
        }
        Ok(())
    }

    /// No file is another operation's, none is there twice, and only what rows name is stored.
    async fn everybody_has_only_their_own(&self) -> Result<(), String> {
        for user in 0..USERS {
            let mut names = BTreeSet::new();
            for file in self.files(user).await {
                let Some(name) = file["fileName"].as_str() else { continue };
                if !names.insert(name.to_owned()) {
                    return Err(format!("{name} is there twice"));
                }
                let of = self.operation_of.iter().find(|(stream, _)| name.starts_with(&***stream));
                let of = of.ok_or_else(|| format!("{name} is of no stream"))?.1;
                if !self.connected[user].contains(of) && !self.left[user].contains(of) {
                    return Err(format!("Leaf user {user} has {name} of operation {of}"));
                }
            }
        }
        Ok(())
    }

    /// Every file of every stream that is listed, with Panorama's bytes.
    async fn all_is_there(&self, user: usize, operation: usize) -> Result<(), String> {
        let files = self.files(user).await;
        let code = &self.codes[operation];
        for stream in &self.streams[operation] {
            let path = format!("/control/operations/{code}/streams/{stream}/files");
            let expected = self.control(Method::GET, &path, &json!({})).await;
            for file in expected.as_array().expect("files") {
                let name = file["name"].as_str().expect("a name");
                let stored = files.iter().find(|it| it["fileName"] == name);
                let stored = stored.ok_or_else(|| format!("{name} is lost: {files:#?}"))?;
                if stored["status"] != "processed" || !stored["removedTime"].is_null() {
                    return Err(format!("{name} is not stored: {stored}"));
                }
                let url = self.world.panorama(&format!("{path}/{name}"));
                let bytes = self.world.http.get(url).send().await.expect("an answer");
                let bytes = bytes.bytes().await.expect("bytes");
                if self.world.bytes_of(stored).await != bytes {
                    return Err(format!("{name} has other bytes: {stored}"));
                }
            }
        }
        for file in files.iter().filter(|file| file["removedTime"].is_null()) {
            let name = file["fileName"].as_str().unwrap_or_default();
            let of = self.operation_of.iter().find(|(stream, _)| name.starts_with(&***stream));
            let is_listed = of
                .is_some_and(|(stream, of)| *of != operation || self.streams[*of].contains(stream));
            if !is_listed {
                return Err(format!("{file} is not marked as removed"));
            }
        }
        Ok(())
    }

    fn some_stream(&self, operation: usize, which: usize) -> Option<String> {
        let streams = &self.streams[operation];
        let stream = streams.get(which.checked_rem(streams.len())?)?;
        Some(format!("/control/operations/{}/streams/{stream}", self.codes[operation]))
    }

    async fn request(&self, user: usize) {
        let ports = &self.world.machine.service.ports;
        let user = self.users[user].parse().expect("an id");
        let asked = ports.catalogue.request_sync(user, ports.clock.now(), Turn::Next);
        asked.await.expect("asked for");
    }

    async fn deliver(&self) {
        self.world.machine.outbox.deliver().await.expect("the streams can be read");
    }

    async fn files(&self, user: usize) -> Vec<Value> {
        let path = format!("{OPERATIONS}/files?leafUserId={}&size=100", self.users[user]);
        self.world.list(&path).await.0
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = self.world.panorama(path);
        let (status, answer) =
            self.world.json(self.world.http.request(method, url).json(body)).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }
}
