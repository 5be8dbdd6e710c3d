//! Every function by every way that leads to a call of DynamoDB or Secrets Manager, the rare ones too. One stop a function, each at a machine of
//! its own; what a stop must do in other functions' names to get there is theirs, and counts for them.

mod alerts;
mod app_keys;
mod callbacks;
mod credentials;
mod queues_and_schedules;
mod starts;
mod users;

use local::running;
use reqwest::Method;
use serde_json::{Value, json};

use super::forgetful::Forgetful;
use super::seen::Seen;
use crate::world::{MANAGEMENT, World};

const FARM: &str = "krwv4vYH";
const OTHER_FARM: &str = "Hn5cW7pd";

/// Goes everywhere.
pub(crate) async fn go(seen: &Seen) {
    inits(&Forgetful::watched_by(seen).await).await;
    users::stop(&Forgetful::watched_by(seen).await.world).await;
    app_keys::stop(&Forgetful::watched_by(seen).await.world).await;
    starts::stops(seen).await;
    callbacks::stops(seen).await;
    credentials::stops(seen).await;
    Box::pin(queues_and_schedules::stops(seen)).await;
    alerts::stop(&Forgetful::watched_by(seen).await).await;
}

async fn inits(machine: &Forgetful) {
    for (name, warm_up) in running::FUNCTIONS {
        running::as_function(name, machine.process().warm_up(warm_up)).await;
    }
    machine.world.sign_in().await;
}

impl World {
    /// A Leaf user whose operation is connected, by the code.
    async fn connected(&self, name: &str, code: &str) -> String {
        let user = self.create_user(name).await;
        self.start_session(&user, Some(code)).await;
        self.comes_back(code, "connected").await;
        user
    }

    /// The grower switches on, and a browser without cookies comes back.
    async fn comes_back(&self, code: &str, outcome: &str) {
        self.share(code).await;
        assert_eq!(self.browser().open(&self.callback(code)).await.outcome, outcome);
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
        "clientId": account.client_id, "username": account.partner.username, "password": account.partner.password,
        "clientEnvironment": account.client_environment,
    })
}
