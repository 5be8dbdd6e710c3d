//! A developer turns the clock: minutes pass for the service and everything beside it at once.

use std::sync::Arc;
use std::time::Duration;

use local::{Data, Machine, Options, TurnedClock};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::running::Folder;

const USER: &str = "/services/usermanagement/api/users/5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";

/// A machine whose clock runs, and somebody who has signed in to it.
struct Signed {
    machine: Machine,
    http: Client,
    token: String,
}

impl Signed {
    async fn in_to(options: Options) -> Self {
        let machine = Machine::start(options).await.expect("it starts");
        let http = Client::builder().build().expect("a client");
        let mut signed = Self { machine, http, token: String::new() };
        let login = serde_json::to_value(signed.machine.ready.owner).expect("JSON");
        let (_, answer) = signed.call(Method::POST, "/api/authenticate", &login).await;
        signed.token = answer["id_token"].as_str().expect("a token").into();
        signed
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.machine.ready.api_url);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        read(self.request(method, path).json(body)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path)).await
    }

    async fn control(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/control/{path}", self.machine.ready.panorama_url);
        read(self.http.post(url).json(body)).await
    }
}

async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).unwrap_or_default())
}

#[tokio::test]
async fn minutes_pass_for_the_service_and_its_queues_and_files_are_still_signed_for() {
    let signed = Signed::in_to(Options::default()).await;
    let start = format!("{USER}/one-click-integration/Panorama");
    let body = json!({"appName": "prairie-insights", "clientEnvironment": "STAGE"});
    assert_eq!(signed.call(Method::POST, &start, &body).await.0, 200);
    let credential = format!("{USER}/panorama-credentials");
    assert_eq!(signed.get(&credential).await.1["status"], "PENDING");

    let (status, turned) = signed.control("clock", &json!({"forwardSeconds": 960})).await;
    assert_eq!((status, &turned["aheadSeconds"]), (200, &json!(960)), "{turned}");
    let (status, answer) = signed.get(&credential).await;
    assert_eq!((status, &answer["errorKey"]), (404, &json!("sessionExpired")), "{answer}");

    let mut body = body;
    body["organizationCode"] = json!("krwv4vYH");
    assert_eq!(signed.call(Method::POST, &start, &body).await.0, 200);
    signed.control("operations/krwv4vYH/share", &json!({})).await;
    assert_eq!(signed.get(&credential).await.1["status"], "ACTIVE");
    let files = "/services/operations/api/files?status=processed&leafUserId=\
                 5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";
    let mut listed = Value::Null;
    // Each round does what the one before has left to do: sync, then copy.
    for _ in 0..5 {
        signed.machine.outbox.deliver().await.expect("the stream can be read");
        listed = signed.get(files).await.1;
    }
    let file = listed["operations"][0]["id"].as_str().unwrap_or_else(|| panic!("{listed}"));
    let download = format!("/services/operations/api/files/{file}/download/original");
    let bytes = signed.request(Method::GET, &download).send().await.expect("an answer");
    assert_eq!(bytes.status(), 200);
    let size = bytes.bytes().await.expect("the bytes").len();
    assert_eq!(listed["operations"][0]["sizeInBytes"], size);
    signed.machine.stop().await.expect("it stops well");
}

#[tokio::test]
async fn a_restart_does_not_turn_it_back() {
    let folder = Folder::new();
    let options = || Options {
        data: Data::Folder(folder.0.clone()),
        running_clock: Arc::new(TurnedClock::default()),
        ..Options::default()
    };
    let first = Signed::in_to(options()).await;
    first.control("clock", &json!({"forwardSeconds": 900})).await;
    first.control("clock", &json!({"forwardSeconds": 60})).await;
    let Signed { machine, http, .. } = first;
    drop(http);
    machine.stop().await.expect("it stops well");

    let again = options();
    let clock = again.running_clock.clone();
    let machine = Machine::start(again).await.expect("it starts again");
    assert_eq!(clock.forward(Duration::ZERO), Duration::from_mins(16));
    machine.stop().await.expect("it stops well");
}
