//! Alerts that carry a magic link for the farmer who has switched sharing off.

use domain::alert::AlertType;
use domain::magic_link::LinkAddress;
use domain::magic_link::visit::LinkState;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::receiver::{Receiver, Reply};
use super::{A_MINUTE, WEBHOOKS, after, body, failed_calls, listening_with, post};
use crate::magic_links::farmer::{shown, tap};
use crate::world::{FARM, World};

const EVENTS: [AlertType; 2] = [AlertType::ConnectionRevoked, AlertType::ConnectionRecovered];

/// A webhook that wants links, and a connection that was ended.
async fn revoked() -> (World, Receiver, String, String) {
    let (world, unwanted, id) = listening_with(&[AlertType::ConnectionDeleted], |_| {}).await;
    drop((unwanted, id));
    let receiver = Receiver::start().await;
    let mut wanted = body(&EVENTS, &receiver.url);
    wanted["reconnectLinks"] = true.into();
    let (status, webhook) = post(&world, &wanted).await;
    assert_eq!(status, StatusCode::CREATED, "{webhook}");
    assert_eq!(webhook["reconnectLinks"], true);
    after(&world, 0).await;
    receiver.take();
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    (world, receiver, user, webhook["id"].as_str().expect("an id").to_owned())
}

fn link(told: &Value) -> String {
    told["reconnectLink"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

#[tokio::test]
async fn the_link_of_an_alert_reconnects_and_is_the_same_in_a_repeat_and_a_replay() {
    let (world, receiver, user, webhook) = revoked().await;
    receiver.answer([Reply::Status(500)]);
    after(&world, 0).await;
    let first = receiver.take();
    let first = link(&first[0].json());
    let listed = failed_calls(&world, "").await;
    let secret = first.rsplit('/').next().expect("a last part");
    assert!(!json!(listed).to_string().contains(secret), "{listed:?}");
    after(&world, A_MINUTE).await;
    assert_eq!(link(&receiver.take()[0].json()), first, "a repeat");
    let replay = world.owner(Method::POST, &format!("{WEBHOOKS}/{webhook}/replay"));
    let replay = replay.json(&json!({ "from": "2026-11-22T11:00:00Z" }));
    assert_eq!(world.json(replay).await.0, StatusCode::ACCEPTED);
    after(&world, 1).await;
    assert_eq!(link(&receiver.take()[0].json()), first, "a replay");

    let address: LinkAddress = secret.parse().expect("an address");
    let mut phone = world.browser();
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::Ask));
    assert!(tap(&world, &mut phone, &address).await);
    let callback = world.share(FARM).await;
    assert_eq!(phone.open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
    after(&world, 0).await;
    let calls = receiver.take();
    assert_eq!(calls[0].json()["type"], "connectionRecovered");
    assert!(calls[0].json().get("reconnectLink").is_none(), "nothing is to be mended");
}

#[tokio::test]
async fn a_replay_after_a_week_carries_no_link() {
    let (world, receiver, _, webhook) = revoked().await;
    after(&world, 0).await;
    link(&receiver.take()[0].json());
    world.pass(7 * 24 * 60, 0);
    let replay = world.owner(Method::POST, &format!("{WEBHOOKS}/{webhook}/replay"));
    let replay = replay.json(&json!({ "from": "2026-11-22T11:00:00Z" }));
    assert_eq!(world.json(replay).await.0, StatusCode::ACCEPTED);
    after(&world, 1).await;
    let calls = receiver.take();
    assert_eq!(calls[0].json()["type"], "connectionRevoked");
    assert!(calls[0].json().get("reconnectLink").is_none(), "its time is over");
}

#[tokio::test]
async fn a_webhook_that_wants_no_links_gets_none() {
    let (world, receiver, _) = listening_with(&EVENTS, |_| {}).await;
    world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    world.check_after(15).await;
    after(&world, 0).await;
    let calls = receiver.take();
    assert_eq!(calls[0].json()["type"], "connectionRevoked");
    assert!(calls[0].json().get("reconnectLink").is_none(), "{}", calls[0].body);
    let links = world.owner(Method::GET, &format!("{}/authentication", crate::magic_links::LINKS));
    assert_eq!(world.json(links).await.1, json!([]), "none was made");
}
