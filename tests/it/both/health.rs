//! A connection tells the truth: revoked, recovered, and unknown when nobody answers.

use serde_json::json;

use super::with_both_upstreams;
use crate::world::{FARM, OTHER_FARM, World};

with_both_upstreams! {
    an_operation_whose_switch_is_off_is_revoked_and_the_others_are_not
    a_farmer_who_switches_on_again_soon_is_active_at_once
    a_farmer_who_switches_on_again_months_later_is_active_after_the_next_check
    a_panorama_that_cannot_be_asked_changes_nothing
}

async fn an_operation_whose_switch_is_off_is_revoked_and_the_others_are_not(world: World) {
    let (maria, dale) =
        (world.connected("maria", FARM).await, world.connected("dale", OTHER_FARM).await);
    world.unshare(FARM).await;
    let report = world.check_after(15).await;
    assert_eq!((report.compared, report.revoked, report.recovered), (2, 1, 0));
    assert_eq!(world.status(&maria).await, "REVOKED");
    assert_eq!(world.status(&dale).await, "ACTIVE");
    assert_eq!(world.check_after(15).await.revoked, 0, "only differences are written");
}

async fn a_farmer_who_switches_on_again_soon_is_active_at_once(world: World) {
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    assert_eq!(world.status(&user).await, "REVOKED");
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_farmer_who_switches_on_again_months_later_is_active_after_the_next_check(world: World) {
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    world.pass(25 * 24 * 60, 0);
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "notBound");
    assert_eq!(world.check_after(15).await.recovered, 1);
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn a_panorama_that_cannot_be_asked_changes_nothing(world: World) {
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    for fault in [
        json!({ "call": "listSharing", "fault": "status", "status": 503 }),
        json!({ "call": "listSharing", "fault": "malformed" }),
        json!({ "call": "listSharing", "fault": "dropBefore" }),
    ] {
        world.fault(fault.clone()).await;
        assert_eq!(world.check_after(15).await.revoked, 0, "{fault}");
        assert_eq!(world.status(&user).await, "ACTIVE", "{fault}");
    }
    assert_eq!(world.check_after(15).await.revoked, 1);
}
