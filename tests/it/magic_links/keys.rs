//! API keys, and what a partner's page does with one.

use reqwest::Method;
use serde_json::{Value, json};

use super::farmer::tap;
use crate::answer::Answer;
use crate::logs::Log;
use crate::world::{FARM, MANAGEMENT, World};

const PAGE: &str = "https://app.prairie-insights.example";
const LINKS: &str = "/components/links";
const CONNECTION: &str = "/components/connection";

async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let Answer { status, text, .. } = Answer::of(request).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn post(world: &World, body: &Value) -> (u16, Value) {
    read(world.owner(Method::POST, &format!("{MANAGEMENT}/api-keys")).json(body)).await
}

/// A key for the partner's page.
async fn make(world: &World, user: &str) -> Value {
    let (status, made) = post(world, &json!({ "leafUserId": user, "origins": [PAGE] })).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn list(world: &World, user: &str) -> Value {
    let path = format!("{MANAGEMENT}/api-keys?leafUserId={user}");
    let (status, keys) = read(world.owner(Method::GET, &path)).await;
    assert_eq!(status, 200, "{keys}");
    keys
}

async fn revoke(world: &World, id: &Value) -> (u16, Value) {
    let id = id.as_str().expect("an id");
    read(world.owner(Method::DELETE, &format!("{MANAGEMENT}/api-keys/{id}"))).await
}

/// What a page asks with a key.
async fn ask(
    world: &World,
    method: Method,
    key: Option<&Value>,
    origin: Option<&str>,
) -> (u16, Value) {
    let path = if method == Method::POST { LINKS } else { CONNECTION };
    let mut request = world.http.request(method, world.api(path));
    if let Some(key) = key {
        request = request.header("x-api-key", key.as_str().expect("a key"));
    }
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    read(request).await
}

/// That a page gets neither a link nor a status.
async fn assert_refused(world: &World, key: Option<&Value>, origin: Option<&str>, why: &str) {
    for method in [Method::POST, Method::GET] {
        let (status, answer) = ask(world, method, key, origin).await;
        let expected = if why == "originNotAllowed" { 403 } else { 401 };
        assert_eq!((status, &answer["errorKey"]), (expected, &json!(why)), "{origin:?}");
    }
}

#[tokio::test]
async fn a_key_is_answered_whole_once_and_then_by_its_beginning() {
    let log = Log::watch();
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let body = json!({
        "leafUserId": maria, "expiresIn": 900, "description": "Grower portal",
        "origins": [PAGE, "http://localhost:5173"], "clientEnvironment": "STAGE",
    });
    let (status, mut made) = post(&world, &body).await;
    assert_eq!(status, 201, "{made}");
    let key = made["key"].as_str().expect("a key").to_owned();
    made["key"] = format!("{}...", &key[..12]).into();
    let expected = json!({
        "id": made["id"], "key": made["key"], "leafUserId": maria,
        "expiresAt": "2026-11-22T12:15:00.000000Z", "description": "Grower portal",
        "revokedAt": null, "valid": true, "createdAt": "2026-11-22T12:00:00.000000Z",
        "origins": [PAGE, "http://localhost:5173"], "appName": null, "clientEnvironment": "STAGE",
    });
    assert_eq!(made, expected);
    assert_eq!(list(&world, &maria).await, json!([expected]));
    assert_eq!(list(&world, &dale).await, json!([]));

    world.pass(1, 0);
    assert_eq!(ask(&world, Method::POST, Some(&json!(key)), Some(PAGE)).await.0, 200);
    for _ in 0..2 {
        assert_eq!(revoke(&world, &made["id"]).await.0, 204);
        world.pass(1, 0);
    }
    let revoked = &list(&world, &maria).await[0];
    assert_eq!(revoked["revokedAt"], "2026-11-22T12:01:00.000000Z", "{revoked}");
    assert_eq!(revoked["valid"], false);
    let nobodys = json!("00000000-0000-4000-8000-000000000000");
    let (status, answer) = revoke(&world, &nobodys).await;
    assert_eq!((status, &answer["errorKey"]), (404, &json!("apiKeyNotFound")));

    let secret = &key[26..];
    for line in log.lines() {
        assert!(!line.text.contains(secret), "{}", line.text);
    }
    assert!(log.lines().iter().any(|line| line.text.contains("made an API key")));
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_by_the_fields_name() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    for (field, value, key) in [
        ("leafUserId", Value::Null, "missingField"),
        ("leafUserId", json!("maria"), "malformedField"),
        ("expiresIn", json!(899), "malformedField"),
        ("expiresIn", json!(31_536_001), "malformedField"),
        ("expiresIn", json!("900"), "mistypedField"),
        ("origins", json!([]), "emptyField"),
        ("origins", json!(PAGE), "mistypedField"),
        ("origins", json!(["http://app.example"]), "malformedField"),
        ("origins", json!(["https://app.example/"]), "malformedField"),
        ("origins", json!(["*"]), "malformedField"),
        ("origins", json!(vec![PAGE; 21]), "fieldTooLong"),
        ("clientEnvironment", json!("TEST"), "unknownEnvironment"),
    ] {
        let mut body = json!({ "leafUserId": maria });
        body[field] = value;
        let (status, answer) = post(&world, &body).await;
        let named = &answer["fieldErrors"][0]["field"];
        assert_eq!((status, &answer["errorKey"], named), (400, &json!(key), &json!(field)));
    }
    let nobody = json!({ "leafUserId": "00000000-0000-4000-8000-000000000000" });
    let (status, answer) = post(&world, &nobody).await;
    assert_eq!((status, &answer["errorKey"]), (404, &json!("leafUserNotFound")));
    assert_eq!(list(&world, &maria).await, json!([]), "nothing was made");
}

#[tokio::test]
async fn a_page_has_a_link_made_for_its_own_leaf_user_and_sees_it_connected() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (hers, his) = (make(&world, &maria).await, make(&world, &dale).await);
    world.connect(&dale, FARM).await;
    let status = async |key: &Value| {
        ask(&world, Method::GET, Some(&key["key"]), Some(PAGE)).await.1["status"].clone()
    };
    assert_eq!(
        (status(&hers).await, status(&his).await),
        (json!("NOT_CONNECTED"), json!("ACTIVE"))
    );

    let (code, made) = ask(&world, Method::POST, Some(&hers["key"]), Some(PAGE)).await;
    assert_eq!((code, &made["expiresAt"]), (200, &json!("2026-11-22T12:15:00.000000Z")), "{made}");
    let link = made["link"].as_str().expect("a link");
    let address: domain::magic_link::LinkAddress =
        link.rsplit('/').next().expect("a last part").parse().expect("an address");
    let stored = world.machine.service.ports.magic_links.find(address.id).await;
    let stored = stored.expect("read").expect("a link");
    assert_eq!(stored.leaf_user_id.to_string(), maria);
    assert_eq!(stored.opener.as_deref(), Some(PAGE));
    assert_eq!(stored.max_usage.map(std::num::NonZeroU32::get), Some(1));
    assert!(tap(&world, &mut world.browser(), &address).await);
    assert_eq!(status(&hers).await, "PENDING");
    world.pass(15, 0);
    assert_eq!(status(&hers).await, "NOT_CONNECTED", "the farmer did not come");
}

#[tokio::test]
async fn a_key_is_for_the_pages_of_its_origins_alone() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let key = &make(&world, &maria).await["key"];
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://app.prairie-insights.example"),
        Some("https://app.prairie-insights.example:8443"),
        Some("https://app.prairie-insights.example.evil.example"),
        Some("https://APP.prairie-insights.example"),
    ] {
        assert_refused(&world, Some(key), origin, "originNotAllowed").await;
    }
    let (_, without) = post(&world, &json!({ "leafUserId": maria })).await;
    assert_refused(&world, Some(&without["key"]), Some(PAGE), "originNotAllowed").await;
}

#[tokio::test]
async fn a_key_that_is_wrong_revoked_expired_or_nobodys_any_more_is_one_refusal() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (hers, his) = (make(&world, &maria).await, make(&world, &dale).await);
    let text = |key: &Value| key["key"].as_str().expect("a key").to_owned();
    // 26 characters are the prefix and the id; the 22nd of the id has bits of the secret.
    let crossed = json!(format!("{}{}", &text(&hers)[..26], &text(&his)[26..]));
    let cut = json!(text(&hers)[..67]);
    for wrong in [None, Some(&crossed), Some(&cut), Some(&hers["id"])] {
        assert_refused(&world, wrong, Some(PAGE), "invalidApiKey").await;
    }
    // A key is for these two routes, and no bearer token.
    let users = world.http.get(world.api(&format!("{MANAGEMENT}/users")));
    assert_eq!(read(users.bearer_auth(text(&hers))).await.0, 401);

    assert_eq!(revoke(&world, &hers["id"]).await.0, 204);
    assert_refused(&world, Some(&hers["key"]), Some(PAGE), "invalidApiKey").await;

    let (_, short) =
        post(&world, &json!({ "leafUserId": dale, "origins": [PAGE], "expiresIn": 900 })).await;
    world.pass(14, 59);
    assert_eq!(ask(&world, Method::GET, Some(&short["key"]), Some(PAGE)).await.0, 200);
    world.pass(0, 1);
    assert_refused(&world, Some(&short["key"]), Some(PAGE), "invalidApiKey").await;

    assert_eq!(ask(&world, Method::GET, Some(&his["key"]), Some(PAGE)).await.0, 200);
    let path = format!("{MANAGEMENT}/users/{dale}");
    assert_eq!(read(world.owner(Method::DELETE, &path)).await.0, 204);
    assert_refused(&world, Some(&his["key"]), Some(PAGE), "invalidApiKey").await;
    assert_eq!(list(&world, &dale).await, json!([]));
}

#[tokio::test]
async fn of_several_app_keys_the_key_names_one_and_a_page_learns_none_of_their_names() {
    let world = World::start().await;
    world.register_production().await;
    let maria = world.create_user("maria").await;
    let key = &make(&world, &maria).await["key"];
    let (status, answer) = ask(&world, Method::POST, Some(key), Some(PAGE)).await;
    assert_eq!((status, &answer["errorKey"]), (409, &json!("apiKeyWithoutAppKey")));
    assert!(!answer.to_string().contains(world.machine.ready.app_name), "{answer}");
    let named = json!({
        "leafUserId": maria, "origins": [PAGE], "clientEnvironment": "PRODUCTION",
    });
    let (_, named) = post(&world, &named).await;
    assert_eq!(ask(&world, Method::POST, Some(&named["key"]), Some(PAGE)).await.0, 200);
}
