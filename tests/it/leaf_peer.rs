//! A second, small Leaf, written from Leaf's documents alone ("Leaf Users", "Provider Credentials",
//! "Sync Summary", "Pagination", "Alerts"; the shapes of a Panorama credential from "Precision
//! Planting Panorama"), and strict where they are. The simulated Leaf of `local` is this service
//! itself and knows no more than the service does: a proxy that narrows what goes through it cannot
//! be seen with it.
//!
//! What the documents say and this one does: an update replaces the whole record, and provider
//! credentials that the body leaves out are gone; `{"id"}` of a credential keeps it; other
//! providers' credentials, tokens included, are on the Leaf user; fields are kept as they were
//! sent; nothing but an id is sure to be filled.

mod account;
mod downloads;
mod files;
mod passed_through;
mod people;
mod refusals;
mod summaries;
mod unlike_ours;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{delete, get, post};
use local::Upstream;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::api_document::contract::Contract;
use crate::world::World;

/// What stands where a real Leaf has a token or a password.
pub(crate) const PLANTED: &str = "planted-by-the-peer";

/// What this Leaf has of the partner's account.
#[derive(Default)]
pub(crate) struct Records {
    /// Leaf users in the order of their creation: whatever was sent, and the id.
    pub(crate) users: Vec<Map<String, Value>>,
    /// Provider credentials that exist, by id: a Leaf user names them.
    pub(crate) credentials: BTreeMap<String, Value>,
    /// The Panorama credential of each Leaf user.
    pub(crate) panorama: BTreeMap<String, Value>,
    /// Each one's events.
    pub(crate) events: BTreeMap<String, Vec<Value>>,
    /// Summaries of all providers.
    pub(crate) summaries: Vec<Value>,
    /// Machine files.
    pub(crate) files: Vec<Value>,
    /// What is given out, by the path of its address.
    pub(crate) given: BTreeMap<String, files::Given>,
    /// Webhooks.
    pub(crate) webhooks: Vec<Value>,
    /// What was asked, in order: method, path and query, body.
    pub(crate) asked: Vec<(String, String, Value)>,
    /// The next call is refused so.
    pub(crate) refusal: Option<(u16, Value)>,
}

pub(crate) type Shared = Arc<Mutex<Records>>;

/// The second Leaf, running.
pub(crate) struct Peer {
    pub(crate) url: String,
    records: Shared,
    server: JoinHandle<()>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let records = Shared::default();
        let router = router(records.clone());
        let server =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, records, server }
    }

    /// Looks into, or changes, what it has.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Records) -> T) -> T {
        look(&mut self.records.lock().expect("nobody panicked"))
    }

    /// A Leaf user as it is there.
    pub(crate) fn user(&self, id: &str) -> Value {
        self.with(|records| {
            let user = records.users.iter().find(|user| user["id"] == id);
            user.cloned().unwrap_or_else(|| panic!("{id} is nobody")).into()
        })
    }

    /// A Leaf user that has been there for long.
    pub(crate) fn has(&self, user: Value) -> String {
        let Value::Object(mut user) = user else { panic!("{user}") };
        let id = user.entry("id").or_insert_with(|| uuid::Uuid::new_v4().to_string().into());
        let id = id.as_str().expect("an id").to_owned();
        self.with(|records| {
            let credentials = user.iter().filter(|(name, _)| name.ends_with("Credentials"));
            for (_, credential) in credentials {
                let id = credential["id"].as_str().expect("an id").to_owned();
                records.credentials.insert(id, credential.clone());
            }
            records.users.push(user);
        });
        id
    }

    /// The last request of this method, without the query: what was sent.
    pub(crate) fn last(&self, method: &str) -> (String, Value) {
        self.with(|records| {
            let asked = records.asked.iter().rev().find(|(known, ..)| known == method);
            asked.map_or_else(
                || panic!("no {method}"),
                |(_, path, body)| (path.clone(), body.clone()),
            )
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl World {
    /// A machine in front of the second Leaf.
    pub(crate) async fn in_front_of_peer() -> (Self, Peer) {
        let peer = Peer::start().await;
        let url = peer.url.clone();
        let world = Self::held_to(Contract::of_strangers(), |options| {
            options.upstream = Upstream::Leaf;
            options.leaf_at = Some(url);
        })
        .await;
        (world, peer)
    }
}

fn router(records: Shared) -> Router {
    const OPERATIONS_FILES: &str = "/services/operations/api/files";
    const MANAGEMENT: &str = "/services/usermanagement/api";
    let user = format!("{MANAGEMENT}/users/{{id}}");
    let credential = format!("{user}/panorama-credentials");
    let services = Router::new()
        .route(
            &format!("{MANAGEMENT}/users"),
            get(people::list).post(people::create).put(people::replace),
        )
        .route(&user, get(people::read).patch(people::merge).delete(people::remove))
        .route(&format!("{user}/one-click-integration/Panorama"), post(account::begin))
        .route(
            &credential,
            get(account::credential).post(account::create).delete(account::disconnect),
        )
        .route(&format!("{credential}/events"), get(account::events))
        .route("/services/integrations/api/resources", get(account::resources))
        .route(
            "/services/alerts/api/alerts/webhooks",
            get(account::webhooks).post(account::register),
        )
        .route("/services/alerts/api/alerts/webhooks/{id}", delete(account::forget))
        .route(OPERATIONS_FILES, get(files::list))
        .route(&format!("{OPERATIONS_FILES}/{{id}}"), get(files::read))
        .route("/services/operations/api/out/{*rest}", get(files::give_out))
        .layer(axum::middleware::from_fn_with_state(records.clone(), account::guard));
    Router::new()
        .route("/api/authenticate", post(account::sign_in))
        .merge(services)
        .with_state(records)
}
