//! The data folder: what a machine knew when it was stopped, it knows when it is started again, on
//! other ports too.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::data_folder::DataFolder;
use crate::world::{Browser, FARM, MANAGEMENT, OTHER_FARM, THIRD_FARM, World};

async fn start(folder: &DataFolder) -> World {
    World::start_with(|options| options.data = folder.data()).await
}

#[tokio::test]
async fn an_active_connection_stays_active() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    assert!(world.machine.is_new);
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    let before = world.credential(&user).await;
    let events = world.events(&user).await;
    let address = world.machine.ready.api_url.clone();
    world.stop().await;

    let world = start(&folder).await;
    assert!(!world.machine.is_new, "nothing is seeded twice");
    assert_ne!(world.machine.ready.api_url, address, "any free port is another one");
    assert_eq!(world.credential(&user).await, before);
    assert_eq!(before.1["status"], "ACTIVE");
    assert_eq!(world.events(&user).await, events);
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    let (status, resources) = world.json(world.owner(Method::GET, &path)).await;
    assert_eq!(status, StatusCode::OK, "Panorama remembers the confirmation as well: {resources}");
    assert_eq!(world.calls("initiateAuth").await, 0, "the partner's tokens are kept in its secret");
    world.stop().await;
}

#[tokio::test]
async fn the_app_key_the_leaf_user_and_the_token_stay_valid() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    let user = world.create_user("dale").await;
    let token = world.token.clone();
    let app_key = format!("{MANAGEMENT}/app-keys/Panorama/prairie-insights/STAGE");
    let (_, mut before) = world.json(world.owner(Method::GET, &app_key)).await;
    world.stop().await;

    let mut world = start(&folder).await;
    world.token = token;
    let (status, profile) =
        world.json(world.owner(Method::GET, &format!("{MANAGEMENT}/users/{user}"))).await;
    assert_eq!((status, &profile["name"]), (StatusCode::OK, &json!("dale")));
    let (status, after) = world.json(world.owner(Method::GET, &app_key)).await;
    assert_eq!(status, StatusCode::OK);
    let confirmation =
        format!("/sharing-confirmation/{}", world.machine.ready.stage.sharing_url_id);
    before["sharingConfirmationUrl"] = world.api(&confirmation).into();
    assert_eq!(after, before, "only the address is another");
    world.start_session(&user, Some(OTHER_FARM)).await;
    assert_eq!(world.status(&user).await, "PENDING");
    world.stop().await;
}

#[tokio::test]
async fn a_pending_session_goes_on() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    let (with_code, with_cookie) =
        (world.create_user("maria").await, world.create_user("dale").await);
    world.start_session(&with_code, Some(FARM)).await;
    let started = world.start_session(&with_cookie, None).await;
    let mut browser = world.browser();
    browser.go_on(&started.sign_in_url).await;
    let pending = world.credential(&with_code).await;
    world.stop().await;

    let world = start(&folder).await;
    let mut browser = Browser { cookies: browser.cookies, ..world.browser() };
    assert_eq!(world.credential(&with_code).await, pending);
    assert_eq!(pending.1["status"], "PENDING");
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&with_code).await, "ACTIVE");
    let callback = world.share(OTHER_FARM).await;
    assert_eq!(
        browser.open(&callback).await.outcome,
        "connected",
        "the browser's cookie is still the proof"
    );
    assert_eq!(world.status(&with_cookie).await, "ACTIVE");
    world.stop().await;
}

#[tokio::test]
async fn a_confirmation_that_panorama_has_not_answered_is_finished_by_a_repeated_callback() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    let user = world.create_user("amina").await;
    world.start_session(&user, Some(THIRD_FARM)).await;
    world.fault(json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;
    let callback = world.share(THIRD_FARM).await;
    let seen = world.browser().open(&callback).await;
    assert_eq!(seen.outcome, "finishing");
    assert!(
        !seen.body.contains(THIRD_FARM),
        "the page asks again by itself, without the code in it: {}",
        seen.body
    );
    assert_eq!(world.status(&user).await, "PENDING");
    world.stop().await;

    let world = start(&folder).await;
    assert_eq!(world.status(&user).await, "PENDING");
    assert_eq!(world.browser().open(&world.callback(THIRD_FARM)).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.calls("confirmSharing").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn a_kept_confirmation_is_still_there_for_the_start_that_proves_its_code() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    let user = world.create_user("dale").await;
    let callback = world.share("b3VxKq9R").await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");
    world.stop().await;

    let world = start(&folder).await;
    assert_eq!(world.start_session(&user, Some("b3VxKq9R")).await.status, "ACTIVE");
    world.stop().await;
}

#[tokio::test]
async fn a_first_start_that_was_interrupted_is_made_again() {
    let folder = DataFolder::new();
    let world = start(&folder).await;
    world.stop().await;
    // The owners' secret is made last: without it, all of the rest is there already.
    folder.forget_secret("panorama-connect/owners");

    let world = start(&folder).await;
    assert!(world.machine.is_new);
    world.start_session(&world.create_user("maria").await, Some(FARM)).await;
    world.stop().await;
}
