//! The console: what its page may do, what its files are, and that it can be switched off.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use console::files::{FILES, page};
use http::{HeaderMap, Method, Request, StatusCode};
use local::gateway;
use reqwest::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use serde_json::{Value, json};
use shared::settings::Settings;
use tower::ServiceExt as _;

use crate::world::World;

/// An answer of the service without a gateway around it, under these settings.
async fn asked(
    world: &World,
    change: impl FnOnce(&mut Settings),
    method: Method,
    path: &str,
) -> (StatusCode, HeaderMap, String) {
    let mut service = world.machine.service.clone();
    let mut settings = (*service.settings).clone();
    change(&mut settings);
    service.settings = Arc::new(settings);
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    let answer = gateway::api(&service).oneshot(request.expect("a request")).await;
    let (parts, body) = answer.expect("an answer").into_parts();
    let body = to_bytes(body, 1024 * 1024).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).expect("text"))
}

fn deployed(settings: &mut Settings) {
    settings.simulation = None;
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, before: &str, after: char) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_page_asks_for_its_own_files_only_and_each_is_there() {
    let world = World::start().await;
    for address in ["/console", "/console/"] {
        let answer = world.http.get(world.api(address)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{address}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(answer.headers()["cache-control"], "no-cache");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers()["cross-origin-opener-policy"], "same-origin");
        let text = answer.text().await.expect("a page");
        let named = [between(&text, " href=\"", '"'), between(&text, " src=\"", '"')].concat();
        let named: BTreeSet<_> = named.into_iter().filter(|it| !it.starts_with('#')).collect();
        assert_eq!(named.len(), FILES.len(), "{named:?}");
        for file in named {
            let answer = world.http.get(world.api(file)).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{file}");
            let expected = match file.rsplit('.').next() {
                Some("css") => "text/css; charset=utf-8",
                Some("svg") => "image/svg+xml",
                _ => "text/javascript; charset=utf-8",
            };
            assert_eq!(answer.headers()[CONTENT_TYPE], expected, "{file}");
        }
    }
}

#[tokio::test]
async fn the_page_may_run_and_call_nothing_but_this_service() {
    let world = World::start().await;
    let (_, headers, _) = asked(&world, deployed, Method::GET, "/console").await;
    assert_eq!(
        headers[CONTENT_SECURITY_POLICY],
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src \
         'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    // On a laptop the simulated Panorama, too, and only to be called.
    let (_, headers, _) = asked(&world, |_| {}, Method::GET, "/console").await;
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().expect("ASCII");
    assert_eq!(policy.matches("http").count(), 1, "{policy}");
    let panorama = format!("connect-src 'self' {};", world.machine.ready.panorama_url);
    assert!(policy.contains(&panorama), "{policy}");
}

#[tokio::test]
async fn a_deployment_tells_of_no_simulation_and_a_laptop_of_its_own() {
    let world = World::start().await;
    let told = async |change: fn(&mut Settings)| {
        let (_, headers, text) = asked(&world, change, Method::GET, "/console/settings.json").await;
        assert_eq!(headers["cache-control"], "no-store");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    assert_eq!(told(deployed).await, json!({ "simulation": null }));
    let ready = &world.machine.ready;
    let owner = json!({ "username": ready.owner.username, "password": ready.owner.password });
    let simulation = json!({ "panoramaUrl": ready.panorama_url, "owner": owner });
    assert_eq!(told(|_| {}).await, json!({ "simulation": simulation }));
}

#[tokio::test]
async fn switched_off_it_is_like_any_unknown_path() {
    let world = World::start().await;
    for path in ["/console", "/console/", "/console/main.js", "/console/settings.json"] {
        let off = |settings: &mut Settings| settings.console = false;
        let on = asked(&world, |_| {}, Method::GET, path.trim_end_matches('/')).await;
        assert_eq!(on.0, 200, "{path}");
        for method in [Method::GET, Method::HEAD] {
            let (status, headers, _) = asked(&world, off, method.clone(), path).await;
            assert_eq!(status, 404, "{method} {path}");
            assert!(!headers.contains_key(CONTENT_SECURITY_POLICY));
        }
        let (_, _, off) = asked(&world, off, Method::GET, path.trim_end_matches('/')).await;
        let problem: Value = serde_json::from_str(&off).expect("JSON");
        assert_eq!(problem["errorKey"], "routeNotFound");
    }
}

#[tokio::test]
async fn a_browser_gets_a_file_once_and_a_link_checker_nothing_of_it() {
    let world = World::start().await;
    for path in ["/console", "/console/main.js"] {
        let get = || world.http.get(world.api(path));
        let first = get().send().await.expect("an answer");
        let tag = first.headers()[ETAG].to_str().expect("ASCII").to_owned();
        let weak = format!("\"other\", W/{tag}");
        for known in [&tag, &weak, "*"] {
            let again = get().header(IF_NONE_MATCH, known).send().await.expect("an answer");
            assert_eq!(again.status(), 304, "{known}");
            assert_eq!(again.headers()[ETAG], *tag, "{known}");
            assert_eq!(again.text().await.expect("a body"), "");
        }
        let other = get().header(IF_NONE_MATCH, "\"other\"").send().await.expect("an answer");
        assert_eq!(other.status(), 200);
        let (status, headers, text) = asked(&world, |_| {}, Method::HEAD, path).await;
        assert_eq!((status.as_u16(), &*text), (200, ""));
        assert_eq!(headers[ETAG], *tag);
    }
}

#[tokio::test]
async fn there_is_no_other_file() {
    let world = World::start().await;
    for name in ["index.html", "MAIN.JS", "..%2Fsrc%2Flib.rs", "main.js%00", "x"] {
        let answer = world.http.get(world.api(&format!("/console/{name}"))).send().await;
        assert_eq!(answer.expect("an answer").status(), 404, "{name}");
    }
}

#[tokio::test]
async fn its_files_are_where_the_service_is() {
    let world = World::start().await;
    let mut settings = (*world.machine.service.settings).clone();
    settings.public_base_url = "https://connect.example/prod/".parse().expect("a URL");
    let text = page(&settings).content.into_owned();
    assert!(text.contains("src=\"/prod/console/main.js\""), "{text}");
    assert!(!text.contains("\"/console/") && !text.contains("{base}"), "{text}");
}

#[tokio::test]
async fn cargo_runs_root_leads_to_it() {
    let world = World::start().await;
    let opened = world.http.get(world.api("/")).header("accept", "text/html,*/*;q=0.8");
    let answer = opened.send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()[LOCATION], "/console");
}

/// The folder, without which nobody could say what is in it.
fn files_in_folder() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/console/page");
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let read = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("text");
        (entry.file_name().into_string().expect("UTF-8"), text)
    };
    entries.map(read).collect()
}

#[test]
fn every_file_of_the_folder_is_served() {
    let served: BTreeSet<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let written: BTreeSet<_> = files_in_folder().into_iter().map(|(name, _)| name).collect();
    let other: Vec<_> = written.symmetric_difference(&served).collect();
    assert_eq!(other, ["index.html"]);
}

#[test]
fn nothing_that_a_server_says_becomes_markup_code_or_a_memory() {
    for (name, text) in files_in_folder() {
        for danger in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "createContextualFragment",
            "DOMParser",
            "srcdoc",
            "document.write",
            "eval(",
            "new Function",
            "javascript:",
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
            "history.pushState",
            "postMessage",
        ] {
            assert!(!text.contains(danger), "{name} has {danger}");
        }
        // Nothing is inline: the policy would not let it.
        let is_page = name == "index.html";
        assert!(
            !is_page
                || text.matches("<script").count()
                    == text.matches("<script type=\"module\" src=").count()
        );
        assert!(!is_page || !text.contains("<style") && !text.contains(" style="), "{name}");
        // Only what is in `api.js` knows the token.
        assert!(name == "api.js" || !text.contains("Bearer ${"), "{name}");
    }
}

#[test]
fn it_is_small_and_made_of_small_files() {
    let files = files_in_folder();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    assert!(bytes < 96 * 1024, "{bytes}");
    for (name, text) in files {
        assert!(text.lines().count() < 300, "{name}");
    }
}
