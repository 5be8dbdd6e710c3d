//! What the measured process speaks with: a machine whose queues stand still, so that nobody else
//! follows the data.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use adapters::system_clock::SystemClock;
use local::{Machine, Options};
use reqwest::header::{LOCATION, REFERER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::subject::{Job, MODE};

const MANAGEMENT: &str = "/services/usermanagement/api";

pub(crate) struct Stage {
    machine: Machine,
    http: Client,
    token: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        // With a clock of its own a machine does nothing by itself.
        let options = Options { clock: Some(Arc::new(SystemClock)), ..Options::default() };
        let machine = Machine::start(options).await.expect("a machine");
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        let owner = machine.ready.owner;
        let login = json!({ "username": owner.username, "password": owner.password });
        let url = format!("{}/api/authenticate", machine.ready.api_url);
        let answer = sent(http.post(url).json(&login)).await;
        let token = answer["id_token"].as_str().expect("a token").to_owned();
        Self { machine, http, token }
    }

    /// Makes operations that share, and connects a Leaf user to each; the users' ids.
    pub(crate) async fn connect(
        &self,
        operations: usize,
        streams: usize,
        files: Option<Vec<u64>>,
    ) -> Vec<String> {
        let ready = &self.machine.ready;
        let url = format!("{}/control/operations", ready.panorama_url);
        let mut wish = json!({ "operations": operations, "fields": 1, "streams": streams });
        if let Some(files) = files {
            wish["files"] = json!(files);
        }
        let made = sent(self.http.post(url).json(&wish)).await;
        let mut users = Vec::new();
        for code in made["organizationCodes"].as_array().expect("codes") {
            let profile = json!({ "name": "Dale Pruitt" });
            let user = sent(self.owner(Method::POST, "/users").json(&profile)).await;
            let user = user["id"].as_str().expect("an id").to_owned();
            let start = json!({
                "appName": ready.app_name, "clientEnvironment": ready.stage.client_environment,
                "organizationCode": code,
            });
            let path = format!("/users/{user}/one-click-integration/Panorama");
            sent(self.owner(Method::POST, &path).json(&start)).await;
            let code = code.as_str().expect("a code");
            let share = format!("{}/control/operations/{code}/share", ready.panorama_url);
            let shared = self.http.post(share).send().await.expect("an answer");
            let back = shared.headers()[LOCATION].to_str().expect("ASCII").to_owned();
            let page = self.http.get(back).header(REFERER, &ready.panorama_url);
            assert_eq!(page.send().await.expect("an answer").status(), StatusCode::SEE_OTHER);
            users.push(user);
        }
        users
    }

    /// Does a job for these Leaf users in a process of its own; what that tells, and how often
    /// Panorama was asked for a listing meanwhile.
    pub(crate) async fn perform(&self, job: Job, users: &[String]) -> Value {
        let before = self.listings().await;
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.envs(&self.machine.ready.environment).env(MODE, job.name());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let lines = users.join("\n");
        let ended = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("a process");
            let mut stdin = child.stdin.take().expect("its input");
            stdin.write_all(lines.as_bytes()).expect("it reads");
            drop(stdin);
            child.wait_with_output().expect("it ends")
        });
        let ended = ended.await.expect("no panic");
        assert!(ended.status.success(), "the measured process failed");
        let mut told: Value = serde_json::from_slice(&ended.stdout).expect("one line of JSON");
        told["listings"] = (self.listings().await - before).into();
        told
    }

    async fn listings(&self) -> usize {
        let url = format!("{}/control/calls", self.machine.ready.panorama_url);
        let calls = sent(self.http.get(url)).await;
        let calls = calls.as_array().expect("an array");
        calls.iter().filter(|call| call["call"] == "listFields").count()
    }

    fn owner(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{MANAGEMENT}{path}", self.machine.ready.api_url);
        self.http.request(method, url).bearer_auth(&self.token)
    }
}

async fn sent(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert!(status.is_success(), "{status}: {body}");
    body
}
