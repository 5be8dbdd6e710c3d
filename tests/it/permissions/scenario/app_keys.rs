//! `app-keys`.

use reqwest::Method;

use super::inline;
use crate::world::World;

const SEEDED: &str = "/app-keys/Panorama/prairie-insights/STAGE";
const NEW: &str = "/app-keys/Panorama/harvest/PRODUCTION";

pub(super) async fn scene(world: &World) {
    let production = &world.machine.ready.production;
    let mut content = inline(production);
    content["sharingUrlId"] = production.sharing_url_id.into();
    world.gets(201, Method::POST, NEW, Some(content.clone())).await;
    world.gets(200, Method::POST, NEW, Some(content.clone())).await;
    world.gets(200, Method::GET, "/app-keys/Panorama", None).await;
    world.gets(200, Method::GET, NEW, None).await;
    world.schedule_deletion("app-key/PRODUCTION/harvest").await;
    // To another sharing URL id, which gives the first one free.
    content["sharingUrlId"] = "11111111-2222-4333-8444-555555555555".into();
    world.gets(200, Method::PUT, NEW, Some(content)).await;
    world.tokens_expire().await;
    let report = world.gets(200, Method::POST, &format!("{SEEDED}/verify"), None).await;
    assert_eq!(report["ok"], true, "{report}");
    world.gets(204, Method::DELETE, NEW, None).await;
}
