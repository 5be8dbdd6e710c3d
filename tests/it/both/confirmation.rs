//! A farmer comes back late, without a proof, with the wrong operation, or while Panorama is down.

use serde_json::json;

use super::with_both_upstreams;
use crate::world::{FARM, OTHER_FARM, World};

with_both_upstreams! {
    a_confirmation_that_is_nobodys_is_kept_for_the_start_with_its_code
    a_farmer_who_comes_too_late_is_connected_by_the_next_start_with_the_code
    a_cookie_of_another_operation_connects_nobody
    an_operation_that_is_not_shared_can_still_be_shared
    a_confirmation_is_finished_when_panorama_is_back_though_the_farmer_is_gone
    a_confirmation_that_panorama_does_not_answer_outlives_the_15_minutes
    a_repeated_callback_is_harmless
}

async fn a_confirmation_that_is_nobodys_is_kept_for_the_start_with_its_code(world: World) {
    let user = world.create_user("maria").await;
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "notBound");
    assert_eq!(world.status(&user).await, "integrationNotStarted");

    assert_eq!(world.start_session(&user, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_farmer_who_comes_too_late_is_connected_by_the_next_start_with_the_code(world: World) {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world.pass(15, 0);
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "notBound");
    assert_eq!(world.status(&user).await, "sessionExpired");

    assert_eq!(world.start_session(&user, Some(FARM)).await.status, "ACTIVE");
}

async fn a_cookie_of_another_operation_connects_nobody(world: World) {
    let user = world.create_user("maria").await;
    let started = world.start_session(&user, Some(FARM)).await;
    let mut browser = world.browser();
    world.go_to_panorama(&mut browser, &world.hop_link(&started)).await;
    let callback = world.share(OTHER_FARM).await;
    assert_eq!(world.land(&mut browser, &callback).await.outcome, "otherOperation");
    assert_eq!(world.status(&user).await, "PENDING");
    assert_eq!(world.calls("confirmSharing").await, 0);
}

async fn an_operation_that_is_not_shared_can_still_be_shared(world: World) {
    let user = world.create_user("maria").await;
    let mut browser = world.browser();
    let link = world.start_session(&user, None).await.sign_in_url;
    world.go_to_panorama(&mut browser, &link).await;
    assert_eq!(world.land(&mut browser, &world.callback(FARM)).await.outcome, "notShared");
    assert_eq!(world.status(&user).await, "PENDING");

    let callback = world.share(OTHER_FARM).await;
    assert_eq!(world.land(&mut browser, &callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.credential(&user).await.1["organizationCode"], OTHER_FARM);
}

/// A farmer who has confirmed while Panorama was down.
async fn unfinished(world: &World) -> String {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world
        .fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "finishing");
    assert_eq!(world.status(&user).await, "PENDING");
    world.deliver_after(0).await;
    user
}

async fn a_confirmation_is_finished_when_panorama_is_back_though_the_farmer_is_gone(world: World) {
    let user = unfinished(&world).await;
    world.mend().await;
    world.deliver_after(31).await;
    world.deliver_after(61).await;
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_confirmation_that_panorama_does_not_answer_outlives_the_15_minutes(world: World) {
    let user = unfinished(&world).await;
    world.deliver_after(3_600).await;
    assert_eq!(world.status(&user).await, "PENDING");
    world.mend().await;
    world.deliver_after(7_200).await;
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_repeated_callback_is_harmless(world: World) {
    let user = world.connected("maria", FARM).await;
    let before = world.credential(&user).await.1;
    for _ in 0..3 {
        assert_eq!(
            world.land(&mut world.browser(), &world.callback(FARM)).await.outcome,
            "connected"
        );
    }
    let after = world.credential(&user).await.1;
    assert_eq!((&after["id"], &after["status"]), (&before["id"], &before["status"]));
    assert_eq!(world.calls("confirmSharing").await, 1);
}
