//! Records that this service would not have written are shown as Leaf has them, and spoil no page.

use reqwest::Method;
use serde_json::{Value, json};

use super::PLANTED;
use crate::world::{FARM, MANAGEMENT, World};

/// Leaf users that nobody here would have made.
fn strangers() -> Vec<Value> {
    vec![
        json!({ "name": null, "email": null }),
        json!({ "name": "only a name" }),
        json!({ "email": "no at sign" }),
        json!({ "name": "Two\nLines", "address": "Lane 7\r\nPeoria, IL\t61602", "phone": "" }),
        json!({ "name": "x".repeat(3_000), "externalId": "\u{0}\u{7}" }),
        json!({
            "name": "", "phone": 15_550_100_142_u64,
            "address": { "street": "Lane 7", "zip": [61602] },
        }),
        json!({ "id": "not-a-uuid", "name": "an id of another kind" }),
        json!({ "name": "many", "email": "a@b@c", "createdTime": "yesterday", "enabled": true }),
    ]
}

#[tokio::test]
async fn leaf_users_of_every_kind_are_listed_and_read_as_leaf_has_them() {
    let (world, peer) = World::in_front_of_peer().await;
    let ids: Vec<_> = strangers().into_iter().map(|user| peer.has(user)).collect();
    let listed = world.ask(Method::GET, &format!("{MANAGEMENT}/users?size=100")).await.json(200);
    let theirs: Vec<_> = ids.iter().map(|id| peer.user(id)).collect();
    assert_eq!(listed, json!(theirs));
    for id in ids.iter().filter(|id| *id != "not-a-uuid") {
        assert_eq!(
            world.ask(Method::GET, &format!("{MANAGEMENT}/users/{id}")).await.json(200),
            peer.user(id)
        );
    }
}

#[tokio::test]
async fn leaf_users_of_every_kind_are_taken_over_started_changed_and_deleted() {
    let (world, peer) = World::in_front_of_peer().await;
    for user in strangers().into_iter().filter(|user| user["id"].is_null()) {
        let id = peer.has(user);
        assert_eq!(world.status(&id).await, "integrationNotStarted");
        let started = world.start_session(&id, None).await;
        assert_eq!(world.hop(&started).await.cookies.len(), 1, "the hop link's page can name it");
        let mut whole = peer.user(&id);
        whole["externalId"] = "grower-7".into();
        let path = format!("{MANAGEMENT}/users");
        assert_eq!(world.ask_with(Method::PUT, &path, &whole).await.json(200), whole);
        world.ask(Method::DELETE, &format!("{path}/{id}")).await.no_content();
    }
}

#[tokio::test]
async fn a_history_with_rows_of_other_forms_is_shown() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(json!({ "name": "maria" }));
    let rows = [
        json!({
            "id": "64f1c0ffee", "createdDate": "2026-11-22T11:59:00Z", "statusCode": 400,
            "headers": PLANTED, "body": PLANTED,
        }),
        json!({
            "id": 17, "createdDate": null, "statusCode": null, "headers": null, "body": null,
            "attempt": 3,
        }),
        json!({ "createdDate": 1_795_348_800, "statusCode": "200", "requestToken": PLANTED }),
    ];
    peer.with(|records| records.events.insert(id.clone(), rows.to_vec()));
    let answer = world
        .ask(Method::GET, &format!("{MANAGEMENT}/users/{id}/panorama-credentials/events"))
        .await;
    answer.says_nothing_of([PLANTED]);
    assert_eq!(answer.header("x-total-count"), Some("3"));
    let shown = answer.json(200);
    for (row, shown) in rows.iter().zip(shown.as_array().expect("a list")) {
        for name in ["id", "createdDate", "statusCode", "attempt"] {
            assert_eq!(shown[name], row[name], "{name}");
        }
    }
}

/// A Panorama credential as Leaf has it.
fn credential() -> Value {
    json!({
        "id": "5d1f8f0e-4f3b-49a5-8c92-7f0f6f1f2a10", "status": "ACTIVE",
        "createdTime": "2025-05-05T05:05:05.000000Z",
        "clientId": "c", "username": "u", "organizationCode": FARM,
        "clientEnvironment": "STAGE",
        "accessToken": PLANTED, "refreshToken": PLANTED,
    })
}

#[tokio::test]
async fn a_credential_of_another_form_changes_nothing_and_is_no_bad_answer() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(json!({ "name": "maria" }));
    world.start_session(&id, None).await;
    for (field, value) in [
        ("id", json!("64f1c0ffee")),
        ("organizationCode", json!("ab.cd")),
        ("organizationCode", json!("x".repeat(65))),
        ("organizationCode", Value::Null),
        ("clientEnvironment", json!("SANDBOX")),
        ("clientEnvironment", Value::Null),
        ("status", Value::Null),
        ("status", json!("RECONNECTING")),
    ] {
        let mut theirs = credential();
        theirs[field] = value.clone();
        peer.with(|records| records.panorama.insert(id.clone(), theirs));
        let path = format!("{MANAGEMENT}/users/{id}/panorama-credentials?verify=true");
        let answer = world.ask(Method::GET, &path).await;
        assert_eq!(answer.json(200)["status"], "PENDING", "{field}: {value}");
    }
}

#[tokio::test]
async fn webhooks_of_other_forms_do_not_keep_ours_from_being_registered() {
    let (world, peer) = World::in_front_of_peer().await;
    let theirs = [
        json!({ "id": 7, "url": null }),
        json!({ "name": "no url" }),
        json!({ "id": "x", "url": "mailto:a@b" }),
    ];
    peer.with(|records| records.webhooks = theirs.to_vec());
    world.ask(Method::POST, "/alerts/leaf/registration").await.no_content();
    peer.with(|records| assert_eq!(records.webhooks[..3], theirs));
    assert_eq!(peer.with(|records| records.webhooks.len()), 4);
}

#[tokio::test]
async fn an_answer_of_more_values_than_a_page_can_have_is_not_read() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(json!({ "name": "maria" }));
    // Read, an object takes some hundred times its bytes.
    for (count, is_read) in [(30_000, true), (40_000, false)] {
        let summary = json!({
            "provider": "Panorama", "a": vec![json!({ "b": 0 }); count], "c": vec![0; count],
        });
        peer.with(|records| records.summaries = vec![summary]);
        let path = "/services/integrations/api/resources?provider=Panorama";
        let answer = world.ask(Method::GET, path).await;
        if is_read {
            assert!(answer.json(200)["summaries"][0]["c"].is_array());
        } else {
            answer.problem(502, "leafBadAnswer");
        }
    }
    assert_eq!(world.status(&id).await, "integrationNotStarted");
}
