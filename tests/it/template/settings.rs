//! Every variable that the code reads is set, and the reverse.

use std::cell::RefCell;
use std::collections::BTreeSet;

use domain::client_environment::ClientEnvironment;
use shared::settings::{Settings, metrics_namespace, origin_secret};

use super::{binary, functions, template};

/// What the AWS SDK reads, not we.
const OF_THE_SDK: [&str; 2] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"];

/// Reads the settings; the answer is the settings and the names of the variables that were asked
/// for.
fn read(value: impl Fn(&str) -> Option<String>) -> (Settings, BTreeSet<String>) {
    let asked = RefCell::new(BTreeSet::new());
    let variable = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        value(name)
    };
    let settings = Settings::read(variable);
    metrics_namespace(variable);
    origin_secret(variable);
    (settings.expect("the settings are complete"), asked.into_inner())
}

fn required(name: &str) -> Option<String> {
    ["TABLE_NAME", "CATALOGUE_TABLE_NAME", "SECRETS_PREFIX", "PUBLIC_BASE_URL"]
        .contains(&name)
        .then(|| "https://connect.example".to_owned())
}

#[test]
fn every_variable_that_is_read_is_set_and_every_one_that_is_set_is_read() {
    let (_, read) = read(required);
    for (id, function) in functions() {
        let variables = function["Environment"]["Variables"].as_object().expect("variables");
        let set: BTreeSet<_> =
            variables.keys().filter(|name| !OF_THE_SDK.contains(&name.as_str())).cloned().collect();
        assert_eq!(set, read, "{}", binary(id));
    }
}

#[test]
fn panoramas_addresses_are_by_default_those_that_the_code_knows() {
    let (_, function) = functions()[0];
    let deployed = |name: &str| {
        let parameter = function["Environment"]["Variables"][name]["Ref"].as_str()?;
        template()["Parameters"][parameter]["Default"].as_str().map(ToOwned::to_owned)
    };
    let (by_template, asked) = read(|name| required(name).or_else(|| deployed(name)));
    let (by_code, _) = read(required);
    assert_eq!(format!("{:?}", by_template.panorama), format!("{:?}", by_code.panorama));
    let addresses = |name: &&String| {
        let environments = ClientEnvironment::ALL.iter();
        environments.map(|it| format!("{it}_")).any(|it| name.starts_with(&it))
            && name.ends_with("_URL")
    };
    for name in asked.iter().filter(addresses) {
        assert!(
            deployed(name).is_some_and(|default| default.starts_with("https://")),
            "{name} has no default"
        );
    }
}
