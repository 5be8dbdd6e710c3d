//! `sharing-confirmation`.

use serde_json::json;

use super::{FARM, OTHER_FARM};
use crate::permissions::forgetful::Forgetful;
use crate::permissions::seen::Seen;
use crate::world::World;

pub(super) async fn stops(seen: &Seen) {
    binds(&Forgetful::watched_by(seen).await.world).await;
    binds_nobody(&Forgetful::watched_by(seen).await.world).await;
}

/// By the code and by the cookie, with a token that is not good any more, over another credential, again, and not at all.
async fn binds(world: &World) {
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    world.tokens_expire().await;
    world.comes_back(FARM, "connected").await;
    world.comes_back(FARM, "connected").await;
    let started = world.start_session(&user, None).await;
    let mut browser = world.hop(&started).await;
    world.share(OTHER_FARM).await;
    world.fault(json!({ "fault": "rotateRefreshTokens", "enabled": true })).await;
    world.tokens_expire().await;
    assert_eq!(browser.open(&world.callback(OTHER_FARM)).await.outcome, "connected");
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
