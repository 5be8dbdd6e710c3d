use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use simulated_panorama::Environment::{self, Production, Stage};
use simulated_panorama::{SeedGrower, seed};
use time::Duration;

use crate::harness::{CODE, CONFIRMATION_BASE, Panorama, location, prefix};

/// A browser without a script: it keeps one cookie and fills in forms.
struct Browser<'a> {
    panorama: &'a Panorama,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    fn new(panorama: &'a Panorama) -> Self {
        Self { panorama, cookie: None }
    }

    async fn send(&mut self, method: Method, path: &str, form: &[(&str, &str)]) -> Response {
        let mut request = self.panorama.request(method.clone(), path);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", format!("other=1; {cookie}"));
        }
        if method == Method::POST {
            request = request.form(form);
        }
        let answer = request.send().await.expect("an answer");
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII").split(';').next().expect("a pair");
            self.cookie = Some(cookie.to_owned());
        }
        answer
    }

    async fn page(&mut self, path: &str) -> String {
        let answer = self.send(Method::GET, path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("text")
    }

    /// Posts a form with the token that the page at `from` carries.
    async fn submit(&mut self, from: &str, to: &str, form: &[(&str, &str)]) -> Response {
        let page = self.page(from).await;
        let csrf = value_after(&page, "name=\"csrf\" value=\"").to_owned();
        let form: Vec<_> = form.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.send(Method::POST, to, &form).await
    }

    async fn sign_in(
        &mut self,
        environment: Environment,
        grower: &SeedGrower,
        next: &str,
    ) -> Response {
        let form = [("username", grower.username), ("password", grower.password), ("next", next)];
        self.send(Method::POST, &format!("{}/sign-in", prefix(environment)), &form).await
    }
}

fn value_after<'a>(page: &'a str, marker: &str) -> &'a str {
    let (_, rest) =
        page.split_once(marker).unwrap_or_else(|| panic!("{marker} is not in the page"));
    rest.split('"').next().expect("it is quoted")
}

fn first_grower(environment: Environment) -> SeedGrower {
    seed(environment).growers.swap_remove(0)
}

/// The path of the first link in the page that leads below `above`.
fn link_below(page: &str, above: &str) -> String {
    format!("{above}{}", value_after(page, &format!("href=\"{above}")))
}

#[tokio::test]
async fn a_grower_clicks_from_the_share_initiation_url_to_the_partner() {
    let panorama = Panorama::start().await;
    for environment in [Stage, Production] {
        let mut browser = Browser::new(&panorama);
        let sharing_url_id = seed(environment).sharing_url_id;
        let start = format!("{}/connections/{sharing_url_id}", prefix(environment));

        let to_sign_in = browser.send(Method::GET, &start, &[]).await;
        assert_eq!(to_sign_in.status(), 303);
        let sign_in = browser.page(location(&to_sign_in)).await;
        assert!(sign_in.contains(&format!("Simulated Panorama ({environment})")));
        let next = value_after(&sign_in, "name=\"next\" value=\"").to_owned();
        let signed_in = browser.sign_in(environment, &first_grower(environment), &next).await;
        assert_eq!((signed_in.status().as_u16(), location(&signed_in)), (303, start.as_str()));

        let choice = browser.page(&start).await;
        let operation = value_after(&choice, "name=\"operation\" value=\"").to_owned();
        let to_partner = browser.submit(&start, &start, &[("operation", &operation)]).await;
        assert_eq!(to_partner.status(), 303);
        let code = first_grower(environment).operations[0].organization_code;
        assert_eq!(
            location(&to_partner),
            format!("{CONFIRMATION_BASE}/{sharing_url_id}?orgCode={code}")
        );

        let login = panorama.log_in(environment).await;
        assert_eq!(
            panorama
                .confirm(&login, &format!("{}/sharing/{code}/confirm", prefix(environment)))
                .await,
            200
        );
        assert!(browser.page(&start).await.contains("Shared"));
    }
}

#[tokio::test]
async fn declining_tells_the_partner_and_shares_nothing() {
    let panorama = Panorama::start().await;
    let mut browser = Browser::new(&panorama);
    browser.sign_in(Stage, &first_grower(Stage), "").await;
    let start = format!("/connections/{}", seed(Stage).sharing_url_id);
    let declined = browser.submit(&start, &format!("{start}/decline"), &[]).await;
    assert_eq!(declined.status(), 303);
    let expected =
        format!("{CONFIRMATION_BASE}/{}?error=access_denied", seed(Stage).sharing_url_id);
    assert_eq!(location(&declined), expected);
    let login = panorama.log_in(Stage).await;
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 404);
}

#[tokio::test]
async fn a_grower_finds_the_code_and_the_switch_from_the_main_menu() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let mut browser = Browser::new(&panorama);
    let signed_in = browser.sign_in(Stage, &first_grower(Stage), "").await;
    assert_eq!(location(&signed_in), "/operations");

    let operations = browser.page("/operations").await;
    let menu = link_below(&operations, "/operations/");
    assert!(!menu.contains(CODE));
    let page = browser.page(&menu).await;
    assert!(page.contains("Organization Code") && page.contains(CODE));
    let manage = link_below(&page, &format!("{menu}/"));
    let page = browser.page(&manage).await;
    let data_sharing = link_below(&page, &format!("{manage}/"));
    let page = browser.page(&data_sharing).await;
    let connections = link_below(&page, &format!("{data_sharing}/"));

    assert!(browser.page(&connections).await.contains("aria-checked=\"false\""));
    for _ in 0..2 {
        let to_partner = browser.submit(&connections, &connections, &[("switch", "on")]).await;
        assert_eq!(to_partner.status(), 303);
        assert!(location(&to_partner).ends_with("?orgCode=krwv4vYH"));
    }
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 200);
    assert!(browser.page(&connections).await.contains("aria-checked=\"true\""));

    let back = browser.submit(&connections, &connections, &[("switch", "off")]).await;
    assert_eq!((back.status().as_u16(), location(&back)), (303, connections.as_str()));
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": []}));
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 404);
}

#[tokio::test]
async fn a_form_without_the_sessions_token_changes_nothing() {
    let panorama = Panorama::start().await;
    let mut other = Browser::new(&panorama);
    other.sign_in(Stage, &seed(Stage).growers[1], "").await;
    let others = value_after(&other.page("/operations").await, "name=\"csrf\" value=\"").to_owned();

    let mut browser = Browser::new(&panorama);
    browser.sign_in(Stage, &first_grower(Stage), "").await;
    let start = format!("/connections/{}", seed(Stage).sharing_url_id);
    let operation =
        value_after(&browser.page(&start).await, "name=\"operation\" value=\"").to_owned();
    let connections = format!("/operations/{operation}/manage/data-sharing/connections");
    for csrf in ["", others.as_str()] {
        for path in [&start, &format!("{start}/decline"), &connections, "/sign-out"] {
            let form = [("operation", operation.as_str()), ("switch", "on"), ("csrf", csrf)];
            assert_eq!(browser.send(Method::POST, path, &form).await.status(), 403, "{path}");
        }
    }
    let login = panorama.log_in(Stage).await;
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 404);
}

#[tokio::test]
async fn nobody_reaches_the_operations_of_another_grower() {
    let panorama = Panorama::start().await;
    let mut owner = Browser::new(&panorama);
    owner.sign_in(Stage, &first_grower(Stage), "").await;
    let menu = link_below(&owner.page("/operations").await, "/operations/");
    let id = menu.trim_start_matches("/operations/").to_owned();

    let mut stranger = Browser::new(&panorama);
    stranger.sign_in(Stage, &seed(Stage).growers[1], "").await;
    for below in ["", "/manage", "/manage/data-sharing", "/manage/data-sharing/connections"] {
        let answer = stranger.send(Method::GET, &format!("{menu}{below}"), &[]).await;
        assert_eq!(answer.status(), 404, "{below}");
    }
    let start = format!("/connections/{}", seed(Stage).sharing_url_id);
    let answer = stranger.submit(&start, &start, &[("operation", &id)]).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.expect("text").contains("Choose an operation."));
}

#[tokio::test]
async fn a_wrong_password_stays_on_the_sign_in_page() {
    let panorama = Panorama::start().await;
    let mut browser = Browser::new(&panorama);
    let grower = SeedGrower { password: "wrong", ..first_grower(Stage) };
    let answer = browser.sign_in(Stage, &grower, "/operations").await;
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await.expect("text").contains("Incorrect username or password."));
    assert_eq!(browser.cookie, None);
}

#[tokio::test]
async fn sign_in_sends_nobody_to_another_host() {
    let panorama = Panorama::start().await;
    let mut browser = Browser::new(&panorama);
    let answer = browser.sign_in(Stage, &first_grower(Stage), "//example.com/").await;
    assert_eq!(location(&answer), "/operations");
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_environments() {
    let panorama = Panorama::start().await;
    for (environment, name, path) in [
        (Stage, "simulated_panorama_stage", "/"),
        (Production, "simulated_panorama_production", "/production"),
    ] {
        let mut browser = Browser::new(&panorama);
        let answer = browser.sign_in(environment, &first_grower(environment), "").await;
        let cookie = answer.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        assert!(cookie.ends_with(&format!("; Path={path}; HttpOnly; SameSite=Lax")), "{cookie}");
    }
    // STAGE's cookie under PRODUCTION's name opens nothing there.
    let mut browser = Browser::new(&panorama);
    browser.sign_in(Stage, &first_grower(Stage), "").await;
    browser.cookie = browser.cookie.map(|cookie| cookie.replace("_stage=", "_production="));
    assert_eq!(browser.send(Method::GET, "/production/operations", &[]).await.status(), 303);
}

#[tokio::test]
async fn a_session_ends_with_sign_out_and_after_eight_hours() {
    let panorama = Panorama::start().await;
    let mut browser = Browser::new(&panorama);
    browser.sign_in(Stage, &first_grower(Stage), "").await;
    let kept = browser.cookie.clone();
    let out = browser.submit("/operations", "/sign-out", &[]).await;
    assert_eq!(location(&out), "/sign-in");
    assert!(out.headers()["set-cookie"].to_str().expect("ASCII").contains("Max-Age=0"));
    browser.cookie = kept;
    assert_eq!(browser.send(Method::GET, "/operations", &[]).await.status(), 303);

    browser.sign_in(Stage, &first_grower(Stage), "").await;
    panorama.pass(Duration::hours(8));
    assert_eq!(browser.send(Method::GET, "/operations", &[]).await.status(), 303);
}

#[tokio::test]
async fn the_index_shows_both_portals_and_every_sample_login() {
    let panorama = Panorama::start().await;
    let index = panorama.get("/").await.text().await.expect("text");
    assert!(
        index.contains("href=\"/operations\"") && index.contains("href=\"/production/operations\"")
    );
    for environment in [Stage, Production] {
        let sample = seed(environment);
        assert!(index.contains(sample.client_id) && index.contains(sample.sharing_url_id));
        for grower in sample.growers {
            assert!(index.contains(grower.username), "{}", grower.username);
        }
    }
}

#[tokio::test]
async fn unknown_pages_are_not_found_and_production_has_a_front_door() {
    let panorama = Panorama::start().await;
    assert_eq!(panorama.get("/nowhere").await.status(), StatusCode::NOT_FOUND);
    for path in ["/production", "/production/"] {
        assert_eq!(location(&panorama.get(path).await), "/production/operations");
    }
}
