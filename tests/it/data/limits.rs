//! What Panorama's limit of our calls stops, and what it does not.

use std::time::Duration;

use application::ports::upstream::{Unavailable, UpstreamError};
use application::use_cases::store_stream::{StoreStreamError, Try, store_stream};
use application::use_cases::sync_operation::{SyncError, sync_operation};
use serde_json::json;

use crate::world::{FARM, OTHER_FARM, World};

/// For how long it says that it wants no calls, if it is what it answered.
fn wait(error: &UpstreamError) -> Option<u64> {
    match error {
        UpstreamError::Unavailable(Unavailable { status: Some(429), retry_after, .. }) => {
            *retry_after
        }
        _ => None,
    }
}

#[tokio::test]
async fn no_data_is_asked_for_until_the_limit_has_ended_and_a_farmer_still_connects() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    let ports = &world.machine.service.ports;
    let id = maria.parse().expect("an id");
    sync_operation(ports, id).await.expect("synced");
    let files: Vec<_> = world.files(&maria, "&status=processing").await;
    let [first, second] = [0, 1]
        .map(|place: usize| files[place]["id"].as_str().expect("an id").parse().expect("an id"));
    let limit = json!({ "call": "download", "fault": "status", "status": 429, "retryAfter": 600 });
    world.fault(limit).await;
    let asked = async |file| match store_stream(ports, id, file, Try::OneOfMany).await {
        Err(StoreStreamError::Upstream(error)) => wait(&error),
        _ => None,
    };
    assert_eq!(asked(first).await, Some(600));
    let calls = world.calls("download").await;
    // Panorama would answer this one.
    world.clock.advance(Duration::from_secs(599));
    assert_eq!(asked(second).await, Some(1));
    let synced = sync_operation(ports, id).await;
    assert!(matches!(synced, Err(SyncError::Upstream(error)) if wait(&error) == Some(1)));
    assert_eq!(world.calls("download").await, calls, "nothing was asked");

    // A connection does not wait for it.
    world.connected("dale", OTHER_FARM).await;

    world.clock.advance(Duration::from_secs(1));
    assert_eq!(asked(second).await, None);
    assert_eq!(world.calls("download").await, calls + 1);
    sync_operation(ports, id).await.expect("synced");
}
