//! Leaf's records are followed by five functions, and each may be the first to meet each kind of
//! news.

use std::time::Duration;

use application::ports::connections::Freed;
use axum::Json;
use axum::extract::Request;
use local::Upstream;
use local::seed::SECRETS_PREFIX;
use reqwest::Method;
use serde_json::json;

use super::Scenario;
use super::queues_and_schedules::{check, expire};
use crate::leaf::alerts::{SECRET, alert, send, sign};
use crate::leaf::records::{come_to_leaf, connect_at_leaf};
use crate::permissions::forgetful::Forgetful;
use crate::permissions::seen::Seen;
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World, at_once};

/// A third operation, which the farmer of a session does not share.
const NOT_SHARED: &str = "t8Zq2mLx";

/// Who asks Leaf. The fifth, `finish-confirmations`, asks about a session of its own.
#[derive(Debug, Clone, Copy)]
enum Follower {
    Status,
    Alert,
    Check,
    Expiry,
}

/// What Leaf says of a Leaf user that is connected to [`OTHER_FARM`] here, and for whom another
/// session waits.
#[derive(Debug, Clone, Copy)]
enum News {
    Nothing,
    Revoked,
    Recovered,
    /// Leaf has no credential any more.
    Lost,
    /// The session's farmer has come to Leaf.
    Connected,
    /// The same, and while Leaf is asked, the connection is ended here.
    ConnectedAndEnded,
    /// The same, to an operation that is another Leaf user's here.
    ConnectedToAnothers,
    /// A connection that no session of ours has asked for.
    MadeThere,
}

const NEWS: [News; 8] = [
    News::Nothing,
    News::Revoked,
    News::Recovered,
    News::Lost,
    News::Connected,
    News::ConnectedAndEnded,
    News::ConnectedToAnothers,
    News::MadeThere,
];

pub(super) async fn scenes(scenario: &Scenario<'_>) {
    let followers = [Follower::Status, Follower::Alert, Follower::Check, Follower::Expiry];
    at_once(followers.map(|follower| Box::pin(meets_all(scenario.seen.clone(), follower)))).await;
}

async fn meets_all(seen: Seen, follower: Follower) {
    for news in NEWS {
        Box::pin(meets(Forgetful::watched_by(&seen, Upstream::Leaf).await, follower, news)).await;
    }
}

async fn meets(mut machine: Forgetful, follower: Follower, news: News) {
    let world = &machine.world;
    know_leaf(world).await;
    let user = world.connected("maria", OTHER_FARM).await;
    let credential = world.credential(&user).await.1["id"].as_str().expect("an id").to_owned();
    let session = arise(world, &user, news).await;
    if matches!(news, News::ConnectedAndEnded) {
        end_while_leaf_is_asked(&mut machine, &user).await;
    }
    let world = &machine.world;
    match follower {
        Follower::Status => drop(world.status(&user).await),
        Follower::Alert => {
            let body = alert(&credential);
            send(world, body.clone(), Some(sign(SECRET, body.as_bytes()))).await.no_content();
        }
        Follower::Check => assert!(check(&machine, Duration::from_mins(1)).await.compared > 0),
        Follower::Expiry => assert_eq!(expire(&machine, &user, &session).await, 0),
    }
    let stored = stored(world, &user).await;
    let (status, code) = match news {
        News::Nothing | News::Recovered | News::ConnectedToAnothers => ("ACTIVE", OTHER_FARM),
        News::Revoked | News::Lost => ("REVOKED", OTHER_FARM),
        News::Connected | News::MadeThere => ("ACTIVE", FARM),
        News::ConnectedAndEnded => ("", ""),
    };
    assert_eq!(stored, (status.to_owned(), code.to_owned()), "{follower:?} {news:?}");
}

/// The partner has a token of Leaf's, which saves each process a login, and Leaf signs its alerts.
async fn know_leaf(world: &World) {
    let secret = json!({ "token": world.leaf_token().await, "alertSecret": SECRET }).to_string();
    let put = world
        .machine
        .secrets_manager
        .put_secret_value()
        .secret_id(format!("{SECRETS_PREFIX}/leaf"));
    put.secret_string(secret).send().await.expect("it is stored");
}

/// It is so at Leaf, and the session's time is over; the session's id.
async fn arise(world: &World, user: &str, news: News) -> String {
    let code = match news {
        News::Connected | News::ConnectedAndEnded => Some(FARM),
        News::ConnectedToAnothers => None,
        _ => Some(NOT_SHARED),
    };
    let session = world.start_session(user, code).await.session_id;
    match news {
        News::Nothing => {}
        News::Revoked => world.unshare(OTHER_FARM).await,
        News::Recovered => {
            world.unshare(OTHER_FARM).await;
            leaf_checks(world).await;
            assert_eq!(world.status(user).await, "REVOKED");
            world.share(OTHER_FARM).await;
            assert_eq!(
                come_to_leaf(world, OTHER_FARM).await,
                "notBound",
                "the next check knows whose it is"
            );
        }
        News::Lost => {
            let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
            let gone = world.at_leaf(Method::DELETE, &path).await.send().await.expect("an answer");
            assert!(gone.status().is_success());
        }
        News::Connected | News::ConnectedAndEnded => {
            world.share(FARM).await;
            assert_eq!(come_to_leaf(world, FARM).await, "connected");
        }
        News::ConnectedToAnothers => {
            let dale = world.connected("dale", FARM).await;
            let path = format!("{MANAGEMENT}/users/{dale}/panorama-credentials");
            let gone = world.at_leaf(Method::DELETE, &path).await.send().await.expect("an answer");
            assert!(gone.status().is_success());
            connect_at_leaf(world, user, FARM).await;
        }
        News::MadeThere => connect_at_leaf(world, user, FARM).await,
    }
    leaf_checks(world).await;
    session
}

async fn leaf_checks(world: &World) {
    world.pass(15, 0);
    world.check_at_leaf().await;
}

/// A Leaf that takes so long to say what it says that the connection is ended here meanwhile.
async fn end_while_leaf_is_asked(machine: &mut Forgetful, user: &str) {
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    let (_, theirs) = machine.world.json(machine.world.at_leaf(Method::GET, &path).await).await;
    let (connections, id) =
        (machine.process().ports.connections.clone(), user.parse().expect("an id"));
    machine
        .replace_leaf(move |request: Request| {
            let (connections, theirs) = (connections.clone(), theirs.clone());
            async move {
                if request.uri().path() == "/api/authenticate" {
                    return Json(json!({ "id_token": "a-token" }));
                }
                if let Some(account) = connections.account(id).await.expect("a read") {
                    let ended = connections.disconnect(&account, false, Freed::ForAnybody, None);
                    ended.await.expect("it is ended");
                }
                Json(theirs)
            }
        })
        .await;
}

/// Status and code as they are stored, without Leaf being asked.
async fn stored(world: &World, user: &str) -> (String, String) {
    let account =
        world.machine.service.ports.connections.account(user.parse().expect("an id")).await;
    let credential = account.expect("a read").expect("a Leaf user").credential;
    credential
        .map(|credential| {
            (
                credential.status.as_str().to_owned(),
                credential.organization_code.expose().to_owned(),
            )
        })
        .unwrap_or_default()
}
