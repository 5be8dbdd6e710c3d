//! A callback that the farmer did not mean: cookies come with any navigation, whoever asked for it.

use reqwest::StatusCode;

use crate::world::{FARM, OTHER_FARM, PRODUCTION_FARM, World};

/// What browsers say of where they come from, when it is not Panorama.
const ELSEWHERE: [Option<&str>; 5] = [
    None,
    Some("https://elsewhere.example/"),
    Some("https://bananorama.com.elsewhere.example/"),
    Some("http://127.0.0.1/"),
    Some("not an address"),
];

#[tokio::test]
async fn a_foreign_page_that_opens_the_callback_connects_nothing_and_uses_up_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let attackers = world.share(OTHER_FARM).await;
    for referer in ELSEWHERE {
        let asked = browser.open_from(referer, &attackers).await;
        assert_eq!((asked.status, &*asked.outcome), (StatusCode::OK, "cameBack"), "{referer:?}");
        assert!(asked.body.contains("<bdi>maria</bdi>"), "it names the account");
        assert!(!asked.body.contains(OTHER_FARM));
    }
    // Six junk codes used to end the run.
    for number in 0..12 {
        assert_eq!(
            browser.open_from(None, &world.callback(&format!("junk{number}"))).await.outcome,
            "cameBack"
        );
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert!(world.events(&maria).await.is_empty());

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.credential(&maria).await.1["organizationCode"], FARM);
}

#[tokio::test]
async fn a_farmer_whose_browser_does_not_tell_where_it_comes_from_says_once_that_it_was_meant() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    assert_eq!(browser.say_yes(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
    assert_eq!(
        browser.open_from(None, &callback).await.outcome,
        "connected",
        "and is not asked again"
    );
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_button_is_pressed_by_the_farmers_own_browser_on_our_own_page() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let mut dales = world.hop(&world.start_session(&dale, None).await).await;
    let callback = world.share(FARM).await;
    assert_eq!(browser.open_from(None, &callback).await.outcome, "cameBack");
    let page = browser.address().to_owned();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
    ] {
        let request = world.http.post(&page).header(name, value);
        assert_eq!(browser.send_and_land(request).await.outcome, "cameBack", "{name}: {value}");
    }
    // An address that somebody else was given: it is that browser's cookie that counts, and it has
    // none.
    let request = world.http.post(&page).header("sec-fetch-site", "same-origin");
    assert_eq!(world.browser().send_and_land(request).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");

    let request = world.http.post(&page).header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send_and_land(request).await.outcome, "connected");
    assert_eq!(dales.open_from(None, &world.callback(OTHER_FARM)).await.outcome, "cameBack");
}

#[tokio::test]
async fn the_very_code_of_the_start_is_proof_wherever_the_browser_comes_from() {
    for with_cookie in [false, true] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let started = world.start_session(&maria, Some(FARM)).await;
        let mut browser = if with_cookie { world.hop(&started).await } else { world.browser() };
        let callback = world.share(FARM).await;
        assert_eq!(browser.open_from(None, &callback).await.outcome, "connected");
    }
}

#[tokio::test]
async fn each_environment_has_its_own_portal() {
    let world = World::start().await;
    let production = world.register_production().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session_in(production, &maria, None).await).await;
    let callback = world.share(PRODUCTION_FARM).await;
    assert_eq!(
        browser.open_from(Some("https://bananorama.com/"), &callback).await.outcome,
        "cameBack"
    );
    assert_eq!(browser.open(&callback).await.outcome, "connected");
}

#[tokio::test]
async fn an_address_that_tries_again_says_nothing_of_the_browser_that_opens_it() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let attackers = world.share(OTHER_FARM).await;
    let mut attacker = world.browser();
    for number in 0..50 {
        attacker.open(&world.callback(&format!("junk{number}"))).await;
    }
    // It says that it comes from Panorama, and is to try again in a while.
    assert_eq!(attacker.open(&attackers).await.outcome, "busy");
    let page = attacker.address().to_owned();

    assert_eq!(browser.open_from(None, &page).await.outcome, "cameBack");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    // A picture in another site's page is nobody's confirmation.
    let request = world.http.get(&page).header("sec-fetch-dest", "image");
    assert_eq!(browser.send_and_land(request).await.outcome, "notBound");
}

#[tokio::test]
async fn the_button_connects_the_account_that_its_page_has_named_and_no_other() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    world.pass(5, 0);
    let callback = world.share(FARM).await;
    assert_eq!(browser.open_from(None, &callback).await.outcome, "cameBack");
    let page = browser.address().to_owned();
    world.pass(11, 0);
    let dales = world.start_session(&dale, None).await;
    browser.go_on(&world.hop_link(&dales)).await;

    let asked =
        browser.send_and_land(world.http.post(&page).header("sec-fetch-site", "same-origin")).await;
    assert_eq!(asked.outcome, "cameBack");
    assert!(asked.body.contains("<bdi>dale</bdi>") && !asked.body.contains("<bdi>maria</bdi>"));
    assert_eq!(world.state(&[&maria, &dale]).await, "sessionExpired PENDING, 0 confirm");
}

#[tokio::test]
async fn a_foreign_page_does_not_use_up_what_a_late_farmer_may_have_kept() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    world.pass(16, 0);
    for number in 0..12 {
        browser.open_from(None, &world.callback(&format!("junk{number}"))).await;
    }
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "expired");
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
}
