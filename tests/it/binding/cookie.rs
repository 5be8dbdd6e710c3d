//! The binding cookie as the proof: which browser, and whose.

use domain::browser::ShownCookies;
use reqwest::header::{COOKIE, HeaderValue};

use crate::world::{FARM, OTHER_FARM, THIRD_FARM, World};

#[tokio::test]
async fn a_cookie_binds_a_session_that_was_started_without_a_code() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_cookie_and_the_same_code_bind() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, Some(FARM)).await).await;

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_cookie_and_another_code_are_refused_and_the_confirmation_is_kept() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut browser = world.hop(&world.start_session(&maria, Some(FARM)).await).await;

    let callback = world.share(OTHER_FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "otherOperation");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");

    assert_eq!(world.start_session(&dale, Some(OTHER_FARM)).await.status, "ACTIVE");
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
}

#[tokio::test]
async fn a_cookie_and_somebody_elses_code_bind_neither() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    world.start_session(&dale, Some(FARM)).await;

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "otherOperation");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
}

#[tokio::test]
async fn two_farmers_of_one_partner_at_the_same_time_get_their_own_operation() {
    for marias_first in [true, false] {
        let world = World::start().await;
        let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
        let mut marias = world.hop(&world.start_session(&maria, None).await).await;
        let mut dales = world.hop(&world.start_session(&dale, None).await).await;
        let (for_maria, for_dale) = (world.share(FARM).await, world.share(OTHER_FARM).await);

        let mut returns = [(&mut marias, for_maria), (&mut dales, for_dale)];
        if !marias_first {
            returns.reverse();
        }
        for (browser, callback) in returns {
            assert_eq!(browser.open(&callback).await.outcome, "connected");
        }
        assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
        assert_eq!(world.credential(&maria).await.1["organizationCode"], FARM);
        assert_eq!(world.credential(&dale).await.1["organizationCode"], OTHER_FARM);
    }
}

#[tokio::test]
async fn a_browser_with_more_cookies_than_are_read_binds_nobody_even_by_the_code_of_a_start() {
    let world = World::start().await;
    let dale = world.create_user("dale").await;
    let mut browser = world.browser();
    for number in 0..=ShownCookies::MOST {
        let user = world.create_user(&format!("farmer{number}")).await;
        let started = world.start_session(&user, None).await;
        browser.go_on(&started.sign_in_url).await;
    }
    world.start_session(&dale, Some(FARM)).await;

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&dale]).await, "PENDING, 0 confirm");

    // It is kept, and the start's code is still a proof for a browser that shows nothing else.
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&dale]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn another_applications_cookie_that_is_no_text_hides_none_of_ours() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let browser = world.hop(&world.start_session(&maria, None).await).await;
    world.start_session(&dale, Some(FARM)).await;
    let callback = world.share(FARM).await;

    let ours: Vec<_> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let header = [b"name=J\xfcrgen; ".as_slice(), ours.join("; ").as_bytes()].concat();
    let header = HeaderValue::from_bytes(&header).expect("a header");
    let seen =
        world.browser().send_and_land(world.http.get(&callback).header(COOKIE, header)).await;
    assert_eq!(seen.outcome, "otherOperation", "the cookie is Maria's, the code Dale's");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
}

#[tokio::test]
async fn one_browser_with_two_open_sessions_binds_neither() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (marias, dales) =
        (world.start_session(&maria, None).await, world.start_session(&dale, None).await);
    let mut browser = world.hop(&marias).await;
    browser.go_on(&world.hop_link(&dales)).await;

    for farm in [FARM, OTHER_FARM] {
        let callback = world.share(farm).await;
        assert_eq!(browser.open(&callback).await.outcome, "notBound");
    }
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");

    assert_eq!(world.start_session(&dale, Some(OTHER_FARM)).await.status, "ACTIVE");
    assert_eq!(world.start_session(&maria, Some(FARM)).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
}

#[tokio::test]
async fn one_browser_with_two_sessions_of_different_codes_binds_each_to_its_own() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let marias = world.start_session(&maria, Some(FARM)).await;
    let dales = world.start_session(&dale, Some(OTHER_FARM)).await;
    let mut browser = world.hop(&marias).await;
    browser.go_on(&world.hop_link(&dales)).await;

    let (for_maria, for_neither) = (world.share(FARM).await, world.share(THIRD_FARM).await);
    assert_eq!(browser.open(&for_neither).await.outcome, "otherOperation");
    assert_eq!(browser.open(&for_maria).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");
    let for_dale = world.share(OTHER_FARM).await;
    assert_eq!(browser.open(&for_dale).await.outcome, "connected");
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE ACTIVE, 2 confirm");
}

#[tokio::test]
async fn one_browser_connects_several_farmers_one_after_another() {
    let world = World::start().await;
    let mut browser = world.browser();
    for (name, farm) in [("maria", FARM), ("dale", OTHER_FARM), ("rosa", THIRD_FARM)] {
        let user = world.create_user(name).await;
        let started = world.start_session(&user, None).await;
        browser.go_on(&world.hop_link(&started)).await;
        let callback = world.share(farm).await;
        assert_eq!(browser.open(&callback).await.outcome, "connected");
        assert_eq!(world.credential(&user).await.1["organizationCode"], farm);
    }
    assert_eq!(world.calls("confirmSharing").await, 3);
}

#[tokio::test]
async fn a_forged_or_damaged_cookie_proves_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let bound = world.hop(&world.start_session(&maria, None).await).await;
    let (name, value) = bound.cookies.first_key_value().expect("the cookie");
    let (user, proof) = value.split_once('.').expect("user and proof");
    let callback = world.share(FARM).await;

    let last = if proof.ends_with('A') { "E" } else { "A" };
    let forgeries = [
        format!("{user}.{}", "A".repeat(43)),
        format!("{user}.{}{last}", &proof[..42]),
        format!("{user}.{}", &proof[..42]),
        format!("{user}.{proof}A"),
        format!("{user}."),
        user.to_owned(),
        proof.to_owned(),
        format!("AAAAAAAAAAAAAAAAAAAAAA.{proof}"),
        format!("?.{proof}"),
        String::new(),
        "%00".to_owned(),
        "A".repeat(4_000),
    ];
    for forged in forgeries {
        let mut browser = world.browser();
        browser.cookies.insert(name.clone(), forged.clone());
        assert_eq!(browser.open(&callback).await.outcome, "notBound", "{forged}");
    }
    for other in
        [name.to_lowercase(), name.replace("__Host-", ""), format!("{name}0"), format!("x{name}")]
    {
        let mut browser = world.browser();
        browser.cookies.insert(other.clone(), value.clone());
        assert_eq!(browser.open(&callback).await.outcome, "notBound", "{other}");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_cookie_under_another_sessions_name_proves_nothing() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let marias = world.hop(&world.start_session(&maria, None).await).await;
    let dales = world.hop(&world.start_session(&dale, None).await).await;
    let (_, proof) = marias.cookies.first_key_value().expect("the cookie");
    let (name, _) = dales.cookies.first_key_value().expect("the cookie");

    let mut browser = world.browser();
    browser.cookies.insert(name.clone(), proof.clone());
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria, &dale]).await, "PENDING PENDING, 0 confirm");
}

#[tokio::test]
async fn the_cookie_of_a_session_that_was_replaced_proves_nothing() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    world.start_session(&maria, None).await;

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_cookie_is_found_among_those_of_sessions_that_are_gone() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    leave_cookies(&mut browser, 20);
    browser.cookies.insert("theme".to_owned(), "dark".to_owned());

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn a_browser_with_more_cookies_than_are_looked_at_is_bound_to_nobody() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    leave_cookies(&mut browser, 60);

    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

/// Cookies from before, sent ahead of the others as browsers do with the older ones.
fn leave_cookies(browser: &mut crate::world::Browser, count: usize) {
    let (name, value) = browser.cookies.first_key_value().expect("a cookie");
    let (name, value) = (name[..name.len() - 36].to_owned(), value.clone());
    for left in 0..count {
        browser.cookies.insert(format!("{name}00000000-0000-4000-8000-{left:012}"), value.clone());
    }
}
