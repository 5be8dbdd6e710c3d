//! One simulator on a port of its own, and the calls that a partner makes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration as StdDuration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use simulated_panorama::{Config, Environment, Seed, seed, serve};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Where the page is that may use the control API.
pub(crate) const CONTROLLED_FROM: &str = "http://127.0.0.1:3000";
pub(crate) const CONFIRMATION_BASE: &str = "http://127.0.0.1:3000/sharing-confirmation";
/// The first operation of the first STAGE grower.
pub(crate) const CODE: &str = "krwv4vYH";

pub(crate) struct Panorama {
    pub(crate) url: String,
    pub(crate) client: Client,
    clock: Arc<Mutex<OffsetDateTime>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Panorama {
    pub(crate) async fn start() -> Self {
        Self::start_with(None, datetime!(2026-04-01 12:00 UTC)).await
    }

    pub(crate) async fn start_with(state_file: Option<PathBuf>, start: OffsetDateTime) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let clock = Arc::new(Mutex::new(start));
        let (read, turned) = (Arc::clone(&clock), Arc::clone(&clock));
        let config = Config {
            listener,
            public_url: url.clone(),
            largest_file: 1_000,
            state_file,
            now: Arc::new(move || *read.lock().expect("no test panics while it holds the clock")),
            forward: Some(Arc::new(move |by| {
                let mut now = turned.lock().expect("no test panics while it holds the clock");
                *now += by;
                (*now - start).unsigned_abs()
            })),
            sharing_confirmation_base: CONFIRMATION_BASE.to_owned(),
            controlled_from: vec![CONTROLLED_FROM.to_owned()],
        };
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(config, async {
            let _ = stopped.await;
        }));
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(StdDuration::from_secs(20))
            .no_proxy()
            .build()
            .expect("a plain client");
        Self { url, client, clock, stop, server }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).expect("it is serving");
        self.server.await.expect("it does not panic").expect("it stops well");
    }

    pub(crate) fn pass(&self, duration: Duration) {
        *self.clock.lock().expect("no test panics while it holds the clock") += duration;
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        *self.clock.lock().expect("no test panics while it holds the clock")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.expect("an answer")
    }

    /// A Cognito call; `None` for the answer is a connection that broke.
    pub(crate) async fn cognito(
        &self,
        environment: Environment,
        call: &str,
        body: &Value,
    ) -> (u16, Value) {
        let answer = self
            .request(Method::POST, &format!("{}/", prefix(environment)))
            .header("X-Amz-Target", format!("AWSCognitoIdentityProviderService.{call}"))
            .header("Content-Type", "application/x-amz-json-1.1")
            .body(body.to_string())
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    pub(crate) async fn log_in_as(
        &self,
        environment: Environment,
        username: &str,
        password: &str,
    ) -> (u16, Value) {
        let body = login(seed(environment).client_id, username, password);
        self.cognito(environment, "InitiateAuth", &body).await
    }

    pub(crate) async fn log_in(&self, environment: Environment) -> Login {
        let Seed { username, password, .. } = seed(environment);
        let (status, answer) = self.log_in_as(environment, username, password).await;
        assert_eq!(status, 200, "{answer}");
        let result = &answer["AuthenticationResult"];
        Login {
            access_token: result["AccessToken"].as_str().expect("an access token").to_owned(),
            refresh_token: result["RefreshToken"].as_str().expect("a refresh token").to_owned(),
        }
    }

    pub(crate) async fn refresh(
        &self,
        environment: Environment,
        refresh_token: &str,
    ) -> (u16, Value) {
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": seed(environment).client_id,
            "AuthParameters": {"REFRESH_TOKEN": refresh_token},
        });
        self.cognito(environment, "InitiateAuth", &body).await
    }

    pub(crate) async fn get_tokens(
        &self,
        environment: Environment,
        refresh_token: &str,
    ) -> (u16, Value) {
        let body = json!({"ClientId": seed(environment).client_id, "RefreshToken": refresh_token});
        self.cognito(environment, "GetTokensFromRefreshToken", &body).await
    }

    pub(crate) async fn partner_get(&self, login: &Login, path: &str) -> (u16, Value) {
        let answer = self
            .request(Method::GET, path)
            .bearer_auth(&login.access_token)
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    pub(crate) async fn confirm(&self, login: &Login, path: &str) -> u16 {
        let request =
            self.request(Method::PUT, path).bearer_auth(&login.access_token).json(&json!({}));
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Switches sharing on as its grower would.
    pub(crate) async fn share(&self, organization_code: &str) -> Response {
        self.post(&format!("/control/operations/{organization_code}/share"), &json!({})).await
    }

    pub(crate) async fn arm(&self, fault: &Value) {
        let status = self.post("/control/faults", fault).await.status();
        assert!(status.is_success(), "{status} for {fault}");
    }

    pub(crate) async fn calls(&self) -> Vec<Value> {
        self.get("/control/calls").await.json().await.expect("a JSON array")
    }
}

pub(crate) struct Login {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

pub(crate) fn login(client_id: &str, username: &str, password: &str) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client_id,
        "AuthParameters": {"USERNAME": username, "PASSWORD": password},
    })
}

pub(crate) fn prefix(environment: Environment) -> &'static str {
    match environment {
        Environment::Stage => "",
        Environment::Production => "/production",
    }
}

pub(crate) fn location(answer: &Response) -> &str {
    answer.headers()["location"].to_str().expect("a location is ASCII")
}
