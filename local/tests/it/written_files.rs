//! What is written for scripts, and for functions that run beside the program.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use local::{Data, Machine, Options};
use serde_json::Value;
use shared::settings::{Settings, metrics_namespace};

use crate::running::{Folder, Running};

#[test]
fn the_ready_file_has_exactly_the_documented_fields() {
    let mut program = Running::start(&["--in-memory"]);
    let ready = program.ready();
    let account = ["clientEnvironment", "clientId", "growers", "partner", "sharingUrlId"];
    let top =
        ["apiUrl", "appName", "environment", "leafUserId", "owner", "panoramaUrl", "production"];
    let mut expected: Vec<_> = top.into_iter().chain(account).collect();
    expected.sort_unstable();
    assert_eq!(fields(&ready), expected);
    assert_eq!(fields(&ready["owner"]), ["password", "username"]);
    assert_eq!(fields(&ready["production"]), account);
    for (environment, account) in [("STAGE", &ready), ("PRODUCTION", &ready["production"])] {
        assert_eq!(account["clientEnvironment"], environment);
        assert_eq!(fields(&account["partner"]), ["password", "username"]);
        let growers = account["growers"].as_array().expect("growers");
        assert!(!growers.is_empty());
        for grower in growers {
            assert_eq!(fields(grower), ["operations", "password", "username"]);
            for operation in grower["operations"].as_array().expect("operations") {
                assert_eq!(fields(operation), ["name", "organizationCode"]);
            }
        }
    }
    for address in ["apiUrl", "panoramaUrl"] {
        let address = ready[address].as_str().expect("an address");
        assert!(address.starts_with("http://127.0.0.1:") && !address.ends_with('/'), "{address}");
    }
    assert!(program.terminate().success());
}

#[tokio::test]
async fn what_the_ready_file_says_is_what_a_machine_says_of_itself() {
    let machine = Machine::start(Options { data: Data::Memory, ..Options::default() })
        .await
        .expect("it starts");
    let folder = Folder::new();
    let file = folder.0.join("ready.json");
    machine.ready.write(&file).expect("written");
    let written: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    assert_eq!(written, serde_json::to_value(&machine.ready).expect("JSON"));
    assert_eq!(
        std::fs::read_dir(&folder.0).expect("a folder").count(),
        1,
        "and nothing is left beside it"
    );
}

#[test]
fn the_environment_file_has_what_a_function_needs() {
    let folder = Folder::new();
    let file = folder.0.join("lambda.env");
    let path = file.to_str().expect("UTF-8");
    let mut program = Running::start(&[
        "--in-memory",
        "--env-file",
        path,
        "--public-url",
        "http://127.0.0.1:9/",
        "--return-url",
        "https://app.example",
    ]);
    let ready = program.ready();
    // Once it is ready, the file is there.
    let written = std::fs::read_to_string(&file).expect("a file");
    let written: BTreeMap<_, _> = written
        .lines()
        .map(|line| line.split_once("='").expect("name='value'"))
        .map(|(name, value)| (name, value.trim_end_matches('\'')))
        .collect();
    let asked = RefCell::new(Vec::new());
    let variable = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        written.get(name).map(|value| (*value).to_owned())
    };
    let settings = Settings::read(variable);
    assert_eq!(metrics_namespace(variable), "PanoramaConnect/local");
    assert_eq!(
        settings.expect("settings").public_url(&["connect"]).as_str(),
        "http://127.0.0.1:9/connect"
    );
    // The rest is the SDK's own.
    let mut expected = asked.into_inner();
    let sdk = [
        "ACCESS_KEY_ID",
        "ENDPOINT_URL_DYNAMODB",
        "ENDPOINT_URL_LAMBDA",
        "ENDPOINT_URL_SECRETS_MANAGER",
        "REGION",
        "SECRET_ACCESS_KEY",
    ];
    expected.extend(sdk.map(|name| format!("AWS_{name}")));
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(written.keys().copied().collect::<Vec<_>>(), expected);
    assert_eq!(ready["environment"], serde_json::to_value(&written).expect("JSON"));
    // The simulated Panorama knows where browsers go, too.
    let shared = post(
        ready["panoramaUrl"].as_str().expect("an address"),
        &format!(
            "/control/operations/{}/share",
            ready["growers"][0]["operations"][0]["organizationCode"].as_str().expect("a code")
        ),
    );
    assert!(
        shared.to_ascii_lowercase().contains("location: http://127.0.0.1:9/sharing-confirmation/"),
        "{shared}"
    );
    assert!(program.terminate().success());
}

fn fields(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    let mut fields: Vec<_> = object.keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

/// The head and body of the answer to an empty `POST`.
fn post(server: &str, path: &str) -> String {
    let host = server.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it serves");
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}
