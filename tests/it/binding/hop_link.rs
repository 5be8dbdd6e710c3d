//! The hop link: one browser at a time, and the farmer decides which.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_SECURITY_POLICY, SET_COOKIE};

use super::{FARM, OTHER_FARM};
use crate::world::{World, at_once};

#[tokio::test]
async fn a_second_browser_is_asked_first_and_the_first_one_still_binds() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut first = world.hop(&started).await;

    let mut second = world.browser();
    let asked = second.open(&started.sign_in_url).await;
    assert_eq!((asked.status, &*asked.outcome), (StatusCode::CONFLICT, "openedElsewhere"));
    assert!(asked.body.contains(&format!("<form method=\"post\" action=\"/connect/{}\">", started.session_id)));
    assert!(second.cookies.is_empty());

    let callback = world.share(FARM).await;
    assert_eq!(second.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(first.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_second_browser_takes_over_with_the_button_and_the_first_one_binds_no_more() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut first = world.hop(&started).await;

    let mut second = world.browser();
    let onward = second.press(&started.sign_in_url).await;
    let panorama = world.panorama(&format!("/connections/{}", world.machine.ready.stage.sharing_url_id));
    assert_eq!((onward.status, onward.location), (StatusCode::SEE_OTHER, Some(panorama)));
    assert_eq!(first.open(&started.sign_in_url).await.outcome, "openedElsewhere");

    let callback = world.share(FARM).await;
    assert_eq!(first.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
    assert_eq!(second.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn another_sites_form_does_not_take_over() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut first = world.hop(&started).await;

    let mut second = world.browser();
    for site in ["cross-site", "same-site", "none"] {
        let asked = second.press_from(site, &started.sign_in_url).await;
        assert_eq!((asked.status, &*asked.outcome), (StatusCode::CONFLICT, "openedElsewhere"), "{site}");
    }
    // A browser from before `Sec-Fetch-Site` tells its page's origin, and a page that hides it says `null`.
    for origin in ["https://evil.example", "null"] {
        let asked = second.send(world.http.post(&started.sign_in_url).header("origin", origin)).await;
        assert_eq!((asked.status, &*asked.outcome), (StatusCode::CONFLICT, "openedElsewhere"), "{origin}");
        assert_eq!(asked.headers["referrer-policy"], "same-origin", "our own page must not hide it");
    }
    assert!(second.cookies.is_empty());
    let callback = world.share(FARM).await;
    assert_eq!(first.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_same_browser_opens_it_again_and_keeps_its_cookie() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut browser = world.hop(&started).await;
    let cookies = browser.cookies.clone();

    let again = browser.open(&started.sign_in_url).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(!again.headers.contains_key(SET_COOKIE));
    assert_eq!(browser.cookies, cookies);
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_link_of_a_session_that_was_replaced_is_unknown() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let old = world.start_session(&maria, None).await;
    let new = world.start_session(&maria, None).await;

    let mut browser = world.browser();
    for seen in [browser.open(&old.sign_in_url).await, browser.press(&old.sign_in_url).await] {
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"));
    }
    assert!(browser.cookies.is_empty());
    assert_eq!(browser.open(&new.sign_in_url).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_link_that_is_none_is_unknown() {
    let world = World::start().await;
    for link in ["/connect/5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20", "/connect/x", "/connect/%00", "/connect/%F0%9F%8C%BE"]
    {
        let seen = world.browser().open(&world.api(link)).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"), "{link}");
    }
}

#[tokio::test]
async fn a_link_works_to_the_last_second_of_its_15_minutes() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let marias = world.start_session(&maria, None).await;
    let dales = world.start_session(&dale, None).await;
    world.pass(14, 59);
    world.hop(&marias).await;
    world.pass(0, 1);

    let mut browser = world.browser();
    for seen in [browser.open(&dales.sign_in_url).await, browser.press(&dales.sign_in_url).await] {
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::GONE, "expired"));
    }
    assert!(browser.cookies.is_empty());
    assert_eq!(world.state(&[&maria, &dale]).await, "sessionExpired sessionExpired, 0 confirm");
}

#[tokio::test]
async fn the_link_of_a_session_that_is_over_says_how_it_ended() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let marias = world.start_session(&maria, None).await;
    let callback = world.share(FARM).await;
    world.hop(&marias).await.open(&callback).await;
    let dales = world.start_session(&dale, None).await;
    world.hop(&dales).await.open(&callback).await;

    for (started, outcome) in [(marias, "connected"), (dales, "operationOwned")] {
        let mut browser = world.browser();
        assert_eq!(browser.open(&started.sign_in_url).await.outcome, outcome);
        assert_eq!(browser.press(&started.sign_in_url).await.outcome, outcome);
        assert!(browser.cookies.is_empty());
    }
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE sessionOperationAlreadyConnected, 1 confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_browsers_that_open_it_at_once_one_is_bound() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let opened = at_once((0..10).map(|_| {
        let (mut browser, link) = (world.browser(), started.sign_in_url.clone());
        async move { (browser.open(&link).await, browser) }
    }))
    .await;

    let (bound, asked): (Vec<_>, Vec<_>) =
        opened.into_iter().partition(|(seen, _)| seen.status == StatusCode::SEE_OTHER);
    assert_eq!(bound.len(), 1);
    assert!(asked.iter().all(|(seen, browser)| seen.outcome == "openedElsewhere" && browser.cookies.is_empty()));
    let callback = world.share(FARM).await;
    for (_, mut browser) in bound {
        assert_eq!(browser.open(&callback).await.outcome, "connected");
    }
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_cookie_is_for_this_browser_alone_and_cannot_be_guessed() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut proofs = Vec::new();
    for user in [&maria, &dale] {
        let started = world.start_session(user, None).await;
        let seen = world.browser().open(&started.sign_in_url).await;
        assert_eq!(seen.headers["referrer-policy"], "no-referrer");
        assert_eq!(seen.headers["cache-control"], "no-store");
        let cookies: Vec<_> = seen.headers.get_all(SET_COOKIE).iter().collect();
        let [cookie] = cookies[..] else { panic!("{cookies:?}") };
        let mut parts = cookie.to_str().expect("ASCII").split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("name and value");
        assert_eq!(name, format!("__Host-panorama-connect-{}", started.session_id));
        let mut attributes: Vec<_> = parts.collect();
        attributes.sort_unstable();
        assert_eq!(attributes, ["HttpOnly", "Max-Age=1800", "Path=/", "SameSite=Lax", "Secure"], "and no Domain");
        let (_, proof) = value.split_once('.').expect("user and proof");
        assert_eq!(proof.len(), 43, "256 bits in base64url");
        assert!(!value.contains(&started.session_id) && !value.contains(user.as_str()));
        proofs.push(proof.to_owned());
    }
    assert_ne!(proofs[0], proofs[1]);
}

#[tokio::test]
async fn the_page_with_the_button_may_post_and_its_answer_lead_to_panorama() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, Some(OTHER_FARM)).await;
    world.hop(&started).await;
    let asked = world.browser().open(&world.hop_link(&started)).await;
    let policy = asked.headers[CONTENT_SECURITY_POLICY].to_str().expect("ASCII");
    assert!(policy.starts_with("default-src 'none';") && policy.contains("form-action https: http:;"), "{policy}");
}
