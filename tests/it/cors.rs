//! Browser applications on a laptop: CORS as API Gateway does it for the template.

use std::collections::BTreeSet;

use local::cors::{EXPOSED, HEADERS, MAX_AGE, METHODS, Origins, origin};
use local::gateway;
use reqwest::Method;
use reqwest::header::HeaderMap;
use web::routes::Access;

use crate::template::template;
use crate::world::{MANAGEMENT, World};

const LOOPBACK: [&str; 6] = [
    "http://localhost:5173",
    "http://localhost",
    "https://app.localhost:8443",
    "http://127.0.0.1:3000",
    "http://127.1.2.3",
    "http://[::1]:4200",
];
const FOREIGN: [&str; 7] = [
    "https://app.prairie-insights.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example/localhost",
    "http://192.168.1.7:3000",
    "null",
    "localhost",
];

async fn preflight(world: &World, origin: &str, path: &str) -> (u16, HeaderMap) {
    let request = world.http.request(Method::OPTIONS, world.api(path));
    let request = request.header("origin", origin).header("access-control-request-method", "PUT");
    let answer = request
        .header("access-control-request-headers", "authorization")
        .send()
        .await
        .expect("an answer");
    (answer.status().as_u16(), answer.headers().clone())
}

async fn read(world: &World, origin: &str) -> (u16, HeaderMap) {
    let request = world.owner(Method::GET, &format!("{MANAGEMENT}/users")).header("origin", origin);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.headers().clone())
}

#[track_caller]
fn assert_allowed(headers: &HeaderMap, origin: Option<&str>) {
    let said =
        headers.get("access-control-allow-origin").map(|value| value.to_str().expect("ASCII"));
    assert_eq!(said, origin, "{headers:?}");
    assert_eq!(
        headers.contains_key("access-control-expose-headers")
            || headers.contains_key("access-control-max-age"),
        said.is_some()
    );
    assert!(!headers.contains_key("access-control-allow-credentials"));
    assert_eq!(headers["vary"], "origin");
}

#[tokio::test]
async fn pages_of_this_computer_may_call_the_api_and_no_others() {
    let world = World::start().await;
    for (origins, allowed) in [(&LOOPBACK[..], true), (&FOREIGN[..], false)] {
        for origin in origins {
            for path in ["/services/usermanagement/api/users", "/api/authenticate/", "/nowhere"] {
                let (status, headers) = preflight(&world, origin, path).await;
                assert_eq!(status, 204, "{origin}");
                assert_allowed(&headers, allowed.then_some(*origin));
            }
            let (status, headers) = read(&world, origin).await;
            assert_eq!(status, 200, "{origin}: it is the browser that keeps the answer back");
            assert_allowed(&headers, allowed.then_some(*origin));
        }
    }
    // A refusal can be read, too.
    let refused = world
        .http
        .get(world.api(&format!("{MANAGEMENT}/users")))
        .header("origin", LOOPBACK[0])
        .send()
        .await;
    let refused = refused.expect("an answer");
    assert_eq!(refused.status(), 401);
    assert_allowed(refused.headers(), Some(LOOPBACK[0]));
}

#[tokio::test]
async fn the_origins_that_are_named_are_the_only_ones() {
    let named = "https://app.prairie-insights.example";
    let world =
        World::start_with(|options| options.allow_origins = Origins::These(vec![named.to_owned()]))
            .await;
    assert_allowed(&read(&world, named).await.1, Some(named));
    for other in [
        LOOPBACK[0],
        "http://app.prairie-insights.example",
        "https://app.prairie-insights.example:8443",
    ] {
        assert_allowed(&read(&world, other).await.1, None);
    }
    let world =
        World::start_with(|options| options.allow_origins = Origins::These(vec!["*".to_owned()]))
            .await;
    assert_allowed(&read(&world, FOREIGN[0]).await.1, Some(FOREIGN[0]));
}

#[test]
fn an_origin_is_read_as_a_browser_writes_it() {
    for (text, read) in [
        ("https://App.Example/", "https://app.example"),
        ("https://app.example:443", "https://app.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("*", "*"),
    ] {
        assert_eq!(origin(text).as_deref(), Ok(read));
    }
    for text in [
        "",
        "app.example",
        "https://app.example/path",
        "https://app.example/?x",
        "file:///tmp",
        "null",
    ] {
        assert!(origin(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_browser_may_do_on_a_laptop_what_it_may_in_aws_and_all_that_the_api_has() {
    let cors = &template()["Resources"]["Api"]["Properties"]["CorsConfiguration"]["Fn::If"][1];
    let in_aws = |name: &str| -> BTreeSet<String> {
        let texts = cors[name].as_array().expect("a list").iter();
        texts.map(|text| text.as_str().expect("a text").to_owned()).collect()
    };
    let here =
        |list: &str| -> BTreeSet<String> { list.split(',').map(ToOwned::to_owned).collect() };
    assert_eq!(here(METHODS), in_aws("AllowMethods"));
    assert_eq!(here(HEADERS), in_aws("AllowHeaders"));
    assert_eq!(here(EXPOSED), in_aws("ExposeHeaders"));
    assert_eq!(cors["MaxAge"], MAX_AGE.parse::<u64>().expect("a number"));

    let world = World::start().await;
    let used: BTreeSet<_> = gateway::routes(&world.machine.service)
        .into_iter()
        .flat_map(|(_, routes)| routes)
        .filter(|route| route.access == Access::Owner)
        .map(|route| route.method.to_string())
        .collect();
    assert!(used.is_subset(&here(METHODS)), "{used:?}");
}
