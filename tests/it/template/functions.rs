//! One function for each crate that Lambda runs, with a role and a log group of its own.

use std::collections::BTreeSet;
use std::path::Path;

use all_functions::FUNCTIONS;
use lambda::function::Kind;
use serde_json::{Value, json};

use super::{
    Resource, after_the_stacks_name, arn_of, behind_alias, binary, functions, of_type, properties,
    template,
};

/// API Gateway's own limit on an integration, and on an authorizer, in seconds.
const GATEWAY_WAITS: u64 = 30;
const GATEWAY_WAITS_FOR_AN_AUTHORIZER: u64 = 10;

fn roles() -> Vec<Resource> {
    of_type(template(), "AWS::IAM::Role").collect()
}

/// Every statement of a role's policies, those under a condition as well.
pub(super) fn statements(role: &'static Value) -> impl Iterator<Item = &'static Value> {
    let policies = role["Policies"].as_array().expect("policies").iter();
    policies
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().expect("statements"))
        .map(|statement| match statement["Fn::If"].as_array().map(Vec::as_slice) {
            None => statement,
            Some([_, then, otherwise]) if otherwise["Ref"] == "AWS::NoValue" => then,
            Some(_) => panic!("{statement}"),
        })
}

/// A text, or the texts of a list.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

#[test]
fn every_binary_is_deployed_and_nothing_else_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let crates: BTreeSet<_> = std::fs::read_dir(folder)
        .expect("the functions")
        .map(|entry| entry.expect("a folder").path())
        .filter(|folder| folder.join("src/main.rs").exists())
        .map(|folder| folder.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    let deployed: BTreeSet<_> = functions().iter().map(|(id, _)| binary(id).to_owned()).collect();
    assert_eq!(deployed, crates);
}

#[test]
fn every_function_runs_and_logs_under_its_crates_name() {
    for (id, function) in functions() {
        let crate_name = binary(id);
        assert_eq!(function["Runtime"], "provided.al2023", "{id}");
        assert_eq!(function["Handler"], "bootstrap", "{id}");
        assert_eq!(after_the_stacks_name(&function["FunctionName"]), crate_name);
        assert_eq!(function["LoggingConfig"]["LogFormat"], "JSON", "{id}");
        let logs =
            properties(function["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group"));
        assert_eq!(
            logs["LogGroupName"]["Fn::Sub"],
            format!("/aws/lambda/${{AWS::StackName}}-{crate_name}")
        );
    }
    for (id, logs) in of_type(template(), "AWS::Logs::LogGroup") {
        assert_eq!(logs["RetentionInDays"], json!({ "Ref": "LogRetentionDays" }), "{id}");
    }
}

#[test]
fn no_two_functions_share_a_role_or_a_log_group() {
    let count = functions().len();
    let roles: BTreeSet<_> =
        functions().iter().map(|(_, function)| arn_of(&function["Role"])).collect();
    assert_eq!(roles.len(), count);
    for (id, function) in functions() {
        let logs = function["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group");
        let may_log: Vec<_> = statements(properties(arn_of(&function["Role"])))
            .filter(|statement| {
                texts(&statement["Action"]).iter().any(|action| action.starts_with("logs:"))
            })
            .map(|statement| arn_of(&statement["Resource"]))
            .collect();
        assert_eq!(may_log, [logs], "{id}");
    }
}

#[test]
fn no_role_has_an_action_or_a_resource_with_a_star_or_a_policy_of_somebody_elses() {
    for (id, role) in roles() {
        assert!(role["ManagedPolicyArns"].is_null(), "{id}");
        for statement in statements(role) {
            assert_eq!(statement["Effect"], "Allow", "{id}");
            let actions = texts(&statement["Action"]);
            assert!(
                !actions.is_empty() && actions.iter().all(|action| !action.contains('*')),
                "{id}: {statement}"
            );
            let resource = statement["Resource"].to_string();
            // The secrets of app keys and webhooks are made at run time; their names begin alike.
            let starred = resource.replace(":secret:${Table}/app-key/*", "");
            let starred = starred.replace(":secret:${Table}/webhook/*", "");
            // So are the objects of files.
            let starred = starred.replace(":s3:::${Bucket}/raw/*", "");
            let starred = starred.replace(":s3:::${Bucket}/converted/*", "");
            let starred = starred.replace(":s3:::${Bucket}/given/*", "");
            assert!(
                !statement["Resource"].is_null() && !starred.contains('*'),
                "{id}: {statement}"
            );
        }
    }
}

/// The least-privilege scenario has no SQS to see it with; `adapters/src/work_queue.rs` does it.
#[test]
fn only_the_caller_of_webhooks_may_put_messages_off_and_send_some() {
    let functions_roles: BTreeSet<_> =
        functions().iter().map(|(_, function)| arn_of(&function["Role"])).collect();
    for action in ["sqs:ChangeMessageVisibility", "sqs:SendMessage"] {
        let may = |id: &str, role: &'static Value| {
            functions_roles.contains(id)
                && statements(role).any(|statement| texts(&statement["Action"]).contains(&action))
        };
        let roles: Vec<_> =
            roles().into_iter().filter(|(id, role)| may(id, role)).map(|(id, _)| id).collect();
        assert_eq!(roles, ["DeliverAlertsRole"], "{action}");
    }
}

/// Lambda stops a function after some 16 messages, each of which it sent while it worked on the one
/// before: a long replay is more (Developer Guide, "Lambda recursive loop detection").
#[test]
fn a_function_that_writes_to_the_queue_that_it_reads_may_do_so_again_and_again() {
    for (id, function) in functions() {
        let role = properties(arn_of(&function["Role"]));
        let sends = statements(role)
            .any(|statement| texts(&statement["Action"]).contains(&"sqs:SendMessage"));
        let expected = if sends { json!("Allow") } else { Value::Null };
        assert_eq!(function["RecursiveLoop"], expected, "{id}");
    }
}

#[test]
fn the_policies_beside_the_roles_are_traces_and_leaf_and_are_off_by_default() {
    let resources = &template()["Resources"];
    assert_eq!(resources["TracingPolicy"]["Condition"], "Traced");
    assert_eq!(template()["Parameters"]["Tracing"]["Default"], "false");
    assert_eq!(template()["Parameters"]["Upstream"]["Default"], "panorama");
    let policy = properties("TracingPolicy");
    let actions = texts(&policy["PolicyDocument"]["Statement"][0]["Action"]);
    assert_eq!(actions, ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]);
    let traced: BTreeSet<_> = policy["Roles"]
        .as_array()
        .expect("roles")
        .iter()
        .filter_map(|role| role["Ref"].as_str())
        .collect();
    let all: BTreeSet<_> =
        functions().iter().map(|(_, function)| arn_of(&function["Role"])).collect();
    assert_eq!(traced, all);
    let others = of_type(template(), "AWS::IAM::Policy").filter(|(id, _)| *id != "TracingPolicy");
    for (id, policy) in others {
        assert_eq!(resources[id]["Condition"], "FrontsLeaf", "{id}");
        // The objects of copies are made at run time; their names begin alike.
        let document = policy["PolicyDocument"].to_string().replace("/given/*", "");
        assert!(!document.contains('*'), "{id}: {document}");
    }
}

#[test]
fn what_the_clock_calls_has_a_schedule_and_is_done_before_the_next_run() {
    for function in FUNCTIONS {
        let Kind::Schedule { every, .. } = function.kind else { continue };
        assert!(function.timeout <= every, "{}", function.name);
        let schedules: Vec<_> = of_type(template(), "AWS::Scheduler::Schedule")
            .filter(|(_, it)| binary(behind_alias(&it["Target"]["Arn"])) == function.name)
            .map(|(_, schedule)| &schedule["ScheduleExpression"])
            .collect();
        let expected = format!("rate({} minutes)", every.as_secs() / 60);
        assert_eq!(schedules, [&json!(expected)], "{}", function.name);
    }
}

#[test]
fn no_function_works_on_after_its_caller_has_given_up() {
    let seconds = |id: &str| properties(id)["Timeout"].as_u64().expect("seconds");
    assert!(seconds("AuthorizerFunction") <= GATEWAY_WAITS_FOR_AN_AUTHORIZER);
    for (_, integration) in of_type(template(), "AWS::ApiGatewayV2::Integration") {
        let function =
            integration["IntegrationUri"]["Fn::Sub"].as_str().and_then(|uri| uri.rsplit_once("${"));
        let function = function.expect("a function").1.trim_end_matches("}:live");
        assert!(seconds(function) < GATEWAY_WAITS, "{function}");
    }
}
