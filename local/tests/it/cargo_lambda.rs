//! The router of `cargo lambda watch`, in the workspace's manifest.

use std::collections::BTreeMap;
use std::process::Command;

use local::{Machine, Options, gateway};
use serde_json::Value;

#[tokio::test]
async fn cargo_lambda_watch_serves_every_route() {
    let machine = Machine::start(Options::default()).await.expect("it starts");
    let functions = gateway::routes(&machine.service).into_iter();
    let routes: BTreeMap<_, _> = functions
        .flat_map(|(name, routes)| {
            routes.into_iter().flat_map(|it| it.paths()).map(move |path| (path, name))
        })
        .collect();
    let described = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs");
    let described: Value = serde_json::from_slice(&described.stdout).expect("JSON");
    let watched = &described["metadata"]["lambda"]["watch"]["router"];
    assert_eq!(*watched, serde_json::to_value(&routes).expect("JSON"));
}
