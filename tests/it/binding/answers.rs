//! What the callback's answers tell, and what they do not.

use reqwest::header::{CONTENT_SECURITY_POLICY, HeaderMap};
use reqwest::{StatusCode, Url};

use super::{FARM, OTHER_FARM, THIRD_FARM};
use crate::world::{Seen, World};

/// All that a browser can see, but for what differs with every request.
fn visible(seen: Seen) -> (StatusCode, HeaderMap, String) {
    let Seen { status, mut headers, body, .. } = seen;
    headers.remove("date");
    headers.remove("x-request-id").expect("every answer has one");
    (status, headers, body)
}

#[tokio::test]
async fn no_answer_tells_whether_a_code_exists() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let owned = world.share(OTHER_FARM).await;
    world.hop(&world.start_session(&maria, None).await).await.open(&owned).await;
    world.start_session(&dale, Some(THIRD_FARM)).await;
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 1 confirm");

    let made_up = world.browser().open(&world.callback("noSuch11")).await;
    assert_eq!((made_up.status, &*made_up.outcome), (StatusCode::BAD_REQUEST, "notBound"));
    let made_up = visible(made_up);
    let shared = world.share(FARM).await;
    for (what, callback) in [
        ("made up, again", world.callback("noSuch11")),
        ("exists, not shared", world.callback("t8Zq2mLx")),
        ("shared, nobody started", shared),
        ("owned", owned),
        ("somebody waits for it, not shared", world.callback(THIRD_FARM)),
        ("malformed", world.callback("no%20code")),
    ] {
        assert_eq!(visible(world.browser().open(&callback).await), made_up, "{what}");
    }
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE PENDING, 2 confirm");
}

#[tokio::test]
async fn a_session_survives_strangers_who_try_its_code_before_the_farmer_has_shared() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    for _ in 0..8 {
        assert_eq!(world.browser().open(&world.callback(FARM)).await.outcome, "notBound");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 8 confirm");
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 9 confirm");
}

#[tokio::test]
async fn every_page_of_the_callback_is_locked_down() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    let link = world.api("/sharing-confirmation/x");
    for (address, outcome) in [
        (world.callback(OTHER_FARM), "notShared"),
        (callback.clone(), "connected"),
        (format!("{callback}&error=access_denied"), "declined"),
        (world.callback("noSuch11"), "notBound"),
        (link, "unknownLink"),
    ] {
        let seen = browser.open(&address).await;
        assert_eq!(seen.outcome, outcome);
        let policy = seen.headers[CONTENT_SECURITY_POLICY].to_str().expect("ASCII");
        for directive in ["default-src 'none';", "form-action 'none';", "base-uri 'none';", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{outcome}: {policy}");
        }
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(seen.headers[name], value, "{outcome}");
        }
        for secret in [FARM, OTHER_FARM, &maria] {
            assert!(!seen.body.contains(secret), "{outcome}");
        }
    }
}

#[tokio::test]
async fn with_a_return_url_the_farmer_goes_back_to_the_partner_with_the_outcome_and_no_code() {
    let back: Url = "https://app.prairie-insights.example/panorama?tab=2".parse().expect("a URL");
    let options = back.clone();
    let world = World::start_with(|change| change.return_url = Some(options)).await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut browser = world.hop(&started).await;
    let callback = world.share(FARM).await;
    let session = Some(started.session_id.as_str());

    for (address, outcome, session) in [
        (world.callback(OTHER_FARM), "notShared", session),
        (format!("{callback}&error=access_denied&outcome=connected&returnUrl=https://evil.example"), "declined", None),
        (world.callback("a%20b"), "notBound", None),
        (format!("{callback}&outcome=expired&sessionId=1&returnUrl=https://evil.example"), "connected", session),
        (callback.clone(), "connected", session),
    ] {
        let seen = browser.open(&address).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{outcome}");
        let location = seen.location.expect("an address");
        let mut expected = back.clone();
        expected.query_pairs_mut().append_pair("outcome", outcome);
        if let Some(session) = session {
            expected.query_pairs_mut().append_pair("sessionId", session);
        }
        assert_eq!(location, expected.as_str());
        assert!(!location.contains(FARM) && seen.body.is_empty());
        assert_eq!(seen.headers["referrer-policy"], "no-referrer");
        assert_eq!(seen.headers["cache-control"], "no-store");
    }
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
}

#[tokio::test]
async fn with_a_return_url_what_is_not_the_end_is_still_our_page() {
    let back = "https://app.prairie-insights.example/".parse().expect("a URL");
    let world = World::start_with(|change| change.return_url = Some(back)).await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    world.fault(serde_json::json!({ "call": "confirmSharing", "fault": "status", "status": 503 })).await;

    let seen = browser.open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::ACCEPTED, "finishing"));
    assert!(seen.body.contains("<meta http-equiv=\"refresh\" content=\"3\">"), "it asks again by itself");
    let seen = browser.open(&world.api("/sharing-confirmation/x?orgCode=krwv4vYH")).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"));
    let seen = browser.open(&callback).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
}
