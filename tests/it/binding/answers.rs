//! What the callback's answers tell, and what they do not.

use reqwest::header::{CONTENT_SECURITY_POLICY, HeaderMap};
use reqwest::{StatusCode, Url};

use crate::world::{FARM, OTHER_FARM, Seen, THIRD_FARM, World};

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
    world.pass(15, 0);
    for (what, callback) in [
        ("made up, again", world.callback("noSuch11")),
        ("exists, not shared", world.callback("t8Zq2mLx")),
        ("shared, nobody started", shared),
        ("owned", owned),
        ("somebody has waited for it", world.callback(THIRD_FARM)),
        ("malformed", world.callback("no%20code")),
    ] {
        assert_eq!(visible(world.browser().open(&callback).await), made_up, "{what}");
    }
    assert_eq!(world.state(&[&maria, &dale]).await, "ACTIVE sessionExpired, 1 confirm");
    let dale = world.start_session(&dale, Some(THIRD_FARM)).await;
    assert_eq!(dale.status, "PENDING", "Panorama says that it is not shared");
    let waits = visible(world.browser().open(&world.callback(THIRD_FARM)).await);
    assert_eq!(waits, made_up, "somebody waits for it, not shared");
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
    let link = world.api(&format!("/sharing-confirmation/x?orgCode={FARM}"));
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
        for directive in [
            "default-src 'none';",
            "form-action 'none';",
            "base-uri 'none';",
            "frame-ancestors 'none'",
        ] {
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
            assert!(!browser.address().contains(secret), "{outcome}: the address bar");
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
    let session = Some(started.reference.as_str());

    for (address, outcome, session) in [
        (world.callback(OTHER_FARM), "notShared", session),
        (
            format!(
                "{callback}&error=access_denied&outcome=connected&returnUrl=https://evil.example"
            ),
            "declined",
            None,
        ),
        (world.callback("a%20b"), "notBound", None),
        (
            format!("{callback}&outcome=expired&sessionId=1&returnUrl=https://evil.example"),
            "connected",
            session,
        ),
        (callback.clone(), "connected", session),
    ] {
        let seen = browser.open(&address).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{outcome}");
        let location = seen.location.expect("an address");
        let mut expected = back.clone();
        expected.query_pairs_mut().append_pair("outcome", outcome);
        if let Some(session) = session {
            expected.query_pairs_mut().append_pair("reference", session);
        }
        assert_eq!(location, expected.as_str());
        assert!(
            !location.contains(FARM)
                && !location.contains(&started.session_id)
                && seen.body.is_empty()
        );
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
    world
        .fault(serde_json::json!({ "call": "confirmSharing", "fault": "status", "status": 503 }))
        .await;

    let seen = browser.open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::ACCEPTED, "finishing"));
    assert!(
        seen.body.contains("<meta http-equiv=\"refresh\" content=\"3\">"),
        "it asks again by itself"
    );
    let waits = browser.address().to_owned();
    let seen = browser.open(&world.api("/sharing-confirmation/x?orgCode=krwv4vYH")).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"));
    world.pass(0, 3);
    let seen = browser.open(&waits).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    assert!(
        seen.location.is_some_and(|location| location.contains("outcome=connected&reference="))
    );
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
}

#[tokio::test]
async fn the_answer_to_a_callback_is_an_address_without_the_code_whatever_became_of_it() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut marias = world.hop(&world.start_session(&maria, None).await).await;
    world.start_session(&dale, Some(OTHER_FARM)).await;
    let (farm, other_farm) = (world.share(FARM).await, world.share(OTHER_FARM).await);
    let unknown = "0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44";
    for (what, callback, outcome) in [
        ("no app key", world.callback_at(unknown, FARM), "unknownLink"),
        ("an error", format!("{farm}&error=x"), "declined"),
        ("malformed", format!("{farm}%20x"), "notBound"),
        ("not shared", world.callback("noSuch11"), "notShared"),
        ("bound", farm.clone(), "connected"),
        ("again", farm, "connected"),
    ] {
        let portal = world.panorama("/");
        let answer = marias.ask_from(Some(&portal), &callback).await;
        assert_eq!((answer.status, &*answer.body), (StatusCode::SEE_OTHER, ""), "{what}");
        let page = answer.outcome_page().unwrap_or_else(|| panic!("{what}: {answer:?}")).to_owned();
        for secret in [FARM, OTHER_FARM, "noSuch11", &maria, "orgCode", "?"] {
            assert!(!page.contains(secret), "{what}: {page}");
        }
        assert_eq!(marias.open(&page).await.outcome, outcome, "{what}");
    }
    assert_eq!(world.browser().open(&other_farm).await.outcome, "connected");
}

#[tokio::test]
async fn a_page_of_an_outcome_cannot_be_made_up_and_does_not_last() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    let page = browser.address().to_owned();
    let (path, ticket) = page.rsplit_once('/').expect("a path");
    for forged in
        ["connected", "", "%00", &ticket[1..], &format!("A{ticket}"), &ticket.to_lowercase()]
    {
        let seen = world.browser().open(&format!("{path}/{forged}")).await;
        assert!([404, 405].contains(&seen.status.as_u16()), "{forged}: {seen:?}");
    }
    world.pass(14, 59);
    assert_eq!(browser.reload().await.outcome, "connected");
    world.pass(0, 1);
    assert_eq!(browser.reload().await.outcome, "unknownLink");
}

#[tokio::test]
async fn a_page_that_waits_asks_less_and_less_often_and_then_no_more() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    let down = serde_json::json!({
        "call": "confirmSharing", "fault": "status", "status": 503, "times": 99,
    });
    world.fault(down).await;
    let mut seen = browser.open(&callback).await;
    let (mut waits, mut passed) = (Vec::new(), 0);
    while let Some((_, rest)) = seen.body.split_once("http-equiv=\"refresh\" content=\"") {
        assert_eq!(seen.outcome, "finishing");
        let seconds: u64 =
            rest.split('"').next().and_then(|seconds| seconds.parse().ok()).expect("seconds");
        waits.push(seconds);
        passed += seconds;
        world.pass(0, seconds);
        seen = browser.reload().await;
    }
    assert_eq!((seen.outcome.as_str(), waits[0]), ("finishing", 3));
    assert!(waits.is_sorted() && waits.len() < 40 && (900..1_000).contains(&passed), "{waits:?}");
    assert!(seen.body.contains("has stopped doing it for you"));
    assert!(world.calls("confirmSharing").await <= waits.len() + 1);

    world.mend().await;
    world.pass(60, 0);
    assert_eq!(browser.reload().await.outcome, "connected", "whoever comes back to the page");
}

#[tokio::test]
async fn two_hundred_callbacks_for_one_live_code_ask_panorama_a_few_times_and_the_farmer_is_connected()
 {
    for with_cookie in [false, true] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let started = world.start_session(&maria, Some(FARM)).await;
        let mut browser = if with_cookie { world.hop(&started).await } else { world.browser() };
        let unknown = visible(world.browser().open(&world.callback("noSuch11")).await);
        for _ in 0..200 {
            let seen = browser.open(&world.callback(FARM)).await;
            if with_cookie {
                assert!(["notShared", "finishing"].contains(&&*seen.outcome), "{}", seen.outcome);
            } else {
                assert_eq!(visible(seen), unknown, "nobody learns that somebody waits with it");
            }
        }
        assert!(world.calls("confirmSharing").await <= 10);
        assert!(world.events(&maria).await.len() <= 10);

        let callback = world.share(FARM).await;
        browser.open(&callback).await;
        world.deliver_after(0).await;
        world.deliver_after(61).await;
        assert_eq!(world.status(&maria).await, "ACTIVE", "what the farmer confirmed is finished");
    }
}
