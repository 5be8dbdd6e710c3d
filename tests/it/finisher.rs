//! What a farmer began is finished without the farmer: `finish-confirmations` behind stream, pipe
//! and queue.

use std::time::Duration;

use serde_json::json;

use crate::world::{FARM, World};

/// A farmer who has confirmed while Panorama was down.
async fn unfinished(world: &World) -> String {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "finishing");
    user
}

async fn panorama_is_back(world: &World) {
    world.http.delete(world.panorama("/control/faults")).send().await.expect("an answer");
}

/// Lets a time pass and the queue deliver; how many messages are left.
async fn after(world: &World, seconds: u64) -> usize {
    world.clock.advance(Duration::from_secs(seconds));
    world.machine.outbox.deliver().await.expect("the stream can be read")["confirmations"].waiting
}

#[tokio::test]
async fn a_confirmation_is_finished_when_panorama_is_back_though_the_farmer_is_gone() {
    let world = World::start().await;
    let user = unfinished(&world).await;
    assert_eq!(after(&world, 0).await, 1);
    panorama_is_back(&world).await;

    assert_eq!(after(&world, 31).await, 0);

    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn a_confirmation_is_finished_after_the_15_minutes_since_the_farmer_came_in_time() {
    let world = World::start().await;
    let user = unfinished(&world).await;
    after(&world, 0).await;
    assert_eq!(after(&world, 3_600).await, 1);
    assert_eq!(world.status(&user).await, "PENDING");
    panorama_is_back(&world).await;

    assert_eq!(after(&world, 3_600).await, 0);

    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn a_panorama_that_stays_down_is_asked_less_and_less_often() {
    let world = World::start().await;
    unfinished(&world).await;
    after(&world, 0).await;
    let mut asked = vec![world.calls("confirmSharing").await];
    for _ in 0..4 {
        for _ in 0..60 {
            after(&world, 60).await;
        }
        asked.push(world.calls("confirmSharing").await);
    }
    let in_each_hour: Vec<_> = asked.windows(2).map(|hours| hours[1] - hours[0]).collect();
    assert!(in_each_hour[0] > in_each_hour[2] && in_each_hour[3] <= 1, "{in_each_hour:?}");
}

#[tokio::test]
async fn a_confirmation_that_was_finished_by_its_callback_is_left_alone() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");

    assert_eq!(after(&world, 0).await, 1);
    assert_eq!(after(&world, 31).await, 0);

    assert_eq!(world.calls("confirmSharing").await, 1);
    assert_eq!(world.events(&user).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_finished_ends_among_the_dead_letters_and_is_not_forgotten_by_its_session() {
    let world = World::start().await;
    let user = unfinished(&world).await;
    after(&world, 0).await;
    for _ in 0..1_000 {
        after(&world, 61).await;
    }
    let queues =
        world.machine.outbox.deliver().await.expect("the stream can be read")["confirmations"];
    assert_eq!((queues.waiting, queues.dead_letters), (0, 1));
    assert_eq!(world.status(&user).await, "PENDING");

    panorama_is_back(&world).await;
    let again = world.browser().open(&world.callback(FARM)).await;
    assert_eq!(again.outcome, "connected");
}
