//! A request and its answer, and what the document says of them.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::document::{Content, DOCUMENT, Operation, Response};

pub(super) const PROBLEM: &str = "application/problem+json";

pub(super) struct Exchange {
    pub(super) method: Method,
    /// The path's template, if there is such a path.
    pub(super) route: Option<String>,
    /// The template's parameters and the query's, decoded.
    pub(super) in_path: Vec<(String, String)>,
    pub(super) in_query: Vec<(String, String)>,
    pub(super) sent: Vec<u8>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) answered: Vec<u8>,
    /// Whether records are those of an upstream that we know nothing of: then what is in them is
    /// nobody's to judge.
    pub(super) of_strangers: bool,
}

impl Exchange {
    /// Holds it to the document.
    pub(super) fn check(&self) -> Result<(), String> {
        let found = self.look_up().and_then(|(operation, response)| {
            self.check_headers(response)?;
            // The answer to `HEAD` is that to `GET` without its body.
            let is_strange = self.of_strangers && self.status.is_success();
            if self.method != Method::HEAD && !is_strange {
                self.check_body(response)?;
            }
            match operation {
                Some(operation) if self.status.is_success() && !is_strange => {
                    self.check_request(operation)
                }
                _ => Ok(()),
            }
        });
        found.map_err(|fault| {
            let route = self.route.as_deref().unwrap_or("(no route)");
            let answered = String::from_utf8_lossy(&self.answered);
            format!(
                "{} {route} answered {}, and the document disagrees: {fault}\n{answered}",
                self.method, self.status
            )
        })
    }

    fn look_up(&self) -> Result<(Option<&'static Operation>, &'static Response), String> {
        let Some(route) = self.route.as_deref().or_else(|| self.mistyped()) else {
            return Ok((None, self.outside("RouteNotFound", StatusCode::NOT_FOUND)?));
        };
        let operation = DOCUMENT.operation(&self.method, route).or_else(|| {
            let get = || DOCUMENT.operation(&Method::GET, route);
            (self.method == Method::HEAD).then(get).flatten()
        });
        let Some(operation) = operation else {
            return Ok((None, self.outside("MethodNotAllowed", StatusCode::METHOD_NOT_ALLOWED)?));
        };
        let response =
            operation.responses.get(&self.status.as_u16()).ok_or("the status is not documented")?;
        Ok((Some(operation), response))
    }

    /// The route that a farmer's browser has missed: what is at none is answered like a callback if
    /// it may be one, and else with a page of those that tell what became of a callback.
    fn mistyped(&self) -> Option<&'static str> {
        let media =
            self.headers.get(CONTENT_TYPE).map(|value| value.as_bytes().starts_with(b"text/html"));
        match (self.status, media) {
            (StatusCode::SEE_OTHER, _) => Some("/sharing-confirmation/{sharingUrlId}"),
            (_, Some(true)) => Some("/sharing-outcome/{ticket}"),
            _ => None,
        }
    }

    /// The answer that belongs to no operation.
    fn outside(&self, name: &str, status: StatusCode) -> Result<&'static Response, String> {
        if self.status == status {
            Ok(&DOCUMENT.responses[name])
        } else {
            Err("there is no such operation".to_owned())
        }
    }

    fn check_headers(&self, response: &Response) -> Result<(), String> {
        for (name, header) in &response.headers {
            match self.headers.get(name) {
                None if header.is_required => return Err(format!("the header {name} is missing")),
                None => {}
                Some(value) => {
                    let value =
                        header.content.value_of(value.to_str().map_err(|error| error.to_string())?);
                    header
                        .content
                        .fault(&value)
                        .map_or(Ok(()), |fault| Err(format!("the header {name}: {fault}")))?;
                }
            }
        }
        Ok(())
    }

    fn check_body(&self, response: &Response) -> Result<(), String> {
        let text = std::str::from_utf8(&self.answered).map_err(|error| error.to_string())?;
        if response.contents.is_empty() || self.status == StatusCode::SEE_OTHER {
            return if text.is_empty() { Ok(()) } else { Err("no body is documented".to_owned()) };
        }
        let media = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default();
        let content =
            response.contents.get(media).ok_or_else(|| format!("{media:?} is not documented"))?;
        let value = if media.ends_with("json") {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            text.into()
        };
        content.fault(&value).map_or(Ok(()), Err)?;
        if media == PROBLEM { self.check_problem(content, &value) } else { Ok(()) }
    }

    /// What a problem document says of itself, and which it is.
    fn check_problem(&self, content: &Content, problem: &Value) -> Result<(), String> {
        let status = &problem["status"];
        if *status != self.status.as_u16() {
            return Err(format!("{} was expected in the body, not {status}", self.status.as_u16()));
        }
        let fields = problem["fieldErrors"].as_array().map_or(&[][..], Vec::as_slice);
        let mut keys = fields.iter().chain([problem]).map(|of| &of["errorKey"]);
        let unknown = keys.find(|key| !content.error_keys.iter().any(|known| *key == known));
        if let Some(key) = unknown {
            return Err(format!("{key} is not one of {:?}", content.error_keys));
        }
        if fields.first().is_some_and(|first| first["errorKey"] != problem["errorKey"]) {
            return Err("the first field's errorKey is not that of the problem".to_owned());
        }
        Ok(())
    }

    /// What was accepted is what the document says one may send.
    fn check_request(&self, operation: &Operation) -> Result<(), String> {
        for parameter in &operation.parameters {
            let from = if parameter.is_in_path { &self.in_path } else { &self.in_query };
            // The first counts, and an empty one in a query as none.
            let sent = from
                .iter()
                .find(|(name, _)| *name == parameter.name)
                .map(|(_, value)| value.trim());
            if let Some(sent) = sent.filter(|sent| parameter.is_in_path || !sent.is_empty()) {
                fault_of(&parameter.content, &parameter.content.value_of(sent), &parameter.name)?;
            }
        }
        match &operation.body {
            None => Ok(()),
            Some(content) => {
                let mut sent: Value = serde_json::from_slice(
                    self.sent.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.sent),
                )
                .map_err(|error| error.to_string())?;
                for text in sent.as_object_mut().into_iter().flat_map(|object| object.values_mut())
                {
                    // Blanks around a text are ignored.
                    if let Value::String(text) = text {
                        *text = text.trim().to_owned();
                    }
                }
                take_as_documented(operation, &mut sent);
                fault_of(content, &sent, "body")
            }
        }
    }
}

/// What the service takes in more forms than the document has: there each has one, because
/// generated clients drop what has two.
fn take_as_documented(operation: &Operation, sent: &mut Value) {
    // Whatever Leaf signs is taken; what is no alert does nothing.
    if operation.path == "/alerts/leaf" && !sent.is_object() {
        *sent = serde_json::json!({});
    }
    // Booleans as Leaf's documents have them: texts.
    let booleans: &[&str] = match operation.path.as_str() {
        "/api/authenticate" => &["rememberMe"],
        "/services/usermanagement/api/users/{leafUserId}/one-click-integration/{provider}" => {
            &["confirmAccount"]
        }
        _ => &[],
    };
    for name in booleans {
        if let Some(value) = sent.get_mut(*name)
            && let Some(boolean) = value.as_str().and_then(|text| text.parse::<bool>().ok())
        {
            *value = boolean.into();
        }
    }
}

fn fault_of(content: &Content, value: &Value, what: &str) -> Result<(), String> {
    content.fault(value).map_or(Ok(()), |fault| {
        Err(format!("accepted, though its {what} is refused there: {fault}"))
    })
}
