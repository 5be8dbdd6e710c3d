//! The API's routes are those that the functions declare.

use std::collections::BTreeSet;

use local::gateway;
use serde_json::{Value, json};
use web::routes::Access;

use super::{Resource, after_the_stacks_name, behind_alias, of_type, properties, sub, template};
use crate::world::World;

/// Function, method and path, access.
type Line = (String, String, Access);

fn routes() -> Vec<Resource> {
    of_type(template(), "AWS::ApiGatewayV2::Route").collect()
}

/// The text between `${` and `}` at the end of a text.
fn last_reference(text: &'static str, before: &str) -> &'static str {
    let reference =
        text.strip_prefix(before).and_then(|rest| rest.strip_prefix("${")?.strip_suffix('}'));
    reference.unwrap_or_else(|| panic!("{text} is not {before} and a reference"))
}

fn access(route: &Value) -> Access {
    let owner = json!({
        "Fn::If": ["OwnIssuer", { "Ref": "JwtAuthorizer" }, { "Ref": "OwnerAuthorizer" }],
    });
    let by = json!({ "Fn::If": ["OwnIssuer", "JWT", "CUSTOM"] });
    // Scopes are JWT's; API Gateway takes none with another authorizer.
    let scopes = json!({ "Fn::If": ["Scoped", { "Ref": "JwtScopes" }, { "Ref": "AWS::NoValue" }] });
    match (&route["AuthorizationType"], &route["AuthorizerId"], &route["AuthorizationScopes"]) {
        (Value::String(kind), Value::Null, Value::Null) if kind == "NONE" => Access::Public,
        (kind, authorizer, wanted) if *kind == by && *authorizer == owner && *wanted == scopes => {
            Access::Owner
        }
        _ => panic!("neither public nor for owners: {route}"),
    }
}

fn function_of(route: &'static Value) -> &'static str {
    let integration = properties(last_reference(sub(&route["Target"]), "integrations/"));
    assert_eq!(integration["IntegrationType"], "AWS_PROXY");
    assert_eq!(integration["PayloadFormatVersion"], "2.0");
    let arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:";
    let uri = sub(&integration["IntegrationUri"]).strip_suffix(":live");
    last_reference(uri.expect("the alias, and not the latest version"), arn)
}

#[tokio::test]
async fn the_api_has_the_routes_that_the_functions_declare_and_no_others() {
    let world = World::start().await;
    let declared: BTreeSet<Line> = gateway::keys(&world.machine.service)
        .into_iter()
        .flat_map(|(function, keys)| {
            keys.into_iter().map(move |(key, access)| (function.to_owned(), key, access))
        })
        .collect();
    let deployed: Vec<Line> = routes()
        .into_iter()
        .map(|(_, route)| {
            let function = after_the_stacks_name(&properties(function_of(route))["FunctionName"]);
            let key = route["RouteKey"].as_str().expect("a route key");
            (function.to_owned(), key.to_owned(), access(route))
        })
        .collect();
    let count = deployed.len();
    let deployed: BTreeSet<_> = deployed.into_iter().collect();
    assert_eq!(deployed.len(), count, "no route twice");
    let missing: Vec<_> = declared.difference(&deployed).collect();
    let unknown: Vec<_> = deployed.difference(&declared).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:#?}, unknown: {unknown:#?}"
    );
}

#[test]
fn whatever_is_open_to_the_world_has_a_throttle_of_its_own() {
    let stage = &template()["Resources"]["Stage"];
    let settings = stage["Properties"]["RouteSettings"].as_object().expect("settings");
    let waited_for = stage["DependsOn"].as_array().expect("what it waits for");
    let public: Vec<_> =
        routes().into_iter().filter(|(_, route)| access(route) == Access::Public).collect();
    assert_eq!(settings.len(), public.len());
    for (id, route) in public {
        let throttle = &settings[route["RouteKey"].as_str().expect("a route key")];
        assert!(
            throttle["ThrottlingRateLimit"].is_object()
                && throttle["ThrottlingBurstLimit"].is_object(),
            "{id}"
        );
        assert!(
            waited_for.contains(&json!(id)),
            "the stage is made before {id}, which it throttles"
        );
    }
}

#[test]
fn api_gateway_may_call_every_function_that_it_has_a_route_to() {
    let allowed: BTreeSet<_> = of_type(template(), "AWS::Lambda::Permission")
        .filter(|(_, permission)| sub(&permission["SourceArn"]).ends_with(":${Api}/*"))
        .map(|(_, permission)| behind_alias(&permission["FunctionName"]))
        .collect();
    let called: BTreeSet<_> = routes().into_iter().map(|(_, route)| function_of(route)).collect();
    assert_eq!(allowed, called);
}

#[test]
fn access_logs_tell_neither_paths_nor_queries_nor_who_it_was() {
    let format = properties("Stage")["AccessLogSettings"]["Format"].as_str().expect("a format");
    let line: Value = serde_json::from_str(format).expect("each line is JSON");
    let told: BTreeSet<_> =
        line.as_object().expect("an object").values().filter_map(Value::as_str).collect();
    let harmless = [
        "$context.authorizer.error",
        "$context.integrationErrorMessage",
        "$context.integrationLatency",
        "$context.requestId",
        "$context.requestTime",
        "$context.responseLatency",
        "$context.routeKey",
        "$context.status",
    ];
    assert_eq!(told, BTreeSet::from(harmless));
}
