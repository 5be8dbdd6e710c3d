//! What is at no path, and what is around every answer.

use std::collections::BTreeSet;

use local::gateway;
use reqwest::Method;
use reqwest::header::ALLOW;
use serde_json::json;

use super::{NOBODY, user_path};
use crate::answer::Answer;
use crate::world::{MANAGEMENT, World};

#[tokio::test]
async fn a_path_that_is_unknown_is_not_found_with_and_without_a_token() {
    let world = World::start().await;
    for path in [
        "/api",
        "/api/authenticate//",
        "/API/authenticate",
        "/services",
        "/services/usermanagement/api",
        "/services/usermanagement/api/users//",
        "/services/usermanagement/api/user",
        "/services/usermanagement/api/app-keys",
        "/services/usermanagement/api/app-keys/Panorama/prairie-insights",
        "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE/secrets",
        "/services/usermanagement/api/app-keys/Panorama/prairie%2Finsights/STAGE/x",
        "/services/usermanagement/api/users/x/john-deere-credentials",
        "/services/integrations/api",
        "//services/usermanagement/api/users",
        "/favicon.ico",
        "/%FF",
        "/%3Cscript%3E",
    ] {
        for method in
            [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS]
        {
            let anonymous = world.http.request(method.clone(), world.api(path));
            Answer::of(anonymous).await.problem(404, "routeNotFound");
            world.ask(method, path).await.problem(404, "routeNotFound");
        }
    }
}

#[tokio::test]
async fn every_path_takes_a_slash_at_its_end() {
    let world = World::start().await;
    let mut tried = 0;
    for (_, routes) in gateway::routes(&world.machine.service) {
        for route in routes {
            let path = route
                .path
                .replace("{provider}", "Panorama")
                .replace("{clientEnvironment}", "STAGE");
            let path = path.replace("{appName}", "nobodys").replace("{id}", NOBODY);
            let path = path.replace("{leafUserId}", NOBODY).replace("{sessionId}", NOBODY);
            let path = path.replace("{sharingUrlId}", NOBODY).replace("{file}", "main.js");
            let outcome = async |path: &str| {
                let answer =
                    world.owner(route.method.clone(), path).send().await.expect("an answer");
                let (status, text) = (answer.status(), answer.text().await.expect("a body"));
                let key =
                    text.split("\"errorKey\":\"").nth(1).and_then(|rest| rest.split('"').next());
                (status, key.map(ToOwned::to_owned))
            };
            let with_slash = outcome(&format!("{path}/")).await;
            assert_eq!(with_slash, outcome(&path).await, "{} {path}/", route.method);
            assert_ne!(with_slash.1.as_deref(), Some("routeNotFound"), "{} {path}/", route.method);
            tried += 1;
        }
    }
    assert!(tried >= 30, "{tried}");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_refused_with_those_that_it_does() {
    let world = World::start().await;
    let credentials = user_path(NOBODY, "/panorama-credentials");
    for (path, wrong, allowed) in [
        ("/api/authenticate".to_owned(), Method::GET, &["POST"][..]),
        ("/api/authenticate".to_owned(), Method::PUT, &["POST"]),
        (format!("{MANAGEMENT}/users"), Method::DELETE, &["GET", "HEAD", "POST", "PUT"]),
        (format!("{MANAGEMENT}/users"), Method::PATCH, &["GET", "HEAD", "POST", "PUT"]),
        (user_path(NOBODY, ""), Method::PUT, &["DELETE", "GET", "HEAD", "PATCH"]),
        (user_path(NOBODY, "/one-click-integration/Panorama"), Method::GET, &["POST"]),
        (credentials.clone(), Method::PUT, &["DELETE", "GET", "HEAD", "POST"]),
        (format!("{credentials}/events"), Method::DELETE, &["GET", "HEAD"]),
        (format!("{MANAGEMENT}/app-keys/Panorama"), Method::POST, &["GET", "HEAD"]),
        (
            format!("{MANAGEMENT}/app-keys/Panorama/a/STAGE"),
            Method::PATCH,
            &["DELETE", "GET", "HEAD", "POST", "PUT"],
        ),
        ("/services/integrations/api/resources".to_owned(), Method::POST, &["GET", "HEAD"]),
        (format!("/connect/{NOBODY}"), Method::DELETE, &["GET", "HEAD", "POST"]),
        (format!("/sharing-confirmation/{NOBODY}"), Method::POST, &["GET", "HEAD"]),
    ] {
        let answer = world.ask(wrong, &path).await;
        answer.problem(405, "methodNotAllowed");
        let allow: BTreeSet<_> =
            answer.header(ALLOW.as_str()).expect("Allow").split(',').map(str::trim).collect();
        assert_eq!(allow.into_iter().collect::<Vec<_>>(), allowed, "{answer:?}");
    }
}

#[tokio::test]
async fn a_problems_path_is_the_requests_without_its_query() {
    let world = World::start().await;
    let answer = world.ask(Method::GET, "/sharing-confirmations/x?orgCode=planted").await;
    answer.problem(404, "routeNotFound");
    answer.says_nothing_of(["planted"]);
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let world = World::start().await;
    let users = format!("{MANAGEMENT}/users");
    let user = world.create_user("maria").await;
    let hop = world.start_session(&user, None).await.sign_in_url;
    let get = |path: &str| world.owner(Method::GET, path);
    let requests = [
        (200, get(&users)),
        (
            201,
            world
                .owner(Method::POST, &users)
                .json(&json!({ "name": "Dale", "email": "dale@farm.example" })),
        ),
        (204, world.owner(Method::DELETE, &user_path(&user, "/panorama-credentials"))),
        (400, get(&format!("{users}?page=x"))),
        (401, world.http.get(world.api(&users))),
        (404, get(&user_path(NOBODY, ""))),
        (404, get("/nowhere")),
        (405, world.owner(Method::PATCH, &users)),
        (413, world.owner(Method::POST, &users).body("x".repeat(65_537))),
        (200, get(&users)),
        (404, world.http.get(world.api(&format!("/connect/{NOBODY}")))),
        (404, world.http.get(&hop)),
        (200, world.http.head(world.api(&users)).bearer_auth(&world.token)),
        (401, world.http.head(world.api(&users))),
        // What a caller says its request id is, is not believed.
        (200, get(&users).header("x-request-id", "planted")),
    ];
    let mut ids = BTreeSet::new();
    let count = requests.len();
    for (status, request) in requests {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, status, "{answer:?}");
        ids.insert(answer.header("x-request-id").expect("an id").to_owned());
    }
    assert_eq!(ids.len(), count, "no two are the same");
    assert!(!ids.contains("planted"));
}

#[tokio::test]
async fn a_redirect_of_the_farmers_browser_has_a_request_id_too() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let hop = world.start_session(&user, None).await.sign_in_url;
    let pressed = world.http.post(&hop).header("sec-fetch-site", "same-origin");
    assert_eq!(Answer::of(pressed).await.status, 303);
}

#[tokio::test]
async fn a_link_of_a_farmer_that_cannot_be_read_is_answered_with_a_page() {
    let world = World::start().await;
    for path in [
        "/connect/%FF",
        "/connect/planted",
        "/sharing-confirmation/%FF?orgCode=planted",
        "/sharing-confirmation",
    ] {
        let seen = world.browser().open(&world.api(path)).await;
        assert_eq!(
            (&*seen.outcome, seen.body.contains("planted")),
            ("unknownLink", false),
            "{path}: {seen:?}"
        );
    }
    let pressed = world.browser().press(&world.api(&format!("/connect/{NOBODY}"))).await;
    assert_eq!(pressed.outcome, "unknownLink");
}
