//! How fresh an operation's data is: at its credential, in the list of connections, in the metrics.

use std::time::Duration;

use serde_json::{Value, json};

use crate::logs::Log;
use crate::world::{FARM, MANAGEMENT, World};

const DAY: Duration = Duration::from_hours(24);

/// Days pass, and the token is renewed.
async fn after(world: World, days: u32) -> World {
    world.clock.advance(DAY * days);
    World { token: world.sign_in().await, ..world }
}

async fn listed(world: &World, query: &str) -> Vec<Value> {
    world.list(&format!("{MANAGEMENT}/panorama-credentials?{query}")).await.0
}

/// What the credential and the list say, which is the same.
async fn freshness(world: &World, user: &str) -> [Value; 3] {
    const FIELDS: [&str; 3] = ["lastSyncedAt", "lastDataAt", "filesPending"];
    let (_, credential) = world.credential(user).await;
    let entry = listed(world, "").await.remove(0);
    assert_eq!(FIELDS.map(|field| &entry[field]), FIELDS.map(|field| &credential[field]));
    FIELDS.map(|field| credential[field].clone())
}

#[tokio::test]
async fn a_credential_says_when_it_was_synced_when_data_came_and_how_many_files_are_awaited() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    assert_eq!(freshness(&world, &user).await, [Value::Null, Value::Null, Value::Null]);
    world.fault(json!({ "call": "file", "fault": "status", "status": 503, "times": 0 })).await;
    world.machine.outbox.deliver().await.expect("delivered");
    world.pass(0, 1);
    world.machine.outbox.deliver().await.expect("delivered");
    let [synced, data, pending] = freshness(&world, &user).await;
    assert!(synced.is_string() && data.is_null(), "{synced} {data}");
    assert!(pending.as_u64() > Some(3), "{pending}");
    assert_eq!(listed(&world, "").await[0]["nextStep"], "Nothing: files are on their way.");

    world.mend().await;
    world.settle().await;
    let [again, data, pending] = freshness(&world, &user).await;
    assert_eq!((&again, pending), (&synced, json!(0)));
    let files = world.files(&user, "").await;
    let newest = files.iter().map(|file| file["updatedTime"].as_str()).max();
    assert_eq!(Some(data.as_str()), newest, "the newest file is from then");

    world.call_by_the_clock("request-syncs").await;
    world.settle().await;
    let [later, same, _] = freshness(&world, &user).await;
    assert!(later.as_str() > synced.as_str(), "{later}");
    assert_eq!(same, data, "nothing new has come");
}

#[tokio::test]
async fn another_operations_data_is_not_this_ones() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    world.pass(1, 0);
    world.connect(&user, "t8Zq2mLx").await;
    assert_eq!(freshness(&world, &user).await, [Value::Null, Value::Null, Value::Null]);
    world.call_by_the_clock("request-syncs").await;
    world.settle().await;
    let known = freshness(&world, &user).await;
    assert!(known.iter().all(|known| !known.is_null()), "{known:?}");
}

#[tokio::test]
async fn who_is_silent_is_whose_files_do_not_come_any_more() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    let world = after(world, 30).await;
    world.call_by_the_clock("request-syncs").await;
    world.settle().await;
    assert_eq!(listed(&world, "silentForDays=31").await, [] as [Value; 0]);
    let silent = listed(&world, "silentForDays=30").await;
    assert_eq!(silent.len(), 1);
    let step = silent[0]["nextStep"].as_str().expect("a step");
    assert!(step.starts_with("Ask the farmer whether the machines"), "{step}");

    let streams = json!({ "files": [7, 8] });
    world.change_operation(reqwest::Method::POST, "streams", &streams).await;
    world.call_by_the_clock("request-syncs").await;
    world.settle().await;
    assert_eq!(listed(&world, "silentForDays=1").await, [] as [Value; 0]);
    let world = after(world, 1).await;
    let silent = listed(&world, "silentForDays=1").await;
    assert_eq!(silent[0]["leafUserId"], *user);
    assert!(!silent[0]["nextStep"].as_str().expect("a step").contains("machines"), "{silent:?}");
}

/// What the last run has counted as late: overdue and silent operations of STAGE, and the sum of
/// all others.
async fn late(world: &World, log: &Log) -> (u64, u64, u64) {
    drop(log.take_production());
    world.call_by_the_clock("request-syncs").await;
    let text = log.take_production();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line.get("OperationsOverdue").is_some())
        .collect();
    let [stage, production] = lines.as_slice() else { panic!("{text}") };
    assert_eq!(stage["ClientEnvironment"], "STAGE");
    let count = |line: &Value, name: &str| line[name].as_u64().expect("a count");
    (
        count(stage, "OperationsOverdue"),
        count(stage, "ConnectionsSilent"),
        count(production, "OperationsOverdue") + count(production, "ConnectionsSilent"),
    )
}

#[tokio::test]
async fn a_sync_that_has_not_succeeded_for_a_day_is_counted_until_one_does() {
    let log = Log::watch();
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.settle().await;
    assert_eq!(late(&world, &log).await, (0, 0, 0), "zero is said, too");
    world.settle().await;
    world
        .fault(json!({ "call": "listFields", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let world = after(world, 1).await;
    assert_eq!(late(&world, &log).await, (1, 0, 0));
    let entry = listed(&world, "").await.remove(0);
    assert!(entry["nextStep"].as_str().expect("a step").starts_with("Ask for a sync"), "{entry}");
    world.mend().await;
    world.settle().await;
    assert_eq!(late(&world, &log).await, (0, 0, 0));

    world.settle().await;
    let world = after(world, 30).await;
    world.settle().await;
    let _: (u64, u64, u64) = late(&world, &log).await;
    world.settle().await;
    assert_eq!(late(&world, &log).await, (0, 1, 0), "it is synced, and nothing comes");
    world.unshare(FARM).await;
    world.check_after(15).await;
    assert_eq!(world.status(&user).await, "REVOKED");
    assert_eq!(late(&world, &log).await, (0, 0, 0), "nobody waits for it");
}
