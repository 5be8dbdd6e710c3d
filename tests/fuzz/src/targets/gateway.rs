//! What API Gateway hands over: a whole event of payload format 2.0, and one in which strangers
//! have written what is theirs to write.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::StatusCode;
use http::Method;
use lambda::{BehindGateway, Context};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use web::api_owner::ApiOwner;
use web::routes::Routes;

use super::lines;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
});

/// A function with the kinds of routes that there are. What reaches a handler is answered with the
/// path that it saw.
static FUNCTION: LazyLock<BehindGateway> = LazyLock::new(|| {
    let routes = Routes::new(())
        .public(Method::GET, "/open/{id}", seen)
        .owner(Method::POST, "/users/{leafUserId}/panorama-credentials", seen)
        .otherwise(seen);
    BehindGateway::new(routes, None)
});

async fn seen(request: Request) -> (StatusCode, String) {
    let owner = request.extensions().get::<ApiOwner>().map_or("nobody", |ApiOwner(name)| name);
    (StatusCode::OK, format!("{owner}\n{}", request.uri().path()))
}

fn answer(event: &str) -> Value {
    let answer = RUNTIME.block_on(FUNCTION.answer(event, Context::default()));
    let answer = serde_json::to_value(answer).expect("an answer is JSON");
    let status = answer["statusCode"].as_u64().expect("an answer has a status");
    assert!((200..500).contains(&status), "{status}: an event is no fault of ours");
    answer
}

/// Any text at all in the place of an event.
pub(crate) fn event(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        answer(text);
    }
}

/// Path, query, a header's name and value, a cookie, a body: a line each. Whatever strangers write,
/// only the route that API Gateway has matched is served, and nobody becomes an API owner.
pub(crate) fn request(data: &[u8]) {
    let [path, query, name, value, cookie, body] =
        lines(data).map(|line| String::from_utf8_lossy(line).into_owned());
    let id = path.rsplit('/').next().unwrap_or_default().to_owned();
    for key in ["GET /open/{id}", "POST /users/{leafUserId}/panorama-credentials", "$default"] {
        let event = json!({
            "version": "2.0", "routeKey": key, "rawPath": path, "rawQueryString": query,
            "cookies": [cookie], "headers": { name.clone(): value },
            "pathParameters": { "id": id, "leafUserId": id },
            "requestContext": { "http": { "method": "GET", "sourceIp": "192.0.2.7" } },
            "body": body, "isBase64Encoded": false,
        });
        let answer = answer(&event.to_string());
        let Some(("nobody", seen)) = answer["body"].as_str().and_then(|body| body.split_once('\n'))
        else {
            assert_ne!(answer["statusCode"], 200, "a handler saw an owner");
            continue;
        };
        let segments: Vec<_> = seen.split('/').skip(1).collect();
        match key {
            "GET /open/{id}" => assert!(matches!(segments[..], ["open", _]), "another route"),
            "$default" => {}
            _ => assert!(
                matches!(segments[..], ["users", _, "panorama-credentials"]),
                "another route"
            ),
        }
    }
}
