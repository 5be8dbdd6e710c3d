//! What a client sends reaches Leaf as it was sent; what Leaf has reaches the client as it is
//! there, except tokens and passwords.

use reqwest::Method;
use serde_json::{Value, json};

use super::PLANTED;
use crate::world::{FARM, MANAGEMENT, World};

/// A Leaf user with the credentials of two other providers, and with what nobody here has heard of.
pub(crate) fn maria() -> Value {
    json!({
        "id": "0f9b4a52-6c1d-4f7e-8a35-2f1d0c9b8e7a",
        "name": "Maria Lindqvist", "email": "maria@willowcreek.example", "phone": "+1 555 010 0142",
        "address": "Willow Creek Road 12, Ames, IA", "externalId": null,
        "createdTime": "2024-02-29T08:00:00.5Z",
        "companyLimits": { "acres": 12000.5, "tags": ["corn", { "deep": [null, true, -1] }] },
        "johnDeereCredentials": {
            "id": "7c1e0f6a-90d2-4b1b-a3a5-0d6e4f2b9c11", "status": "ACTIVE",
            "clientEnvironment": "PRODUCTION",
            "createdTime": "2024-03-01T08:00:00.000000Z",
            "tokenMetadata": { "scopes": ["ag1", "offline_access"] },
            "clientKey": "0oa-client", "clientSecret": PLANTED, "accessToken": PLANTED,
            "refreshToken": PLANTED,
            "tokenId": PLANTED, "tokenSecretKey": PLANTED,
        },
        "agvanceCredentials": {
            "id": "21f8a1d0-3a1b-4c39-9d55-7b0e6d2c8f00", "status": "ACTIVE", "username": "maria",
            "databaseId": "7",
            "apiKey": PLANTED, "password": PLANTED,
            "login": { "authToken": PLANTED, "history": [{ "user_password": PLANTED }] },
        },
    })
}

/// The same as a client may see it.
pub(crate) fn shown() -> Value {
    let mut shown = maria();
    for (credential, secrets) in [
        (
            "johnDeereCredentials",
            &["clientSecret", "accessToken", "refreshToken", "tokenId", "tokenSecretKey"][..],
        ),
        ("agvanceCredentials", &["apiKey", "password"]),
    ] {
        for secret in secrets {
            shown[credential]
                .as_object_mut()
                .expect("an object")
                .remove(*secret)
                .expect("a secret");
        }
    }
    shown["agvanceCredentials"]["login"] = json!({ "history": [{}] });
    shown
}

fn users() -> String {
    format!("{MANAGEMENT}/users")
}

#[tokio::test]
async fn what_leaf_has_is_shown_as_it_is_there_but_for_tokens_and_passwords() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(maria());
    let read = world.ask(Method::GET, &format!("{}/{id}", users())).await;
    assert_eq!(read.json(200), shown());
    let listed = world.ask(Method::GET, &users()).await;
    assert_eq!(listed.json(200), json!([shown()]));
    let updated = world.ask_with(Method::PUT, &users(), &read.json(200)).await;
    assert_eq!(updated.json(200), shown());
    let patched =
        world.ask_with(Method::PATCH, &format!("{}/{id}", users()), &json!({ "phone": "1" })).await;
    assert_eq!(patched.json(200)["phone"], "1");
    for answer in [&read, &listed, &updated, &patched] {
        answer.says_nothing_of([PLANTED]);
    }
}

#[tokio::test]
async fn a_client_that_sends_back_what_it_has_read_loses_nothing_at_leaf() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(maria());
    let mut read = world.ask(Method::GET, &format!("{}/{id}", users())).await.json(200);
    read["name"] = "Maria L.".into();
    world.ask_with(Method::PUT, &users(), &read).await.json(200);
    let mut expected = maria();
    expected["name"] = "Maria L.".into();
    assert_eq!(
        peer.user(&id),
        expected,
        "the credentials with their tokens, and what nobody here knows"
    );
    assert_eq!(peer.last("PUT").1, read, "as it was sent");
}

#[tokio::test]
async fn what_an_update_leaves_out_is_gone_at_leaf_as_leaf_documents_and_nothing_else() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(maria());
    let credential = json!({ "id": "7c1e0f6a-90d2-4b1b-a3a5-0d6e4f2b9c11" });
    let sent =
        json!({ "id": id, "name": "Maria", "phone": "", "johnDeereCredentials": credential });
    world.ask_with(Method::PUT, &users(), &sent).await.json(200);
    let mut expected = sent.clone();
    expected["johnDeereCredentials"] = maria()["johnDeereCredentials"].clone();
    assert_eq!(peer.user(&id), expected);
    assert_eq!(peer.last("PUT").1, sent);
}

#[tokio::test]
async fn a_partial_update_changes_what_is_named_and_nothing_else() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(maria());
    let sent = json!({ "name": "Maria\nLindqvist", "email": null, "colour": { "hex": "#0a0" } });
    let answer = world.ask_with(Method::PATCH, &format!("{}/{id}", users()), &sent).await.json(200);
    let (mut expected, mut seen) = (maria(), shown());
    for changed in [&mut expected, &mut seen] {
        for (name, value) in sent.as_object().expect("an object") {
            changed[name] = value.clone();
        }
    }
    assert_eq!((peer.user(&id), answer), (expected, seen));
    assert_eq!(peer.last("PATCH").1, sent);
}

#[tokio::test]
async fn a_new_leaf_user_reaches_leaf_as_it_was_sent() {
    let (world, peer) = World::in_front_of_peer().await;
    peer.has(maria());
    for sent in [
        json!({ "name": "Dale" }),
        json!({
            "name": "  Dale \n& Sons ", "email": null, "externalId": "", "phone": 5,
            "extra": { "a": [1.5, "\u{1F33D}"] },
        }),
        json!({
            "name": "x".repeat(2_000),
            "johnDeereCredentials": { "id": "7c1e0f6a-90d2-4b1b-a3a5-0d6e4f2b9c11" },
        }),
    ] {
        let answer = world.ask_with(Method::POST, &users(), &sent).await;
        let made = answer.json(201);
        assert_eq!(peer.last("POST").1, sent);
        answer.says_nothing_of([PLANTED]);
        let id = made["id"].as_str().expect("Leaf's id");
        assert_eq!(made["name"], sent["name"]);
        assert_eq!(answer.header("location"), Some(&*world.api(&format!("{}/{id}", users()))));
        assert_eq!(world.ask(Method::GET, &format!("{}/{id}", users())).await.json(200), made);
        assert_eq!(
            world.start_session(id, Some(FARM)).await.status,
            "PENDING",
            "it is known here as well"
        );
        world.ask(Method::DELETE, &format!("{}/{id}", users())).await.no_content();
    }
}

#[tokio::test]
async fn a_listing_is_asked_for_as_the_client_asks_and_its_length_is_leafs() {
    let (world, peer) = World::in_front_of_peer().await;
    for name in ["Carla", "Ann", "Bert"] {
        peer.has(json!({ "name": name, "email": "all@farm.example" }));
    }
    let path = format!("{}?sort=name,desc&email=all@farm.example&whatever=1&size=2", users());
    let answer = world.ask(Method::GET, &path).await;
    let names: Vec<_> = answer
        .json(200)
        .as_array()
        .expect("a list")
        .iter()
        .map(|user| user["name"].clone())
        .collect();
    assert_eq!(names, ["Carla", "Bert"]);
    assert_eq!(answer.header("x-total-count"), Some("3"));
    let links = answer.header("link").expect("links").to_owned();
    assert!(!links.contains("leaf.example"), "a client goes on here: {links}");
    assert!(links.contains("whatever=1&page=1&size=2>; rel=\"next\""), "{links}");
    let asked = peer.last("GET").0;
    for part in ["sort=name%2Cdesc", "whatever=1", "page=0", "size=2"] {
        assert!(asked.contains(part), "{part} is not in {asked}");
    }
}
