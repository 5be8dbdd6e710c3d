//! What the partner's engineer asks of the service, and does by hand.

use local::ready::PanoramaAccount;
use local::seed::SECRETS_PREFIX;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::{MANAGEMENT, Started, World};

impl World {
    /// A bearer token of the seeded owner.
    pub(crate) async fn sign_in(&self) -> String {
        let owner = self.machine.ready.owner;
        let body =
            json!({ "username": owner.username, "password": owner.password, "rememberMe": "true" });
        let answer = self
            .http
            .post(self.api("/api/authenticate"))
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.expect("JSON");
        answer["id_token"].as_str().expect("a token").to_owned()
    }

    /// A request of the API owner.
    pub(crate) fn owner(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.api(path)).bearer_auth(&self.token)
    }

    /// Creates a Leaf user; its id.
    pub(crate) async fn create_user(&self, name: &str) -> String {
        let body = json!({
            "name": name, "email": format!("{name}@farm.example"), "phone": "1",
            "address": "Road 1",
        });
        let (status, user) =
            self.json(self.owner(Method::POST, &format!("{MANAGEMENT}/users")).json(&body)).await;
        assert_eq!(status, StatusCode::CREATED, "{user}");
        user["id"].as_str().expect("an id").to_owned()
    }

    /// Sends a start with this body.
    pub(crate) async fn post_start(&self, user: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        self.json(self.owner(Method::POST, &path).json(body)).await
    }

    /// The body of a start with the app key that is named as the seeded one.
    pub(crate) fn start_body(&self, environment: &str, code: Option<&str>) -> Value {
        let mut body =
            json!({ "appName": self.machine.ready.app_name, "clientEnvironment": environment });
        if let Some(code) = code {
            body["organizationCode"] = code.into();
        }
        body
    }

    /// Starts with the seeded app key, with or without a code.
    pub(crate) async fn start_session(&self, user: &str, code: Option<&str>) -> Started {
        self.start_session_in(&self.machine.ready.stage, user, code).await
    }

    /// Starts with the app key of an environment.
    pub(crate) async fn start_session_in(
        &self,
        account: &PanoramaAccount,
        user: &str,
        code: Option<&str>,
    ) -> Started {
        let (status, answer) =
            self.post_start(user, &self.start_body(&account.client_environment, code)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let text =
            |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{name}")).to_owned();
        Started {
            reference: text("reference"),
            session_id: text("sessionId"),
            sign_in_url: text("signInUrl"),
            status: text("status"),
        }
    }

    /// Sends a request about an app key of the seeded one's name.
    pub(crate) async fn app_key(
        &self,
        method: Method,
        account: &PanoramaAccount,
        password: &str,
    ) -> StatusCode {
        let (name, environment) = (self.machine.ready.app_name, &account.client_environment);
        let body = json!({
            "clientId": account.client_id, "username": account.partner.username,
            "password": password,
            "sharingUrlId": account.sharing_url_id,
        });
        let path = format!("{MANAGEMENT}/app-keys/Panorama/{name}/{environment}");
        self.json(self.owner(method, &path).json(&body)).await.0
    }

    /// Registers the app key of PRODUCTION, which is not seeded.
    pub(crate) async fn register_production(&self) -> &PanoramaAccount {
        let production = &self.machine.ready.production;
        let status = self.app_key(Method::POST, production, production.partner.password).await;
        assert_eq!(status, StatusCode::CREATED);
        production
    }

    /// Somebody deletes the secret of the seeded app key by hand.
    pub(crate) async fn lose_the_secret(&self) {
        let name = format!("{SECRETS_PREFIX}/app-key/STAGE/{}", self.machine.ready.app_name);
        let deletion = self
            .machine
            .secrets_manager
            .delete_secret()
            .secret_id(name)
            .force_delete_without_recovery(true);
        deletion.send().await.expect("it is deleted");
    }

    /// Somebody schedules the secret of this name for deletion, by hand.
    pub(crate) async fn schedule_deletion(&self, name: &str) {
        let name = format!("{SECRETS_PREFIX}/{name}");
        let deletion =
            self.machine.secrets_manager.delete_secret().secret_id(name).recovery_window_in_days(7);
        deletion.send().await.expect("it is scheduled");
    }

    /// The credential of a Leaf user, or the problem.
    pub(crate) async fn credential(&self, user: &str) -> (StatusCode, Value) {
        self.json(
            self.owner(Method::GET, &format!("{MANAGEMENT}/users/{user}/panorama-credentials")),
        )
        .await
    }

    /// What `status` says: the credential's, or the problem's `errorKey`.
    pub(crate) async fn status(&self, user: &str) -> String {
        let (_, answer) = self.credential(user).await;
        let status = answer["status"].as_str().or(answer["errorKey"].as_str());
        status.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The events of a Leaf user, newest first.
    pub(crate) async fn events(&self, user: &str) -> Vec<Value> {
        let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials/events");
        let (status, events) = self.json(self.owner(Method::GET, &path)).await;
        assert_eq!(status, StatusCode::OK, "{events}");
        events.as_array().expect("an array").clone()
    }

    /// A Leaf user whose operation is connected.
    pub(crate) async fn connected(&self, name: &str, code: &str) -> String {
        let user = self.create_user(name).await;
        self.connect(&user, code).await;
        user
    }

    /// Connects a Leaf user to an operation: started with its code, shared, called back.
    pub(crate) async fn connect(&self, user: &str, code: &str) {
        self.start_session(user, Some(code)).await;
        self.share(code).await;
        let seen = self.land(&mut self.browser(), &self.callback(code)).await;
        assert_eq!(seen.outcome, "connected");
        if self.machine.ready.leaf_url.is_some() {
            // Leaf is asked, and tells what it has done.
            assert_eq!(self.status(user).await, "ACTIVE");
        }
    }
}
