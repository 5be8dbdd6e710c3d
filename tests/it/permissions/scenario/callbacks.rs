//! `sharing-confirmation`.

use serde_json::json;

use super::Scenario;
use crate::world::{FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    binds(&scenario.machine().await.world).await;
    binds_nobody(&scenario.machine().await.world).await;
}

/// By the code and by the cookie, with a token that is not good any more, over another credential,
/// again, and not at all.
async fn binds(world: &World) {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world.tokens_expire().await;
    world.comes_back(FARM, "connected").await;
    assert_eq!(world.status(&user).await, "ACTIVE");
    world.comes_back(FARM, "connected").await;
    let started = world.start_session(&user, None).await;
    let mut browser = world.browser();
    world.go_to_panorama(&mut browser, &world.hop_link(&started)).await;
    world.share(OTHER_FARM).await;
    world.fault(json!({ "fault": "rotateRefreshTokens", "enabled": true })).await;
    world.tokens_expire().await;
    assert_eq!(world.land(&mut browser, &world.callback(OTHER_FARM)).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
    world.start_session(&user, Some(FARM)).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 404 })).await;
    world.comes_back(FARM, "notBound").await;
}

async fn binds_nobody(world: &World) {
    world.comes_back(FARM, "notBound").await;
    world.connected("maria", OTHER_FARM).await;
    // The switch may have been off in between.
    world.pass(10, 0);
    world.comes_back(OTHER_FARM, "connected").await;
}
