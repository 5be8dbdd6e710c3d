//! The hop link: one browser at a time, and the farmer decides which.

use reqwest::header::{CONTENT_SECURITY_POLICY, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World, at_once};

#[tokio::test]
async fn a_second_browser_is_asked_first_and_the_first_one_still_binds() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let mut first = world.hop(&started).await;

    let mut second = world.browser();
    let asked = second.open(&started.sign_in_url).await;
    assert_eq!((asked.status, &*asked.outcome), (StatusCode::CONFLICT, "openedElsewhere"));
    assert!(
        asked.body.contains(&format!(
            "<form method=\"post\" action=\"/connect/{}\">",
            started.session_id
        ))
    );
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
    let panorama =
        world.panorama(&format!("/connections/{}", world.machine.ready.stage.sharing_url_id));
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
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        // Browsers that do not send it.
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
    ] {
        let request = world.http.post(&started.sign_in_url).header(name, value);
        let asked = second.send(request).await;
        assert_eq!(
            (asked.status, &*asked.outcome),
            (StatusCode::CONFLICT, "openedElsewhere"),
            "{name}: {value}"
        );
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
    browser.go_on(&new.sign_in_url).await;
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn a_link_that_is_none_is_unknown() {
    let world = World::start().await;
    for link in [
        "/connect/5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20",
        "/connect/x",
        "/connect/%00",
        "/connect/%F0%9F%8C%BE",
    ] {
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
        assert_eq!(
            (seen.status, &*seen.outcome),
            (StatusCode::GONE, "linkExpired"),
            "nothing is kept"
        );
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

    for (started, outcome) in [(&marias, "connected"), (&dales, "operationOwned")] {
        let mut browser = world.browser();
        assert_eq!(browser.open(&started.sign_in_url).await.outcome, outcome);
        assert_eq!(browser.press(&started.sign_in_url).await.outcome, outcome);
        assert!(browser.cookies.is_empty());
    }
    assert_eq!(
        world.state(&[&maria, &dale]).await,
        "ACTIVE sessionOperationAlreadyConnected, 1 confirm"
    );

    world.unshare(FARM).await;
    world.check_after(15).await;
    assert_eq!(
        world.browser().open(&marias.sign_in_url).await.outcome,
        "linkUsed",
        "it is not connected any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_browsers_whose_farmers_continue_at_once_one_is_bound_in_the_end() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let started = world.start_session(&maria, None).await;
    let opened = at_once((0..10).map(|_| {
        let (mut browser, link) = (world.browser(), started.sign_in_url.clone());
        async move { (browser.press(&link).await, browser) }
    }))
    .await;

    let callback = world.share(FARM).await;
    let mut bound = 0;
    for (_, mut browser) in opened {
        bound += usize::from(browser.open(&callback).await.outcome == "connected");
    }
    assert_eq!(bound, 1);
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm");
}

#[tokio::test]
async fn the_cookie_is_for_this_browser_alone_and_cannot_be_guessed() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut proofs = Vec::new();
    for user in [&maria, &dale] {
        let started = world.start_session(user, None).await;
        let seen = world.browser().press(&started.sign_in_url).await;
        assert_eq!(seen.headers["referrer-policy"], "no-referrer");
        assert_eq!(seen.headers["cache-control"], "no-store");
        let cookies: Vec<_> = seen.headers.get_all(SET_COOKIE).iter().collect();
        let [cookie] = cookies[..] else { panic!("{cookies:?}") };
        let mut parts = cookie.to_str().expect("ASCII").split("; ");
        let (name, value) =
            parts.next().and_then(|pair| pair.split_once('=')).expect("name and value");
        assert_eq!(name, format!("__Host-panorama-connect-{}", started.session_id));
        let mut attributes: Vec<_> = parts.collect();
        attributes.sort_unstable();
        assert_eq!(
            attributes,
            ["HttpOnly", "Max-Age=1800", "Path=/", "SameSite=Lax", "Secure"],
            "and no Domain"
        );
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
    assert!(
        policy.starts_with("default-src 'none';") && policy.contains("form-action https: http:;"),
        "{policy}"
    );
    // So that a browser without `Sec-Fetch-Site` sends an `Origin` with the form.
    assert_eq!(asked.headers["referrer-policy"], "same-origin");
}

#[tokio::test]
async fn before_a_browser_is_bound_the_farmer_sees_whose_account_it_is() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let body = serde_json::json!({
        "id": maria, "name": "Maria del Carmen Ruiz", "email": "maria@farm.example",
    });
    let (status, user) = world
        .json(world.owner(reqwest::Method::PUT, "/services/usermanagement/api/users").json(&body))
        .await;
    assert_eq!(status, StatusCode::OK, "{user}");
    let started = world.start_session(&maria, None).await;
    let mut browser = world.browser();
    for _ in 0..2 {
        let asked = browser.open(&started.sign_in_url).await;
        assert_eq!((asked.status, &*asked.outcome), (StatusCode::OK, "whoseAccount"));
        assert!(
            asked.body.contains("<bdi>Maria d. C. R.</bdi>") && !asked.body.contains("Ruiz"),
            "{}",
            asked.body
        );
        assert!(asked.body.contains(&format!(
            "<form method=\"post\" action=\"/connect/{}\">",
            started.session_id
        )));
        assert!(browser.cookies.is_empty(), "a preview that opens it binds nothing");
    }
    // Whoever was lured to the link and to the callback has confirmed nothing.
    let callback = world.share(FARM).await;
    assert_eq!(browser.open(&callback).await.outcome, "notBound");
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");

    let pressed = browser.press(&started.sign_in_url).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.open(&callback).await.outcome, "connected");
}

#[tokio::test]
async fn a_partner_may_answer_for_having_shown_the_account_itself() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    for (said, value) in
        [("false", serde_json::json!(false)), ("as a text", serde_json::json!("false"))]
    {
        let mut body = world.start_body("STAGE", None);
        body["confirmAccount"] = value;
        let (status, answer) = world.post_start(&maria, &body).await;
        assert_eq!(status, StatusCode::OK, "{said}: {answer}");
        let link = answer["signInUrl"].as_str().expect("a link").to_owned();
        let mut browser = world.browser();
        let onward = browser.open(&link).await;
        assert_eq!((onward.status, browser.cookies.len()), (StatusCode::SEE_OTHER, 1), "{said}");
        let other = world.browser().open(&link).await;
        assert_eq!(other.outcome, "openedElsewhere", "{said}");
        assert!(
            other.body.contains("<bdi>maria</bdi>"),
            "{said}: the button binds, so the account is named"
        );
    }
    let mut body = world.start_body("STAGE", None);
    body["confirmAccount"] = "no".into();
    let (status, answer) = world.post_start(&maria, &body).await;
    assert_eq!((status, &answer["errorKey"]), (StatusCode::BAD_REQUEST, &"mistypedField".into()));
}

#[tokio::test]
async fn an_account_whose_name_cannot_be_seen_is_said_to_have_none() {
    let world = World::start().await;
    for (name, email, shown) in [
        ("\u{3164}", json!("dale@farm.example"), "unnamed (dale)".to_owned()),
        ("\u{2800}\u{ad}", json!(null), "unnamed (".to_owned()),
        ("@dale", json!(null), "@dale".to_owned()),
    ] {
        let body = json!({ "name": name, "email": email });
        let path = format!("{MANAGEMENT}/users");
        let user = world.ask_with(Method::POST, &path, &body).await.json(201);
        let started = world.start_session(user["id"].as_str().expect("an id"), None).await;
        let page = world.browser().open(&started.sign_in_url).await;
        assert!(page.body.contains(&format!("<bdi>{shown}")), "{}", page.body);
    }
}
