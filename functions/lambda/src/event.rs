//! What API Gateway hands over for an HTTP request: payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
//!
//! Strangers choose much of what is in it, and API Gateway has decoded `rawPath` by then. So nothing in here fails, whatever is in an event:
//! what cannot be in a request is left out or percent-encoded.

use std::collections::BTreeMap;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use shared::http::api_owner::ApiOwner;
use shared::http::caller::CallerAddress;
use shared::http::envelope::GatewayRequestId;

/// What a query must not have as it is.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');
/// What a path must not have as it is.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'%').add(b'\\').add(b'^').add(b'[').add(b']').add(b'|');
/// What one segment of it must not have.
const SEGMENT: &AsciiSet = &PATH.add(b'/');

/// An event, as far as it is read. Whatever is missing or null is empty.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event {
    /// The route that API Gateway has matched and authorised.
    #[serde(deserialize_with = "nullish")]
    pub(crate) route_key: String,
    #[serde(deserialize_with = "nullish")]
    raw_path: String,
    #[serde(deserialize_with = "nullish")]
    raw_query_string: String,
    #[serde(deserialize_with = "nullish")]
    cookies: Vec<String>,
    #[serde(deserialize_with = "nullish")]
    headers: BTreeMap<String, Value>,
    #[serde(deserialize_with = "nullish")]
    path_parameters: BTreeMap<String, Value>,
    #[serde(deserialize_with = "nullish")]
    request_context: Context,
    #[serde(deserialize_with = "nullish")]
    body: String,
    #[serde(deserialize_with = "nullish")]
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    #[serde(deserialize_with = "nullish")]
    request_id: String,
    #[serde(deserialize_with = "nullish")]
    authorizer: Authorizer,
    #[serde(deserialize_with = "nullish")]
    http: Http,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Http {
    #[serde(deserialize_with = "nullish")]
    method: String,
    #[serde(deserialize_with = "nullish")]
    source_ip: String,
}

/// What an authorizer has said: ours, or API Gateway's own for tokens of the partner's issuer (`JwtIssuer`), which lets nothing else pass.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Authorizer {
    #[serde(deserialize_with = "nullish")]
    lambda: Map<String, Value>,
    #[serde(deserialize_with = "nullish")]
    jwt: Jwt,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Jwt {
    #[serde(deserialize_with = "nullish")]
    claims: Map<String, Value>,
}

impl Authorizer {
    fn owner(&self) -> Option<ApiOwner> {
        let ours = self.lambda.get("owner").and_then(Value::as_str).filter(|owner| !owner.is_empty());
        let theirs =
            || (!self.jwt.claims.is_empty()).then(|| self.jwt.claims.get("sub").and_then(Value::as_str).unwrap_or(""));
        ours.or_else(theirs).map(|owner| ApiOwner(owner.to_owned()))
    }
}

fn nullish<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Event {
    /// The request as it was sent, for what has no template.
    pub(crate) fn into_sent(self) -> Request<Body> {
        let method = Method::from_bytes(self.request_context.http.method.as_bytes()).unwrap_or_default();
        let decoded: Vec<u8> = percent_decode_str(&self.raw_path).collect();
        let path = format!("/{}", percent_encode(&decoded, PATH));
        self.into_request(method, &path.replacen("//", "/", 1))
    }

    /// The path of a route: its template with the event's parameters in it, so that no router can read another route out of it. `None` if the event
    /// has nothing of that template.
    ///
    /// The parameters are those of `rawPath` if it is such a path; else API Gateway's own, for a path with encoded slashes, or one below a stage or
    /// the base path of a custom domain.
    pub(crate) fn path_on(&self, template: &str) -> Option<String> {
        let names: Vec<_> = template.split('/').skip(1).collect();
        let sent: Vec<_> = self.raw_path.split('/').filter(|segment| !segment.is_empty()).collect();
        let matched = |sent: &[&str]| {
            let fits = sent.len() == names.len()
                && names.iter().zip(sent).all(|(name, segment)| {
                    parameter(name).is_some() || percent_decode_str(segment).eq(name.as_bytes().iter().copied())
                });
            fits.then(|| sent.iter().map(|segment| (*segment).to_owned()).collect::<Vec<_>>())
        };
        let told = || {
            let segments = names.iter().map(|name| match parameter(name) {
                Some(parameter) => self.path_parameters.get(parameter).and_then(Value::as_str),
                None => Some(*name),
            });
            let has_parameters = names.iter().any(|name| parameter(name).is_some());
            has_parameters
                .then(|| segments.map(|segment| segment.map(ToOwned::to_owned)).collect::<Option<Vec<_>>>())?
        };
        let below = || matched(sent.get(sent.len().checked_sub(names.len())?..)?);
        let segments = matched(&sent).or_else(told).or_else(below)?;
        Some(segments.iter().fold(String::new(), |path, segment| {
            // Whether or not it has been decoded already: once more changes nothing that an id or a name may have in it.
            let decoded: Vec<u8> = percent_decode_str(segment).collect();
            path + "/" + &percent_encode(&decoded, SEGMENT).to_string()
        }))
    }

    /// The request to a path.
    pub(crate) fn into_request(self, method: Method, path: &str) -> Request<Body> {
        let query = percent_encode(self.raw_query_string.as_bytes(), QUERY).to_string();
        let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        // Only one of more than 64 KiB is none; API Gateway lets 10 KiB through.
        let uri = Uri::try_from(uri).or_else(|_| Uri::try_from(path)).unwrap_or_default();
        let decoded = if self.is_base64_encoded { STANDARD.decode(&self.body).ok() } else { None };
        let body = decoded.unwrap_or_else(|| self.body.into_bytes());
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers(&self.headers, &self.cookies);
        let extensions = request.extensions_mut();
        let Context { request_id, authorizer, http } = self.request_context;
        if !request_id.is_empty() {
            extensions.insert(GatewayRequestId(request_id));
        }
        if let Ok(address) = http.source_ip.parse() {
            extensions.insert(CallerAddress(address));
        }
        if let Some(owner) = authorizer.owner() {
            extensions.insert(owner);
        }
        request
    }
}

/// The name in `{name}`.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn headers(sent: &BTreeMap<String, Value>, cookies: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        let value = value.as_str().map(|value| HeaderValue::from_bytes(value.as_bytes()));
        if let (Ok(name), Some(Ok(value))) = (HeaderName::try_from(name), value) {
            headers.insert(name, value);
        }
    }
    if !cookies.is_empty() {
        headers.remove(COOKIE);
    }
    // One line each: what one has in it does not keep the others from being read.
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_bytes(cookie.as_bytes()) {
            headers.append(COOKIE, cookie);
        }
    }
    headers
}
