//! What is no request at all: fields, bodies and paths of the wrong form. Each is refused by its
//! name, and nothing happens.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Scene, named, secrets};
use crate::routes::{NO_UUIDS, not_texts, user_path, with};
use crate::world::{FARM, MANAGEMENT};

const LARGEST: usize = 64 * 1024;

#[tokio::test]
async fn missing_empty_mistyped_and_malformed_fields_are_named() {
    let scene = Scene::new().await;
    let full = with(
        &with(&scene.reference(), "organizationCode", json!(FARM)),
        "appName",
        json!("prairie-insights"),
    );
    for field in ["clientId", "username", "password", "clientEnvironment"] {
        scene.refuses(&with(&full, field, Value::Null), 0, (400, "missingField", &[field])).await;
        let mut null = full.clone();
        null[field] = Value::Null;
        scene.refuses(&null, 0, (400, "missingField", &[field])).await;
    }
    for field in [
        "clientId",
        "username",
        "password",
        "clientEnvironment",
        "organizationCode",
        "sharingUrlId",
        "appName",
    ] {
        for empty in ["", " ", "\n"] {
            scene
                .refuses(&with(&full, field, json!(empty)), 0, (400, "emptyField", &[field]))
                .await;
        }
        for mistyped in not_texts() {
            scene.refuses(&with(&full, field, mistyped), 0, (400, "mistypedField", &[field])).await;
        }
        scene
            .refuses(&with(&full, field, json!(["planted"])), 0, (400, "mistypedField", &[field]))
            .await;
    }
    for (field, most) in [
        ("clientId", 128),
        ("username", 128),
        ("password", 256),
        ("organizationCode", 64),
        ("appName", 64),
    ] {
        let long = "planted".chars().cycle().take(most + 1).collect::<String>();
        scene.refuses(&with(&full, field, json!(long)), 0, (400, "fieldTooLong", &[field])).await;
    }
    for (field, malformed) in [
        ("clientId", "planted\u{0}client"),
        ("username", "planted\nuser"),
        ("password", "planted\u{7f}"),
        ("organizationCode", "planted/../code"),
        ("organizationCode", "planted code"),
        ("organizationCode", "plänted"),
        ("organizationCode", "planted%2Fconfirm"),
        ("organizationCode", "planted?x=1"),
        ("sharingUrlId", "planted"),
        ("sharingUrlId", "7c9e6b1a3f524d089a615e2b8c4d7f10"),
        ("sharingUrlId", "https://bananorama.com/connections/7c9e6b1a-3f52-4d08-9a61-5e2b8c4d7f10"),
        ("appName", "planted name"),
        ("appName", "planted/name"),
        ("appName", ".."),
        ("appName", "."),
    ] {
        scene
            .refuses(&with(&full, field, json!(malformed)), 0, (400, "malformedField", &[field]))
            .await;
    }
    for environment in ["stage", "Production", "TEST", "planted", "STAGE PRODUCTION"] {
        let body = with(&full, "clientEnvironment", json!(environment));
        scene.refuses(&body, 0, (400, "unknownEnvironment", &["clientEnvironment"])).await;
    }
    let all = [
        "clientEnvironment",
        "appName",
        "sharingUrlId",
        "organizationCode",
        "clientId",
        "username",
        "password",
    ];
    let body = json!({
        "clientEnvironment": 1, "appName": "", "sharingUrlId": "planted", "organizationCode": [],
        "clientId": "",
        "username": {},
    });
    scene.refuses(&body, 0, (400, "mistypedField", &all)).await;
}

#[tokio::test]
async fn a_body_without_credentials_and_without_a_name_says_what_is_needed() {
    let scene = Scene::new().await;
    let inline = ["clientId", "username", "password"];
    for body in [
        json!({ "clientEnvironment": "STAGE" }),
        json!({ "clientEnvironment": "STAGE", "organizationCode": FARM }),
        json!({ "clientEnvironment": "STAGE", "sharingUrlId": scene.reference()["sharingUrlId"] }),
        json!({
            "clientEnvironment": "STAGE", "clientId": null, "username": null, "password": null,
        }),
    ] {
        scene.refuses(&body, 0, (400, "missingField", &inline)).await;
    }
    let none = ["clientEnvironment", "clientId", "username", "password"];
    scene.refuses(&json!({}), 0, (400, "missingField", &none)).await;
    let half = json!({
        "clientEnvironment": "STAGE", "appName": "prairie-insights", "password": "planted-password",
    });
    scene.refuses(&half, 0, (400, "missingField", &["clientId", "username"])).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let scene = Scene::new().await;
    let calls = scene.world.all_calls().await;
    let good = scene.tutorial().to_string();
    let deep = format!("{}\"planted\"{}", "[".repeat(20_000), "]".repeat(20_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"   ".into(),
        b"planted".into(),
        b"clientId=planted&clientEnvironment=STAGE".into(),
        format!("[{good}]").into(),
        b"\"planted\"".into(),
        b"42".into(),
        b"null".into(),
        b"true".into(),
        good[..good.len() - 1].into(),
        format!("{good}{good}").into(),
        format!("{good}\u{feff}").into(),
        good.replace('"', "'").into(),
        [&good.as_bytes()[..good.len() - 1], b",\"x\":\"planted\xff\xfe\"}"].concat(),
        [&good.as_bytes()[..good.len() - 1], b",\"x\":\"\\ud800\"}"].concat(),
        deep.clone().into(),
        format!("{},\"x\":{deep}}}", &good[..good.len() - 1]).into(),
    ];
    for body in bodies {
        let answer = scene.post_bytes(body.clone()).await;
        assert_eq!(answer.status, 400, "{}: {answer:?}", String::from_utf8_lossy(&body));
        answer.problem(400, "malformedJson");
        answer.says_nothing_of(secrets(&scene.tutorial()));
        answer.says_nothing_of(["planted"]);
        scene.nothing_happened(calls).await;
    }
}

#[tokio::test]
async fn sixty_four_kib_are_read_and_one_byte_more_is_not() {
    let scene = Scene::new().await;
    let calls = scene.world.all_calls().await;
    let sized = |size: usize| {
        let empty = with(&scene.tutorial(), "padding", json!("")).to_string();
        with(&scene.tutorial(), "padding", json!("x".repeat(size - empty.len()))).to_string()
    };
    for size in [LARGEST + 1, 1024 * 1024] {
        let answer = scene.post_bytes(sized(size)).await;
        answer.problem(413, "bodyTooLarge");
        answer.says_nothing_of(secrets(&scene.tutorial()));
        scene.nothing_happened(calls).await;
    }
    let largest = sized(LARGEST);
    assert_eq!(largest.len(), LARGEST);
    scene.post_bytes(largest).await.json(200);
}

#[tokio::test]
async fn what_is_wrong_with_the_path_is_named() {
    let scene = Scene::new().await;
    let calls = scene.world.all_calls().await;
    for (id, error_key) in NO_UUIDS {
        let path = user_path(id, "/one-click-integration/Panorama");
        scene.world.ask_with(Method::POST, &path, &named()).await.problem_of(
            400,
            error_key,
            &["leafUserId"],
        );
    }
    for provider in ["JohnDeere", "panorama", "Panorama%20", "ClimateFieldView"] {
        let path = user_path(&scene.user, &format!("/one-click-integration/{provider}"));
        let answer = scene.world.ask_with(Method::POST, &path, &scene.tutorial()).await;
        answer.problem_of(404, "unknownProvider", &["provider"]);
        answer.says_nothing_of(secrets(&scene.tutorial()));
    }
    let path = user_path(&scene.user, "/one-click-integration/%FF");
    scene.world.ask_with(Method::POST, &path, &named()).await.problem_of(
        400,
        "malformedField",
        &["provider"],
    );
    let path = format!("{MANAGEMENT}/users/{}/one-click-integration", scene.user);
    scene.world.ask_with(Method::POST, &path, &named()).await.problem(404, "routeNotFound");
    scene.nothing_happened(calls).await;
}
