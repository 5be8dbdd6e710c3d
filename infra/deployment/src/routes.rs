//! The API's routes, with what stands behind them and how often they may be called.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use all_functions::FUNCTIONS;
use lambda::function::{Kind, Throttle};
use shared::service::Service;
use web::routes::{Access, Routes};

use crate::region::Region;
use crate::text::{filled, id};

/// A route as API Gateway has it: each path is there twice, the second time with a slash at its
/// end.
pub(crate) struct Deployed {
    /// Its logical id.
    id: String,
    key: String,
    function: &'static str,
    /// Which parameters bound it, if it is open to the world.
    throttle: Option<&'static str>,
}

fn routers(service: &Service) -> Vec<(&'static str, Throttle, Routes<Service>)> {
    let routes = FUNCTIONS.into_iter().filter_map(|function| match function.kind {
        Kind::Http { routes, open } => Some((function.name, open, routes(service.clone()))),
        _ => None,
    });
    routes.collect()
}

/// What the functions declare.
///
/// A route that is in the template keeps its logical id: CloudFormation would make one with
/// another id before it deletes the old one, and API Gateway takes no second route with the same
/// key.
pub(crate) fn declared(service: &Service, template: &str) -> Vec<Deployed> {
    let known = known_ids(template);
    let of_function = |(function, open, routes): (&'static str, Throttle, Routes<Service>)| {
        let known = &known;
        routes
            .keys()
            .into_iter()
            .map(move |(key, access)| {
                let throttle = (access == Access::Public).then(|| parameters(open, &key));
                let id = known.get(&*key).map_or_else(|| new_id(&key), |id| (*id).to_owned());
                Deployed { id, key, function, throttle }
            })
            .collect::<Vec<_>>()
    };
    routers(service).into_iter().flat_map(of_function).collect()
}

/// The logical ids of a template's routes, by their keys.
fn known_ids(template: &str) -> HashMap<&str, &str> {
    let lines: Vec<_> = template.lines().collect();
    let is_id = |line: &&&str| line.starts_with("  ") && !line.starts_with("   ");
    let key = |line: &'_ str| line.trim_start().strip_prefix("RouteKey: ").map(str::len);
    (0..lines.len())
        .filter_map(|at| {
            let length = key(lines[at])?;
            let key = &lines[at][lines[at].len() - length..];
            let id = lines[..at].iter().rev().find(is_id)?.trim().strip_suffix(':')?;
            Some((key, id))
        })
        .collect()
}

/// `POST /alerts/leaf/` is `PostAlertsLeafSlashRoute`.
fn new_id(key: &str) -> String {
    let (method, path) = key.split_once(' ').unwrap_or(("any", key));
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: String = words.filter(|word| !word.is_empty()).map(id).collect();
    let slash = if path.ends_with('/') { "Slash" } else { "" };
    format!("{}{words}{slash}Route", id(&method.to_lowercase()))
}

/// Link checkers send `HEAD`, not farmers.
fn parameters(open: Throttle, key: &str) -> &'static str {
    match open {
        Throttle::SignIn => "SignIn",
        Throttle::Farmers if !key.starts_with("HEAD ") => "Farmer",
        Throttle::Farmers | Throttle::Others => "Public",
    }
}

/// What the template has of them.
pub(crate) fn regions(routes: &[Deployed]) -> Vec<Region> {
    let open = || routes.iter().filter_map(|route| Some((route, route.throttle?)));
    let mut waited_for = String::new();
    let mut throttles = String::new();
    for (Deployed { id, key, .. }, parameter) in open() {
        let _ = writeln!(waited_for, "- {id}");
        let _ = writeln!(
            throttles,
            "{key}: {{ThrottlingRateLimit: !Ref {parameter}Rate, \
             ThrottlingBurstLimit: !Ref {parameter}Burst}}"
        );
    }
    let mut all = String::new();
    let mut function = "";
    for route in routes {
        if route.function != function {
            function = route.function;
            all += &filled(BEHIND, &[("Id", &id(function))]);
        }
        let function = id(route.function);
        let access = if route.throttle.is_some() { OPEN } else { FOR_OWNERS };
        let with = [("Id", &*route.id), ("key", &route.key), ("Function", &function)];
        all += &filled(ROUTE, &with);
        all += access;
    }
    vec![
        Region::between_comments("open routes", waited_for),
        Region::between_comments("throttles of open routes", throttles),
        Region::between_comments("routes", all),
    ]
}

const BEHIND: &str = r#"
%Id%Integration:
  Type: AWS::ApiGatewayV2::Integration
  Properties:
    ApiId: !Ref Api
    IntegrationType: AWS_PROXY
    PayloadFormatVersion: "2.0"
    IntegrationUri: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${%Id%Function}:live
%Id%Permission:
  Type: AWS::Lambda::Permission
  Properties:
    Action: lambda:InvokeFunction
    FunctionName: !Ref %Id%Function.Alias
    Principal: apigateway.amazonaws.com
    SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*
"#;

const ROUTE: &str = "\
%Id%:
  Type: AWS::ApiGatewayV2::Route
  Properties:
    ApiId: !Ref Api
    RouteKey: %key%
    Target: !Sub integrations/${%Function%Integration}
";

const OPEN: &str = "    AuthorizationType: NONE\n";

const FOR_OWNERS: &str = "    AuthorizationType: !If [OwnIssuer, JWT, CUSTOM]
    AuthorizerId: !If [OwnIssuer, !Ref JwtAuthorizer, !Ref OwnerAuthorizer]
    AuthorizationScopes: !If [Scoped, !Ref JwtScopes, !Ref AWS::NoValue]
";

/// The router of `cargo lambda watch`, which knows no methods.
pub(crate) fn watched(service: &Service) -> Region {
    let of_function = |(function, _, routes): (&'static str, Throttle, Routes<Service>)| {
        let paths = routes.list().into_iter().flat_map(|route| route.paths());
        paths.map(move |path| (path, function)).collect::<Vec<_>>()
    };
    let paths: BTreeMap<_, _> = routers(service).into_iter().flat_map(of_function).collect();
    let lines = paths.iter().map(|(path, function)| format!("\"{path}\" = \"{function}\"\n"));
    Region::between_comments("router of cargo lambda watch", lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_route_has_an_id_of_its_own_and_a_known_one_keeps_its() {
        assert_eq!(new_id("POST /alerts/{leafId}"), "PostAlertsLeafIdRoute");
        assert_eq!(new_id("POST /alerts/{leafId}/"), "PostAlertsLeafIdSlashRoute");
        let template = "  StartRoute:\n    Properties:\n      RouteKey: POST /start\n";
        assert_eq!(known_ids(template), HashMap::from([("POST /start", "StartRoute")]));
    }
}
