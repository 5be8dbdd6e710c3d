//! What a partner makes, lists, reads and deletes.

use std::collections::BTreeSet;

use domain::magic_link::LinkAddress;
use domain::magic_link::visit::LinkState;
use reqwest::Method;
use serde_json::{Value, json};

use super::LINKS;
use super::farmer::{shown, tap};
use crate::answer;
use crate::world::{FARM, World};

/// An answer, read.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Answer {
    async fn to(request: reqwest::RequestBuilder) -> Self {
        let answer::Answer { status, headers, text, .. } = answer::Answer::of(request).await;
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
        Self { status, headers, body }
    }

    fn key(&self) -> &str {
        self.body["errorKey"].as_str().unwrap_or_else(|| panic!("{}", self.body))
    }
}

async fn make(world: &World, path: &str, body: &Value) -> Answer {
    Answer::to(world.owner(Method::POST, &format!("{LINKS}{path}")).json(body)).await
}

/// The only thing that is answered once: the link's own address.
fn address(made: &Value) -> LinkAddress {
    let link = made["link"].as_str().expect("a link");
    link.rsplit('/').next().expect("a last part").parse().expect("an address")
}

async fn get(world: &World, path: &str) -> Answer {
    Answer::to(world.owner(Method::GET, &format!("{LINKS}{path}"))).await
}

#[tokio::test]
async fn a_link_is_answered_whole_once_and_then_by_its_beginning() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let body = json!({
        "provider": "Panorama", "expiresIn": 86_400, "maxUsage": 3, "language": "pt_BR",
        "settings": { "companyName": "Prairie Insights", "backgroundColor": "#24a" },
    });
    let made = make(&world, &format!("/users/{maria}/authentication"), &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let names: BTreeSet<_> = made.body.as_object().expect("an object").keys().collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["expiresAt", "id", "leafUserId", "link"]);
    assert_eq!(made.body["expiresAt"], "2026-11-23T12:00:00.000000Z");
    let address = address(&made.body);
    let id = made.body["id"].as_str().expect("an id");
    let place = format!("/authentication/{id}");
    assert!(made.headers["location"].to_str().expect("ASCII").ends_with(&place));
    let secret = &address.expose()[22..];

    let read = get(&world, &place).await;
    assert!(!read.body.to_string().contains(secret), "{}", read.body);
    let beginning = format!("{}/{}…", world.api("/magic-link"), &address.expose()[..8]);
    let expected = json!({
        "id": id, "link": beginning, "leafUserId": maria,
        "createdAt": "2026-11-22T12:00:00.000000Z", "expiresAt": "2026-11-23T12:00:00.000000Z",
        "lastAccessedAt": null, "maxUsage": 3, "usageCount": 0, "widget": "AUTHENTICATION",
        "settings": {
            "companyName": "Prairie Insights",
            "backgroundColor": read.body["settings"]["backgroundColor"],
            "showLeafUserName": false, "disconnectEnabled": false,
        },
        "provider": "Panorama", "appName": world.machine.ready.app_name,
        "clientEnvironment": "STAGE", "returnUrl": null, "language": "pt-BR", "reconnect": false,
    });
    assert_eq!(read.body, expected);
    assert_eq!(get(&world, "/authentication").await.body, json!([expected]));

    let mut phone = world.browser();
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::Ask));
    world.pass(2, 0);
    assert!(tap(&world, &mut phone, &address).await);
    let read = get(&world, &place).await;
    assert_eq!(read.body["usageCount"], 1);
    assert_eq!(read.body["lastAccessedAt"], "2026-11-22T12:00:00.000000Z");
}

#[tokio::test]
async fn a_list_is_of_a_kind_and_of_a_leaf_user_page_by_page() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let mut made = Vec::new();
    for user in [&maria, &dale, &maria] {
        let body = json!({ "provider": "Panorama" });
        let answer = make(&world, &format!("/users/{user}/authentication"), &body).await;
        made.push(answer.body["id"].clone());
        world.pass(1, 0);
    }
    let providers = json!({ "allowedProviders": ["JohnDeere", "Panorama"] });
    let other = make(&world, &format!("/users/{maria}/provider"), &providers).await;
    let ids = |answer: &Answer| {
        let list = answer.body.as_array().expect("a list").iter();
        list.map(|link| link["id"].clone()).collect::<Vec<_>>()
    };
    let all = get(&world, "/authentication?size=2").await;
    assert_eq!(ids(&all), [made[2].clone(), made[1].clone()]);
    assert_eq!(all.headers["x-total-count"], "3");
    let hers = get(&world, &format!("/authentication?leafUserId={maria}&size=1")).await;
    assert_eq!(ids(&hers), [made[2].clone()]);
    let links = hers.headers["link"].to_str().expect("ASCII");
    assert!(links.contains(&format!("leafUserId={maria}&page=1&size=1>; rel=\"next\"")), "{links}");
    let of_several = get(&world, "/provider").await;
    assert_eq!(ids(&of_several), [other.body["id"].clone()]);
    assert_eq!(of_several.body[0]["allowedProviders"], providers["allowedProviders"]);
    assert_eq!(of_several.body[0]["widget"], "PROVIDER");

    let id = made[2].as_str().expect("an id");
    for (kind, status) in [("provider", 404), ("authentication", 204), ("authentication", 404)] {
        let request = world.owner(Method::DELETE, &format!("{LINKS}/{kind}/{id}"));
        assert_eq!(Answer::to(request).await.status, status, "{kind}");
    }
    assert_eq!(ids(&get(&world, "/authentication").await), [made[1].clone(), made[0].clone()]);
}

#[tokio::test]
async fn what_cannot_be_a_link_is_refused_by_the_fields_name() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    for (body, key, field) in [
        (json!({}), "missingField", "provider"),
        (json!({ "provider": "JohnDeere" }), "malformedField", "provider"),
        (json!({ "organizationCode": FARM }), "organizationCodeInLink", "organizationCode"),
        (json!({ "expiresIn": 899 }), "malformedField", "expiresIn"),
        (json!({ "expiresIn": 31_536_001 }), "malformedField", "expiresIn"),
        (json!({ "expiresIn": "900" }), "mistypedField", "expiresIn"),
        (json!({ "maxUsage": 0 }), "malformedField", "maxUsage"),
        (json!({ "maxUsage": 1.5 }), "malformedField", "maxUsage"),
        (
            json!({ "settings": { "backgroundColor": "red" } }),
            "malformedField",
            "settings.backgroundColor",
        ),
        (
            json!({ "settings": { "companyLogo": "https://elsewhere.example/a.png" } }),
            "malformedField",
            "settings.companyLogo",
        ),
        (json!({ "returnUrl": "https://elsewhere.example/" }), "returnUrlNotAllowed", "returnUrl"),
        (json!({ "returnUrl": "javascript:alert(1)" }), "malformedField", "returnUrl"),
        (json!({ "language": "de" }), "malformedField", "language"),
        (json!({ "appName": "nobodys" }), "unknownAppKey", "appName"),
        (json!({ "clientEnvironment": "PRODUCTION" }), "unknownAppKey", "appName"),
    ] {
        let mut body = body;
        if field != "provider" {
            body["provider"] = "Panorama".into();
        }
        let answer = make(&world, &format!("/users/{maria}/authentication"), &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(
            (answer.key(), &answer.body["fieldErrors"][0]["field"]),
            (key, &json!(field)),
            "{body}"
        );
        assert!(!answer.body.to_string().contains(FARM), "what was sent is not repeated");
    }
    let others = json!({ "allowedProviders": ["JohnDeere"] });
    let answer = make(&world, &format!("/users/{maria}/provider"), &others).await;
    assert_eq!(answer.key(), "malformedField");
    for (kind, field) in [("authentication", "allowedProviders"), ("provider", "provider")] {
        let mut body = json!({ "provider": "Panorama", "allowedProviders": ["Panorama"] });
        body[field] = json!(5);
        let answer = make(&world, &format!("/users/{maria}/{kind}"), &body).await;
        assert_eq!(
            (answer.status, &answer.body["fieldErrors"][0]["field"]),
            (400, &json!(field)),
            "the other kind's field"
        );
    }
    assert_eq!(get(&world, "/authentication").await.body, json!([]), "nothing was made");
}

#[tokio::test]
async fn a_link_needs_a_leaf_user_a_kind_and_where_it_reconnects_a_credential() {
    let world = World::start().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let body = json!({ "provider": "Panorama" });
    let answer = make(&world, &format!("/users/{nobody}/authentication"), &body).await;
    assert_eq!((answer.status, answer.key()), (404, "leafUserNotFound"));
    let maria = world.create_user("maria").await;
    for path in [&format!("/users/{maria}/file-upload"), "/file-upload"] {
        let answer = make(&world, path, &body).await;
        assert_eq!((answer.status, answer.key()), (404, "unknownMagicLinkKind"));
    }
    let again = json!({ "provider": "Panorama", "reconnect": true });
    let answer = make(&world, &format!("/users/{maria}/authentication"), &again).await;
    assert_eq!((answer.status, answer.key()), (409, "nothingToReconnect"));
    world.connect(&maria, FARM).await;
    let answer = make(&world, &format!("/users/{maria}/authentication"), &again).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(!answer.body.to_string().contains(FARM));
}

#[tokio::test]
async fn of_several_app_keys_one_must_be_named() {
    let world = World::start().await;
    world.register_production().await;
    let maria = world.create_user("maria").await;
    let path = format!("/users/{maria}/authentication");
    let answer = make(&world, &path, &json!({ "provider": "Panorama" })).await;
    assert_eq!(answer.key(), "appKeyAmbiguous");
    let detail = answer.body["detail"].as_str().expect("a text");
    assert!(detail.contains("\"clientEnvironment\": \"PRODUCTION\""), "{detail}");
    let named = json!({ "provider": "Panorama", "clientEnvironment": "PRODUCTION" });
    let made = make(&world, &path, &named).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(get(&world, "/authentication").await.body[0]["clientEnvironment"], "PRODUCTION");
}

#[tokio::test]
async fn where_a_farmer_returns_to_is_one_of_the_deployments_addresses() {
    let world = World::start_with(|options| {
        options.return_url = Some("https://app.example/done".parse().expect("a URL"));
    })
    .await;
    let maria = world.create_user("maria").await;
    for (url, status) in [
        ("https://app.example/done", 201),
        ("https://app.example/done/", 400),
        ("https://app.example/", 400),
    ] {
        let body = json!({ "provider": "Panorama", "returnUrl": url });
        let answer = make(&world, &format!("/users/{maria}/authentication"), &body).await;
        assert_eq!(answer.status, status, "{url}");
    }
}
