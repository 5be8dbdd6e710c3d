//! Every function by every way that leads to a call of DynamoDB or Secrets Manager, the rare ones
//! too. One scene a function, each at a machine of its own; what a scene must do in the names of
//! other functions to get there is theirs, and counts for them.

mod alerts;
mod app_keys;
mod callbacks;
mod credentials;
mod data;
mod following_leaf;
mod magic_link_page;
mod magic_links;
mod proxy_mode;
mod queues_and_schedules;
mod starts;
mod syncs;
mod users;

use all_functions::FUNCTIONS;
use local::{Upstream, function_scope};
use reqwest::Method;
use serde_json::{Value, json};

use super::forgetful::Forgetful;
use super::seen::Seen;
use crate::world::{MANAGEMENT, World};

/// What its machines are.
struct Scenario<'a> {
    seen: &'a Seen,
    upstream: Upstream,
}

impl Scenario<'_> {
    async fn machine(&self) -> Forgetful {
        Forgetful::watched_by(self.seen, self.upstream).await
    }
}

/// Plays every scene.
pub(crate) async fn play(seen: &Seen, upstream: Upstream) {
    let scenario = &Scenario { seen, upstream };
    inits(&scenario.machine().await).await;
    users::scene(&scenario.machine().await.world).await;
    app_keys::scene(&scenario.machine().await.world).await;
    magic_links::scene(&scenario.machine().await.world).await;
    Box::pin(magic_link_page::scenes(scenario)).await;
    Box::pin(starts::scenes(scenario)).await;
    callbacks::scenes(scenario).await;
    credentials::scenes(scenario).await;
    alerts::scene(&scenario.machine().await).await;
    data::scene(scenario).await;
    match upstream {
        Upstream::Panorama => {
            Box::pin(starts::finds_another_at_work(scenario)).await;
            credentials::live_looks(&scenario.machine().await.world).await;
            Box::pin(queues_and_schedules::scenes(scenario)).await;
            Box::pin(syncs::scenes(scenario)).await;
            alerts::of_data(&scenario.machine().await).await;
        }
        Upstream::Leaf => {
            Box::pin(proxy_mode::scenes(scenario)).await;
            Box::pin(following_leaf::scenes(scenario)).await;
        }
    }
}

async fn inits(machine: &Forgetful) {
    for function in FUNCTIONS {
        if let Some(warm_up) = function.warm_up {
            function_scope::as_function(function.name, machine.process().warm_up(warm_up)).await;
        }
    }
    machine.world.sign_in().await;
    // One that fails and the next that does not: what failed is counted, and forgiven.
    let owner = machine.world.machine.ready.owner;
    let wrong = json!({ "username": owner.username, "password": "a wrong one" });
    let (status, _) = machine
        .world
        .json(machine.world.http.post(machine.world.api("/api/authenticate")).json(&wrong))
        .await;
    assert_eq!(status, 401);
    machine.world.sign_in().await;
}

impl World {
    /// The grower switches on, and a browser without cookies comes back.
    async fn comes_back(&self, code: &str, outcome: &str) {
        self.share(code).await;
        assert_eq!(self.land(&mut self.browser(), &self.callback(code)).await.outcome, outcome);
    }

    /// Panorama accepts no access token that it gave so far: the next call renews them.
    async fn tokens_expire(&self) {
        self.fault(json!({ "fault": "expireTokens" })).await;
    }

    /// The partner has a new password, which its app key has not.
    async fn password_is_outdated(&self) {
        self.change_partner_password("STAGE", "Another-Harvest-2027").await;
        self.tokens_expire().await;
        self.fault(json!({ "fault": "revokeRefreshTokens" })).await;
    }

    /// The owner asks, and gets this status.
    async fn gets(&self, status: u16, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.owner(method.clone(), &format!("{MANAGEMENT}{path}"));
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let (got, answer) = self.json(request).await;
        assert_eq!(got, status, "{method} {path}: {answer}");
        answer
    }
}

/// Inline credentials, as Leaf's tutorial sends them.
fn inline(account: &local::ready::PanoramaAccount) -> Value {
    json!({
        "clientId": account.client_id, "username": account.partner.username,
        "password": account.partner.password,
        "clientEnvironment": account.client_environment,
    })
}
