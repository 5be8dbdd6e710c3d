//! The one call that has Leaf call us, against a Leaf that does what its documents say: it sends a
//! signed message before it answers.

use std::sync::{Arc, Mutex};

use adapters::leaf::{Leaf, LeafEndpoints};
use application::ports::clock::Clock;
use application::ports::record_keeper::RecordKeeper as _;
use application::ports::records::RegisterAlertsError;
use axum::extract::{Path, State};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::alerts::{SECRET, secrets_elsewhere, sign};
use crate::world::World;

const OURS: &str = "ours";
const FOREIGN: &str = "foreign";
const WEBHOOKS: &str = "/services/alerts/api/alerts/webhooks";

/// The webhooks of a Leaf account.
#[derive(Clone)]
struct Account {
    webhooks: Arc<Mutex<Vec<Value>>>,
    http: reqwest::Client,
}

impl Account {
    fn with<T>(&self, look: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        look(&mut self.webhooks.lock().expect("nobody panicked"))
    }

    fn ids(&self) -> Vec<String> {
        self.with(|webhooks| {
            webhooks
                .iter()
                .map(|webhook| webhook["id"].as_str().expect("an id").to_owned())
                .collect()
        })
    }
}

async fn register(
    State(account): State<Account>,
    Json(mut webhook): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if account.with(|webhooks| !webhooks.is_empty()) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "errorKey": "eventRegisteredTwice" })));
    }
    let body = json!({ "message": "confirmation of webhook upon registration" }).to_string();
    let signature = sign(webhook["secret"].as_str().expect("a secret"), body.as_bytes());
    let url = webhook["url"].as_str().expect("a URL").to_owned();
    let sent = account.http.post(url).header("x-leaf-signature", signature).body(body).send().await;
    assert!(sent.expect("an answer").status().is_success(), "the first message is taken");
    webhook["id"] = "new".into();
    account.with(|webhooks| webhooks.push(webhook.clone()));
    (StatusCode::CREATED, Json(webhook))
}

async fn list(State(account): State<Account>) -> Json<Vec<Value>> {
    Json(account.with(|webhooks| webhooks.clone()))
}

async fn remove(State(account): State<Account>, Path(id): Path<String>) -> StatusCode {
    account.with(|webhooks| webhooks.retain(|webhook| webhook["id"] != id));
    StatusCode::NO_CONTENT
}

/// Registers at a Leaf whose account has these webhooks; what it has then.
async fn registered(world: &World, ids: &[&str]) -> (Result<(), RegisterAlertsError>, Account) {
    let url: Url = world.api("/alerts/leaf").parse().expect("a URL");
    // What the process that is called has read of the secret is old enough to be read again.
    world.pass(1, 0);
    let there = ids.iter().map(|id| {
        let url = if *id == OURS {
            url.to_string()
        } else {
            "https://elsewhere.example/alerts".to_owned()
        };
        json!({ "id": id, "url": url })
    });
    let account =
        Account { webhooks: Arc::new(Mutex::new(there.collect())), http: world.http.clone() };
    let router = Router::new()
        .route("/api/authenticate", post(|| async { Json(json!({ "id_token": "a-token" })) }))
        .route(WEBHOOKS, get(list).post(register))
        .route(&format!("{WEBHOOKS}/{{id}}"), delete(remove))
        .with_state(account.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api =
        format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let ports = &world.machine.service.ports;
    let clock: Arc<dyn Clock> = ports.clock.clone();
    let endpoints = LeafEndpoints { api, confirmation: "https://widget.withleaf.io".to_owned() };
    let secrets = secrets_elsewhere(world);
    let leaf = Leaf::new(world.http.clone(), endpoints, secrets.clone(), secrets, clock);
    let registered = leaf.register_alerts(&url, SECRET.to_owned().into()).await;
    server.abort();
    (registered, account)
}

#[tokio::test]
async fn a_registration_takes_the_place_of_ours_and_its_first_message_is_taken() {
    let world = World::in_proxy_mode().await;
    for before in [&[][..], &[OURS]] {
        let (registered, account) = registered(&world, before).await;
        registered.expect("it is registered");
        assert_eq!(account.ids(), ["new"]);
        let events = account.with(|webhooks| webhooks[0]["events"].clone());
        assert_eq!(events, json!(["credentialsUnauthenticated", "credentialsLimitedPermission"]));
    }
}

#[tokio::test]
async fn a_webhook_of_somebody_elses_is_left_alone_and_told() {
    let world = World::in_proxy_mode().await;
    let (registered, account) = registered(&world, &[FOREIGN]).await;
    let error = registered.expect_err("it is not registered").to_string();
    assert!(error.contains("eventRegisteredTwice"), "{error}");
    assert_eq!(account.ids(), [FOREIGN]);
}

#[tokio::test]
async fn only_an_owner_may_register() {
    let world = World::in_proxy_mode().await;
    let anonymous = world.http.request(Method::POST, world.api("/alerts/leaf/registration"));
    assert_eq!(anonymous.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
}
