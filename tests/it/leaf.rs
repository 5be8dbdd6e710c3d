//! Proxy mode: Leaf's bad days, its alerts, its secrets, and what it knows that we do not.

pub(crate) mod alerts;
mod data;
mod delivered;
mod faults;
pub(crate) mod records;
mod registration;
mod secrets;

use std::time::Duration;

use application::ports::clock::Clock as _;
use check_connections::Report;
use local::{Upstream, function_scope, seed};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::world::World;

/// What the simulated Leaf adds to its answers, as the real one does: tokens, and words that quote
/// them.
const PLANTED: &str = "planted-by-leaf";

impl World {
    async fn in_proxy_mode() -> Self {
        Self::start_on(Upstream::Leaf).await
    }

    /// An address of the simulated Leaf.
    fn leaf(&self, path: &str) -> String {
        let leaf = self.machine.ready.leaf_url.as_ref().expect("Leaf is the upstream");
        format!("{leaf}{path}")
    }

    /// A token of the partner's account at Leaf.
    pub(crate) async fn leaf_token(&self) -> String {
        let body = json!({
            "username": seed::LEAF_ACCOUNT.username, "password": seed::LEAF_ACCOUNT.password,
        });
        let (_, answer) =
            self.json(self.http.post(self.leaf("/api/authenticate")).json(&body)).await;
        answer["id_token"].as_str().expect("a token").to_owned()
    }

    /// A request to Leaf with the partner's account there, past the service.
    pub(crate) async fn at_leaf(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.leaf(path)).bearer_auth(self.leaf_token().await)
    }

    /// Something goes wrong with Leaf.
    pub(crate) async fn disturb(&self, fault: &Value) {
        let answer = self
            .http
            .post(self.leaf("/control/faults"))
            .json(fault)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "{fault}");
    }

    /// Leaf is mended.
    async fn leaf_is_back(&self) {
        let answer =
            self.http.delete(self.leaf("/control/faults")).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }

    /// Leaf's calls so far whose path ends so.
    async fn leaf_calls(&self, end: &str) -> usize {
        let (_, calls) = self.json(self.http.get(self.leaf("/control/calls"))).await;
        let calls = calls.as_array().expect("an array");
        calls.iter().filter(|call| call.as_str().is_some_and(|call| call.ends_with(end))).count()
    }

    /// Leaf's scheduled check.
    pub(crate) async fn check_at_leaf(&self) -> Report {
        let deadline = self.clock.now().plus(Duration::from_mins(1));
        let leaf = self.machine.leaf.as_ref().expect("Leaf is the upstream");
        function_scope::check_connections(&leaf.service, deadline).await.expect("a report")
    }
}
