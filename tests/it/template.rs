//! The deployment: what SAM makes of `template.yaml`, held to the code that it deploys.
//! `.ci/template --update` makes the snapshot.

mod files;
mod front;
mod functions;
mod guide;
mod monitoring;
mod queues;
mod rollout;
mod routes;
mod settings;
mod table;

use std::sync::LazyLock;

use aws_lc_rs::digest;
use serde_json::Value;

/// A resource: its logical id and its properties.
type Resource = (&'static str, &'static Value);

static SNAPSHOT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../infra/cloudformation.json"))
        .expect("the snapshot is JSON")
});

/// The transformed template.
pub(crate) fn template() -> &'static Value {
    &SNAPSHOT["template"]
}

/// The nested stack's template.
fn monitoring() -> &'static Value {
    &SNAPSHOT["monitoring"]
}

/// The template of the web ACL.
fn waf() -> &'static Value {
    &SNAPSHOT["waf"]
}

/// The resources of a type.
fn of_type(template: &'static Value, kind: &str) -> impl Iterator<Item = Resource> {
    let resources = template["Resources"].as_object().expect("resources").iter();
    resources
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(id, it)| (&**id, &it["Properties"]))
}

/// The properties of a resource of the template.
fn properties(id: &str) -> &'static Value {
    let resource = &template()["Resources"][id];
    assert!(resource.is_object(), "there is no {id}");
    &resource["Properties"]
}

/// Every Lambda function: its logical id and its properties.
fn functions() -> Vec<Resource> {
    of_type(template(), "AWS::Lambda::Function").collect()
}

/// The crate that a function runs.
fn binary(id: &str) -> &'static str {
    let metadata = &template()["Resources"][id]["Metadata"];
    assert_eq!(metadata["BuildMethod"], "rust-cargolambda", "{id}");
    metadata["BuildProperties"]["Binary"].as_str().expect("a binary")
}

/// The text of a `Fn::Sub`.
fn sub(value: &'static Value) -> &'static str {
    value["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{value} is no Fn::Sub of a text"))
}

/// What a name has after the stack's.
fn after_the_stacks_name(value: &'static Value) -> &'static str {
    let name = sub(value).strip_prefix("${AWS::StackName}-");
    name.unwrap_or_else(|| panic!("{value} does not begin with the stack's name"))
}

/// The function whose alias this is. Everything calls the alias, so that a new version can have a
/// part of the calls.
fn behind_alias(value: &'static Value) -> &'static str {
    let alias = value["Ref"].as_str().unwrap_or_else(|| panic!("{value} is no reference"));
    let function = template()["Resources"][alias]["Properties"]["FunctionName"]["Ref"].as_str();
    function.unwrap_or_else(|| panic!("{alias} is no function's alias"))
}

/// The resource whose ARN this is.
fn arn_of(value: &'static Value) -> &'static str {
    assert_eq!(value["Fn::GetAtt"][1], "Arn", "{value}");
    value["Fn::GetAtt"][0].as_str().expect("a resource")
}

#[test]
fn the_snapshot_is_of_these_templates() {
    for (name, text) in [
        ("template.yaml", include_str!("../../template.yaml")),
        ("infra/monitoring.yaml", include_str!("../../infra/monitoring.yaml")),
        ("infra/waf.yaml", include_str!("../../infra/waf.yaml")),
    ] {
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        let hash = hash.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert_eq!(
            SNAPSHOT["sha256"][name], hash,
            "infra/cloudformation.json is not of this {name}: run .ci/template --update, and look \
             at what changed"
        );
    }
}
