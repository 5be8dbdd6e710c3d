//! The functions as API Gateway calls them: raw events of payload format 2.0, through the code that
//! every `main` runs.

mod api_gateway;
mod authorization;
mod authorizer;
mod journey;
mod nasty;

use std::collections::BTreeMap;

use all_functions::FUNCTIONS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda::{BehindGateway, Context};
use local::{function_scope, gateway};
use serde_json::{Value, json};
use web::routes::Access;

use crate::world::World;

/// A machine's functions, each behind API Gateway.
struct Deployed {
    functions: BTreeMap<&'static str, BehindGateway>,
    world: World,
}

/// What a function has answered.
#[derive(Debug)]
struct Reply {
    status: u64,
    headers: Value,
    cookies: Vec<String>,
    body: String,
}

impl Deployed {
    async fn start() -> Self {
        let world = World::start().await;
        let service = &world.machine.service;
        let functions = FUNCTIONS.into_iter().filter_map(|function| {
            let routes = function.routes(service.clone())?;
            Some((function.name, BehindGateway::new(routes, None)))
        });
        let functions = functions.collect();
        Self { functions, world }
    }

    /// Every route's function, key and access.
    fn keys(&self) -> Vec<(&'static str, String, Access)> {
        let keys = gateway::keys(&self.world.machine.service).into_iter();
        keys.flat_map(|(name, keys)| keys.into_iter().map(move |(key, access)| (name, key, access)))
            .collect()
    }

    /// Gives a function an event.
    async fn give(&self, function: &'static str, event: &Value) -> Reply {
        self.give_text(function, &event.to_string()).await
    }

    async fn give_text(&self, function: &'static str, event: &str) -> Reply {
        let answer = function_scope::as_function(
            function,
            self.functions[function].answer(event, Context::default()),
        )
        .await;
        let answer = serde_json::to_value(answer).expect("JSON");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Reply {
            status: answer["statusCode"].as_u64().expect("a status"),
            headers: answer["headers"].clone(),
            cookies: answer["cookies"].as_array().into_iter().flatten().map(text).collect(),
            body: body(&answer),
        }
    }
}

/// The body, which is in base64 where it is no text.
fn body(answer: &Value) -> String {
    let body = answer["body"].as_str().unwrap_or_default();
    match answer["isBase64Encoded"].as_bool() {
        Some(true) => String::from_utf8(STANDARD.decode(body).expect("base64")).expect("a text"),
        _ => body.to_owned(),
    }
}

impl Reply {
    #[track_caller]
    fn json(&self, status: u64) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// A refusal with this `errorKey`.
    #[track_caller]
    fn problem(&self, status: u64, error_key: &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.json(status)["errorKey"], error_key, "{self:?}");
    }

    /// Something that whoever asked can read, and no failure of ours.
    #[track_caller]
    fn is_a_page_or_a_problem(&self) {
        assert!(self.status < 500, "{self:?}");
        if self.status == 303 {
            let to = self.headers["location"].as_str().unwrap_or_default();
            return assert!(
                to.contains("/sharing-outcome/"),
                "it leads to no page of ours: {self:?}"
            );
        }
        let media = self.headers["content-type"].as_str().unwrap_or_default();
        assert!(media.starts_with("text/html") || media == "application/problem+json", "{self:?}");
        assert!(!self.body.is_empty(), "{self:?}");
    }
}

/// An event of a route, as API Gateway writes it.
fn event(route_key: &str, raw_path: &str, parameters: &Value) -> Value {
    let method = route_key.split(' ').next().unwrap_or_default();
    json!({
        "version": "2.0", "routeKey": route_key, "rawPath": raw_path, "rawQueryString": "",
        "headers": { "accept": "*/*", "host": "connect.example", "x-forwarded-proto": "https" },
        "pathParameters": parameters,
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "connect.example",
            "stage": "$default",
            "http": {
                "method": method, "path": raw_path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "curl/8.14.1",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route_key,
            "time": "22/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_348_800_000_u64,
        },
        "isBase64Encoded": false,
    })
}

/// The event with our authorizer's word in it.
fn of_owner(mut event: Value) -> Value {
    event["requestContext"]["authorizer"] =
        json!({ "lambda": { "owner": "owner@prairie-insights.example" } });
    event
}

/// A path of a route's template, with some text for each of its parameters, and those parameters.
fn filled(template: &str, with: &str) -> (String, Value) {
    let mut parameters = json!({});
    let segments: Vec<_> = template
        .split('/')
        .map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters[name] = with.into();
                with
            }
            None => segment,
        })
        .collect();
    (segments.join("/"), parameters)
}
