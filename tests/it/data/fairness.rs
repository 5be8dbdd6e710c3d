//! Whose files come first when there are more than can be fetched at once.

use domain::catalogue::turn::FIRST_STREAMS;
use reqwest::Method;
use serde_json::json;

use super::{FIELDS, text};
use crate::world::{OTHER_FARM, World};

impl World {
    /// An operation that has so many streams, and shares them.
    async fn large_operation(&self, streams: usize) -> String {
        let wish = json!({ "operations": 1, "fields": 1, "streams": streams });
        let request = self.http.post(self.panorama("/control/operations")).json(&wish);
        let (_, made) = self.json(request).await;
        made["organizationCodes"][0].as_str().expect("a code").to_owned()
    }

    /// The paths of the calls of this kind that Panorama has got, in their order. They name the
    /// operation.
    async fn called(&self, call: &str) -> Vec<String> {
        let (_, calls) = self.json(self.http.get(self.panorama("/control/calls"))).await;
        let calls = calls.as_array().expect("an array").iter();
        calls.filter(|entry| entry["call"] == call).map(|entry| text(&entry["path"])).collect()
    }

    async fn forget_calls(&self) {
        let request = self.http.delete(self.panorama("/control/calls"));
        assert!(request.send().await.expect("an answer").status().is_success());
    }
}

/// Also when it is the same partner's, with the same app key.
#[tokio::test]
async fn a_farmer_who_connects_behind_a_large_operation_has_the_first_files_after_few_others() {
    const STREAMS: usize = 40;
    let world = World::start().await;
    let large = world.large_operation(STREAMS).await;
    world.connected("maria", &large).await;
    world.connected("dale", OTHER_FARM).await;
    // Both are synced, and their files' messages come after each other into the queue.
    world.machine.outbox.deliver().await.expect("the stream can be read");
    assert_eq!(world.called("download").await, [""; 0]);
    world.machine.outbox.deliver().await.expect("the stream can be read");
    let called = world.called("download").await;
    assert_eq!(called.iter().filter(|path| path.contains(&large)).count(), STREAMS, "{called:?}");
    let before = called.iter().position(|path| path.contains(OTHER_FARM)).expect("his files come");
    assert!(before <= FIRST_STREAMS + 1, "{called:?}");
}

#[tokio::test]
async fn a_sync_that_somebody_waits_for_comes_before_those_that_come_by_the_clock() {
    let world = World::start().await;
    let wish = json!({ "operations": 8, "fields": 1, "streams": 0 });
    let request = world.http.post(world.panorama("/control/operations")).json(&wish);
    let (_, made) = world.json(request).await;
    for (number, code) in made["organizationCodes"].as_array().expect("codes").iter().enumerate() {
        world.connected(&format!("farmer-{number}"), code.as_str().expect("a code")).await;
    }
    world.settle().await;
    world.forget_calls().await;
    world.call_by_the_clock("request-syncs").await;
    let dale = world.create_user("dale").await;
    world.connect(&dale, OTHER_FARM).await;
    world.machine.outbox.deliver().await.expect("the stream can be read");
    let called = world.called("listFields").await;
    assert_eq!(called.len(), 9);
    let before = called.iter().position(|path| path.contains(OTHER_FARM)).expect("he is synced");
    assert!(before <= 1, "{called:?}");

    // Asked for by the partner, it does not keep the clock's place.
    world.forget_calls().await;
    world.call_by_the_clock("request-syncs").await;
    let path = format!("{FIELDS}/users/{dale}/fields/sync");
    assert_eq!(world.ask(Method::POST, &path).await.status / 100, 2);
    world.machine.outbox.deliver().await.expect("the stream can be read");
    let called = world.called("listFields").await;
    let before = called.iter().position(|path| path.contains(OTHER_FARM)).expect("he is synced");
    assert!(before <= 1, "{called:?}");
}
