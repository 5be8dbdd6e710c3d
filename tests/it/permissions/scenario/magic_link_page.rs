//! `magic-link-page`.

use application::use_cases::make_magic_link::NewLink;
use domain::page_settings::PageSettings;
use local::Upstream;
use serde_json::json;

use super::Scenario;
use crate::magic_links::farmer::{made, new_link};
use crate::world::{Browser, FARM, OTHER_FARM, World};

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    let upstream = scenario.upstream;
    connects_and_ends(&scenario.machine().await.world).await;
    if upstream == Upstream::Panorama {
        finishes(&scenario.machine().await.world).await;
        finds_what_was_kept(&scenario.machine().await.world).await;
    }
}

/// The address of a link whose farmer may disconnect.
async fn link(world: &World, user: &str, reconnect: bool) -> String {
    let settings = PageSettings { disconnect_enabled: true, ..PageSettings::default() };
    let link = made(world, user, NewLink { settings, reconnect, ..new_link() }).await;
    world.api(&format!("/magic-link/{}", link.address.expose()))
}

async fn disconnects(browser: &mut Browser) {
    let page = browser.address().to_owned();
    let form = browser.http.post(page).header("sec-fetch-site", "same-origin");
    browser.send(form.body("button=disconnect")).await;
}

/// Looks, taps, takes over in another browser, is connected, reads the receipt and disconnects.
async fn connects_and_ends(world: &World) {
    let user = world.create_user("maria").await;
    let link = link(world, &user, false).await;
    let (mut first, mut phone) = (world.browser(), world.browser());
    first.open(&link).await;
    first.press(&link).await;
    phone.open(&link).await;
    let form = phone.http.post(&link).header("sec-fetch-site", "same-origin");
    phone.send(form.body("button=takeOver")).await;
    let callback = world.share(FARM).await;
    world.land(&mut phone, &callback).await;
    phone.reload().await;
    let receipt = format!("{}/receipt", phone.address());
    phone.open(&receipt).await;
    disconnects(&mut phone).await;
    if world.machine.ready.leaf_url.is_none() {
        assert_eq!(world.status(&user).await, "integrationNotStarted");
    }
}

/// Panorama does not answer the callback, and the page that waits does it all.
async fn finishes(world: &World) {
    let user = world.create_user("maria").await;
    let link = link(world, &user, false).await;
    let mut phone = world.browser();
    phone.press(&link).await;
    let callback = world.share(FARM).await;
    let fault = json!({ "call": "confirmSharing", "fault": "status", "status": 503 });
    world.fault(fault).await;
    assert_eq!(phone.open(&callback).await.outcome, "finishing");
    world.fault(json!({ "fault": "rotateRefreshTokens", "enabled": true })).await;
    world.tokens_expire().await;
    world.pass(1, 0);
    assert_eq!(phone.reload().await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

/// A link that reconnects starts with the code that it has, and finds its confirmation kept; over
/// another session, and over one that has just been refused.
async fn finds_what_was_kept(world: &World) {
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    let link = link(world, &user, true).await;
    world.start_session(&user, Some(OTHER_FARM)).await;
    world.comes_back(FARM, "notBound").await;
    world.share(FARM).await;
    world.comes_back(FARM, "notBound").await;
    world.tokens_expire().await;
    let mut phone = world.browser();
    phone.press(&link).await;
    phone.open(&link).await;
}
