//! A small API Gateway, written from AWS' documents of HTTP APIs: it matches a route, asks the
//! authorizer, decodes the path and writes the event. What it answers itself is API Gateway's own.

use authorizer::authorize;
use lambda::{Context, LambdaEvent, RawValue};
use local::function_scope;
use reqwest::Method;
use serde_json::{Value, json};
use web::routes::Access;

use super::{Deployed, Reply, event};

/// A request of a client's.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    /// With its query, as on the wire.
    pub(super) path: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) cookies: &'a [String],
    /// The other headers of a browser.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: Option<Value>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(method: Method, path: &'a str, token: Option<&'a str>) -> Self {
        Self { method, path, token, cookies: &[], headers: &[], body: None }
    }
}

impl Deployed {
    pub(super) async fn ask(&self, asked: Asked<'_>) -> Reply {
        let (path, query) = asked.path.split_once('?').unwrap_or((asked.path, ""));
        let matched = self.keys().into_iter().find_map(|(function, key, access)| {
            let (method, template) = key.split_once(' ')?;
            let parameters = parameters(template, path).filter(|_| *method == asked.method)?;
            Some((function, key.clone(), access, parameters))
        });
        let Some((function, key, access, parameters)) = matched else {
            return own(404, "Not Found");
        };
        let mut event = event(&key, &decoded(path), &parameters);
        event["rawQueryString"] = query.into();
        event["cookies"] = json!(asked.cookies);
        for (name, value) in asked.headers {
            event["headers"][name] = (*value).into();
        }
        if let Some(body) = asked.body {
            event["body"] = body.to_string().into();
        }
        if let Some(token) = asked.token {
            event["headers"]["authorization"] = format!("Bearer {token}").into();
        }
        if access == Access::Owner {
            if asked.token.is_none() {
                // The identity source is missing: the authorizer is not even asked.
                return own(401, "Unauthorized");
            }
            let verdict = self.authorize(&event.to_string()).await;
            if verdict["isAuthorized"] != true {
                return own(403, "Forbidden");
            }
            event["requestContext"]["authorizer"] = json!({ "lambda": verdict["context"] });
        }
        self.give(function, &event).await
    }

    /// The authorizer's answer to an event.
    pub(super) async fn authorize(&self, event: &str) -> Value {
        let payload = RawValue::from_string(event.to_owned()).expect("JSON");
        let asked =
            authorize(&self.world.machine.service, LambdaEvent::new(payload, Context::default()));
        let verdict = function_scope::as_function("authorizer", asked)
            .await
            .expect("no error of the function");
        serde_json::to_value(verdict).expect("JSON")
    }
}

fn own(status: u64, message: &str) -> Reply {
    let headers = json!({ "content-type": "application/json" });
    Reply { status, headers, cookies: Vec::new(), body: json!({ "message": message }).to_string() }
}

/// The parameters of a path that a template matches, decoded. An encoded slash is no slash here.
fn parameters(template: &str, path: &str) -> Option<Value> {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let mut parameters = json!({});
    for (name, segment) in template.iter().zip(&path) {
        match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => parameters[name] = decoded(segment).into(),
            None if name == segment => {}
            _ => return None,
        }
    }
    (template.len() == path.len()).then_some(parameters)
}

fn decoded(text: &str) -> String {
    // As a form's value, but for the plus.
    let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let value =
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    value.unwrap_or_default()
}
