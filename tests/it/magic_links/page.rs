//! The page, as browsers get it.

use application::use_cases::make_magic_link::{MadeLink, NewLink};
use domain::magic_link::Lifetime;
use domain::page_settings::PageSettings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::farmer::{made, new_link};
use crate::browser::Seen;
use crate::world::{Browser, FARM, OTHER_FARM, World};

/// A farmer with a link of a day and a phone.
struct Farmer {
    world: World,
    user: String,
    link: String,
    phone: Browser,
}

impl Farmer {
    async fn with(settings: Value, change: impl FnOnce(NewLink) -> NewLink) -> Self {
        let world = World::start().await;
        let user = world.create_user("maria").await;
        Self::of(world, user, settings, change).await
    }

    async fn of(
        world: World,
        user: String,
        settings: Value,
        change: impl FnOnce(NewLink) -> NewLink,
    ) -> Self {
        let day = Lifetime::seconds(86_400).expect("a lifetime");
        let settings: PageSettings = serde_json::from_value(settings).expect("settings");
        let new = change(NewLink { lifetime: day, settings, ..new_link() });
        let MadeLink { address, .. } = made(&world, &user, new).await;
        let link = world.api(&format!("/magic-link/{}", address.expose()));
        let phone = world.browser();
        Self { world, user, link, phone }
    }

    async fn plain() -> Self {
        Self::with(json!({}), |link| link).await
    }

    /// Taps "Continue to Panorama", switches on there and comes back.
    async fn connects(&mut self) -> Seen {
        let onward = self.phone.press(&self.link).await;
        assert!(onward.location.is_some_and(|to| to.contains("/connections/")));
        let callback = self.world.share(FARM).await;
        self.phone.open(&callback).await
    }

    /// Presses the button of this name on the page that the phone was sent to.
    async fn presses(&mut self, button: &str) -> Seen {
        let page = self.phone.address().to_owned();
        let form = self.phone.http.post(page).header("sec-fetch-site", "same-origin");
        self.phone.send(form.body(format!("button={button}"))).await
    }

    async fn shown(&mut self) -> Seen {
        let link = self.link.clone();
        self.phone.open(&link).await
    }
}

#[tokio::test]
async fn a_farmer_goes_from_the_link_to_the_receipt_and_nobody_sees_a_code() {
    let mut farmer = Farmer::plain().await;
    let asked = farmer.shown().await;
    assert_eq!((asked.status, &*asked.outcome), (StatusCode::OK, "ask"));
    assert!(asked.body.contains("<b><bdi>maria</bdi></b>"), "whose account: {}", asked.body);
    let head = farmer.phone.http.head(&farmer.link);
    assert_eq!(farmer.phone.send(head).await.status, StatusCode::OK);
    assert_eq!(farmer.world.status(&farmer.user).await, "integrationNotStarted");
    assert!(farmer.phone.cookies.is_empty());

    let connected = farmer.connects().await;
    assert_eq!((connected.status, &*connected.outcome), (StatusCode::OK, "connected"));
    assert_eq!(farmer.world.status(&farmer.user).await, "ACTIVE");
    let page = farmer.phone.address().to_owned();
    assert!(page.contains("/magic-link/") && !page.contains(FARM), "{page}");
    let receipt = farmer.phone.open(&format!("{page}/receipt")).await;
    assert_eq!((receipt.status, &*receipt.outcome), (StatusCode::OK, "receipt"));
    let json = farmer.phone.open(&format!("{page}/receipt.json")).await;
    let read: Value = serde_json::from_str(&json.body).expect("JSON");
    assert_eq!(read["piiPrincipalId"], "maria");
    assert_eq!(read["piiControllers"][0]["piiController"], "Prairie Insights");
    for seen in [&connected, &receipt, &json] {
        assert!(!seen.body.contains(FARM) && !format!("{:?}", seen.headers).contains(FARM));
        assert!(!seen.body.contains(&farmer.user));
    }
    // So it is at the link's own address, for this browser.
    let at_link = farmer.shown().await;
    assert!(at_link.outcome == "connected" && at_link.body.contains("/receipt"));
}

#[tokio::test]
async fn whoever_merely_has_the_link_sees_nothing_of_what_is_connected() {
    let mut farmer = Farmer::with(json!({ "disconnectEnabled": true }), |link| link).await;
    farmer.connects().await;
    let mut stranger = farmer.world.browser();
    let seen = stranger.open(&farmer.link).await;
    assert_eq!(seen.outcome, "ask");
    assert!(!seen.body.contains("/receipt") && !seen.body.contains("<dd data-live"));
    let seen = stranger.open(&format!("{}/receipt", farmer.link)).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::NOT_FOUND, "unknownLink"));
    // What programs read says so as programs read it.
    for link in [&farmer.link, &format!("{}x", farmer.link)] {
        let seen = stranger.open(&format!("{link}/receipt.json")).await;
        let problem: Value = serde_json::from_str(&seen.body).expect("JSON");
        let (status, key) = (seen.status, &problem["errorKey"]);
        assert_eq!((status, key), (StatusCode::NOT_FOUND, &json!("magicLinkNotFound")));
    }
    let form = stranger.http.post(&farmer.link).header("sec-fetch-site", "same-origin");
    assert_eq!(stranger.send(form.body("button=disconnect")).await.outcome, "ask");
    assert_eq!(farmer.world.status(&farmer.user).await, "ACTIVE");
}

/// The browser has our cookie in no frame, and says so of a frame itself.
#[tokio::test]
async fn in_a_frame_it_is_not_said_to_be_open_elsewhere_and_the_frame_sees_it_connected() {
    let opener = Some("https://app.example".to_owned());
    let mut farmer = Farmer::with(json!({}), |link| NewLink { opener, ..link }).await;
    let frame = farmer.world.browser();
    let seen = async |address: &str, dest: &str| {
        let request = frame.http.get(address).header("sec-fetch-dest", dest);
        let answer = request.send().await.expect("an answer").text().await.expect("a page");
        let outcome = answer.split_once("data-outcome=\"").expect("an outcome").1;
        outcome.split('"').next().expect("an end").to_owned()
    };
    let asks = format!("{}?frame=true", farmer.link);
    assert_eq!(seen(&farmer.link, "iframe").await, "ask");
    let link = farmer.link.clone();
    farmer.phone.press(&link).await;
    assert_eq!(seen(&farmer.link, "document").await, "openedElsewhere");
    assert_eq!(seen(&farmer.link, "iframe").await, "underWay");
    assert_eq!(seen(&asks, "empty").await, "underWay");
    farmer.connects().await;
    assert_eq!(seen(&asks, "empty").await, "connected");
}

#[tokio::test]
async fn a_button_of_another_sites_page_starts_nothing() {
    let mut farmer = Farmer::plain().await;
    for site in ["cross-site", "same-site", "none"] {
        let seen = farmer.phone.press_from(site, &farmer.link).await;
        assert_eq!((seen.status, &*seen.outcome), (StatusCode::OK, "ask"), "{site}");
    }
    let form = farmer.phone.http.post(&farmer.link).header("sec-fetch-site", "same-origin");
    assert_eq!(farmer.phone.send(form.body("button=other")).await.outcome, "ask");
    assert_eq!(farmer.world.status(&farmer.user).await, "integrationNotStarted");
}

#[tokio::test]
async fn who_runs_out_of_time_starts_again_with_one_tap() {
    let mut farmer = Farmer::plain().await;
    let link = farmer.link.clone();
    farmer.phone.press(&link).await;
    farmer.world.pass(3, 30);
    let waiting = farmer.shown().await;
    assert_eq!(waiting.outcome, "underWay");
    assert!(waiting.body.contains("data-left=\"690\">12\u{a0}min<"), "{}", waiting.body);
    assert!(waiting.body.contains("<noscript><meta http-equiv=\"refresh\""));
    farmer.world.pass(11, 30);
    assert_eq!(farmer.shown().await.outcome, "timedOut");
    assert_eq!(farmer.connects().await.outcome, "connected");
}

#[tokio::test]
async fn a_confirmation_that_panorama_does_not_answer_is_followed_to_its_end() {
    let mut farmer = Farmer::plain().await;
    let fault = json!({ "call": "confirmSharing", "fault": "status", "status": 503, "times": 1 });
    farmer.world.fault(fault).await;
    let waiting = farmer.connects().await;
    assert_eq!((waiting.status, &*waiting.outcome), (StatusCode::ACCEPTED, "finishing"));
    assert!(!waiting.body.contains("<form"), "there is nothing to press");
    farmer.world.pass(1, 0);
    assert_eq!(farmer.phone.reload().await.outcome, "connected");
}

#[tokio::test]
async fn what_did_not_come_off_is_told_with_a_button_that_goes_on() {
    let mut farmer = Farmer::plain().await;
    let link = farmer.link.clone();
    farmer.phone.press(&link).await;
    let callback = farmer.world.share(FARM).await;
    let declined = callback.split('?').next().expect("a path").to_owned() + "?error=access_denied";
    assert_eq!(farmer.phone.open(&declined).await.outcome, "declined");
    assert!(farmer.phone.address().contains("/magic-link/"));
    assert_eq!(farmer.phone.reload().await.outcome, "declined");
    assert!(farmer.presses("continue").await.location.is_some());
    assert_eq!(farmer.phone.open(&callback).await.outcome, "connected");
    assert_eq!(farmer.world.status(&farmer.user).await, "ACTIVE");
    // A second farmer, of whom the first one's operation is none.
    let Farmer { world, .. } = farmer;
    let dale = world.create_user("dale").await;
    let mut second = Farmer::of(world, dale, json!({}), |link| link).await;
    let owned = second.connects().await;
    assert_eq!((owned.status, &*owned.outcome), (StatusCode::CONFLICT, "operationOwned"));
    assert!(second.presses("continue").await.location.is_some());
    let callback = second.world.share(OTHER_FARM).await;
    assert_eq!(second.phone.open(&callback).await.outcome, "connected");
}

#[tokio::test]
async fn a_link_that_reconnects_takes_the_same_operation_and_no_other() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    assert_eq!(world.status(&user).await, "REVOKED");
    let again = |link| NewLink { reconnect: true, ..link };
    let mut farmer = Farmer::of(world, user, json!({}), again).await;
    assert_eq!(farmer.shown().await.outcome, "reconnect");
    let link = farmer.link.clone();
    farmer.phone.press(&link).await;
    let other = farmer.world.share(OTHER_FARM).await;
    let seen = farmer.phone.open(&other).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::CONFLICT, "otherOperation"));
    assert!(farmer.presses("continue").await.location.is_some());
    let same = farmer.world.share(FARM).await;
    assert_eq!(farmer.phone.open(&same).await.outcome, "connected");
    assert_eq!(farmer.world.status(&farmer.user).await, "ACTIVE");
}

#[tokio::test]
async fn a_farmer_disconnects_where_the_partner_lets_them_and_asks_once() {
    let mut farmer = Farmer::plain().await;
    assert!(!farmer.connects().await.body.contains("<details>"));
    assert_eq!(farmer.presses("disconnect").await.outcome, "connected");
    assert_eq!(farmer.world.status(&farmer.user).await, "ACTIVE");

    let mut farmer = Farmer::with(json!({ "disconnectEnabled": true }), |link| link).await;
    assert!(farmer.connects().await.body.contains("<details>"));
    assert_eq!(farmer.presses("disconnect").await.outcome, "disconnected");
    assert_eq!(farmer.world.status(&farmer.user).await, "integrationNotStarted");
}

#[tokio::test]
async fn it_looks_as_the_partner_has_it_and_obeys_no_name() {
    let hostile = "</script><img src=x onerror=alert(1)> حقول";
    let settings = json!({
        "backgroundColor": "#fc0", "companyName": hostile, "showLeafUserName": true,
        "companyLogo": "https://elsewhere.example/logo.svg",
    });
    let world = World::start().await;
    let body = json!({ "name": format!("{hostile}\u{202e}"), "email": "x@farm.example" });
    let path = format!("{}/users", crate::world::MANAGEMENT);
    let (status, made) = world.json(world.owner(Method::POST, &path).json(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let user = made["id"].as_str().expect("an id").to_owned();
    let change = |link| NewLink {
        language: Some("es".to_owned()),
        return_url: Some("https://app.example/done?x=1".parse().expect("a URL")),
        opener: Some("https://app.example".to_owned()),
        ..link
    };
    let mut farmer = Farmer::of(world, user, settings, change).await;
    let asked = farmer.shown().await;
    let policy = asked.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.ends_with("frame-ancestors https://app.example"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("img-src"), "no origin of pictures is allowed: {policy}");
    let shown = "<bdi>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; حقول</bdi>";
    assert!(asked.body.contains(&format!("<b>{shown}</b>")), "the whole name: {}", asked.body);
    assert!(!asked.body.contains("<img") && !asked.body.contains('\u{202e}'));
    assert!(asked.body.contains("<html lang=\"es\" data-opener=\"https://app.example\">"));
    assert!(asked.body.contains("body{background:#ffcc00}.brand{color:#000000}"));
    let connected = farmer.connects().await;
    let back = "<a class=\"button\" href=\"https://app.example/done?x=1&amp;outcome=connected&amp;reference=";
    assert!(connected.body.contains(back), "{}", connected.body);
}

#[tokio::test]
async fn no_link_is_told_from_another_that_does_not_work() {
    let mut farmer = Farmer::plain().await;
    let unknown = farmer.world.api("/magic-link/x");
    let forged = farmer.world.api(&format!("/magic-link/{}", "A".repeat(64)));
    let one = farmer.phone.open(&unknown).await;
    let other = farmer.phone.open(&forged).await;
    assert_eq!((one.status, &*one.outcome), (StatusCode::NOT_FOUND, "unknownLink"));
    assert_eq!((other.status, other.body), (one.status, one.body));
    let pressed = farmer.phone.press(&forged).await;
    assert_eq!(pressed.outcome, "unknownLink");
}
