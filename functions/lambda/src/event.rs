//! What API Gateway hands over for an HTTP request: payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
//!
//! Strangers choose much of what is in it, and API Gateway has decoded `rawPath` by then. So
//! nothing in here fails, whatever is in an event: what cannot be in a request is left out or
//! percent-encoded, and only then is it `lambda_http`'s.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{COOKIE, HOST};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri};
use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use web::api_owner::ApiOwner;
use web::caller::CallerAddress;
use web::envelope::GatewayRequestId;
use web::front::Front;

/// What a query must not have as it is.
const QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');
/// What a path must not have as it is.
const PATH: &AsciiSet =
    &QUERY.add(b'?').add(b'%').add(b'\\').add(b'^').add(b'[').add(b']').add(b'|');
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

/// What an authorizer has said: ours, or API Gateway's own for tokens of the partner's issuer
/// (`JwtIssuer`), which lets nothing else pass.
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
        let ours =
            self.lambda.get("owner").and_then(Value::as_str).filter(|owner| !owner.is_empty());
        let theirs = || {
            (!self.jwt.claims.is_empty())
                .then(|| self.jwt.claims.get("sub").and_then(Value::as_str).unwrap_or(""))
        };
        ours.or_else(theirs).map(|owner| ApiOwner(owner.to_owned()))
    }
}

fn nullish<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Event {
    /// The method and the path that were sent, for what has no template.
    pub(crate) fn sent(&self) -> (Method, String) {
        let method =
            Method::from_bytes(self.request_context.http.method.as_bytes()).unwrap_or_default();
        let decoded: Vec<u8> = percent_decode_str(&self.raw_path).collect();
        let path = format!("/{}", percent_encode(&decoded, PATH));
        (method, path.replacen("//", "/", 1))
    }

    /// The path of a route: its template with the event's parameters in it, so that no router can
    /// read another route out of it. `None` if the event has nothing of that template.
    ///
    /// The parameters are those of `rawPath` if it is such a path; else API Gateway's own, for a
    /// path with encoded slashes, or one below a stage or the base path of a custom domain.
    pub(crate) fn path_on(&self, template: &str) -> Option<String> {
        let names: Vec<_> = template.split('/').skip(1).collect();
        let sent: Vec<_> = self.raw_path.split('/').filter(|segment| !segment.is_empty()).collect();
        let matched = |sent: &[&str]| {
            let fits = sent.len() == names.len()
                && names.iter().zip(sent).all(|(name, segment)| {
                    parameter(name).is_some()
                        || percent_decode_str(segment).eq(name.as_bytes().iter().copied())
                });
            fits.then(|| sent.iter().map(|segment| (*segment).to_owned()).collect::<Vec<_>>())
        };
        let told = || {
            let segments = names.iter().map(|name| match parameter(name) {
                Some(parameter) => self.path_parameters.get(parameter).and_then(Value::as_str),
                None => Some(*name),
            });
            let has_parameters = names.iter().any(|name| parameter(name).is_some());
            has_parameters.then(|| {
                segments.map(|segment| segment.map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
            })?
        };
        let below = || matched(sent.get(sent.len().checked_sub(names.len())?..)?);
        let segments = matched(&sent).or_else(told).or_else(below)?;
        Some(segments.iter().fold(String::new(), |path, segment| {
            // Whether or not it has been decoded already: once more changes nothing that an id or a
            // name may have in it.
            let decoded: Vec<u8> = percent_decode_str(segment).collect();
            path + "/" + &percent_encode(&decoded, SEGMENT).to_string()
        }))
    }

    /// The event of a path, for `lambda_http`, which panics over what no address, header or body
    /// may have in it.
    pub(crate) fn safe(self, method: Method, path: &str, front: Option<&Front>) -> Safe {
        let query = percent_encode(self.raw_query_string.as_bytes(), QUERY).to_string();
        // Only one of more than 64 KiB is none; API Gateway lets 10 KiB through.
        let is_uri = |text: String| Uri::try_from(text).is_ok();
        let path = if is_uri(path.to_owned()) { path } else { "/" };
        let query = if is_uri(format!("{path}?{query}")) { query } else { String::new() };
        let headers = headers(&self.headers, &self.cookies);
        let Context { request_id, authorizer, http } = self.request_context;
        let mut extensions = Extensions::new();
        if !request_id.is_empty() {
            extensions.insert(GatewayRequestId(request_id));
        }
        if let Ok(peer) = http.source_ip.parse() {
            extensions.insert(match front {
                Some(_) => CallerAddress::behind_front(&headers, peer),
                None => CallerAddress(peer),
            });
        }
        if let Some(owner) = authorizer.owner() {
            extensions.insert(owner);
        }
        let mut event = ApiGatewayV2httpRequest::default();
        event.raw_path = Some(path.to_owned());
        event.raw_query_string = Some(query);
        event.headers = headers;
        event.request_context.http.method = method;
        event.is_base64_encoded = self.is_base64_encoded && STANDARD.decode(&self.body).is_ok();
        event.body = Some(self.body);
        Safe { event: LambdaRequest::ApiGatewayV2(event), extensions }
    }
}

/// An event that `lambda_http` makes a request of.
pub(crate) struct Safe {
    pub(crate) event: LambdaRequest,
    /// What API Gateway says of the request, for its extensions.
    pub(crate) extensions: Extensions,
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
    // The gateway has answered for the host; a request has no use for it, and `lambda_http` would
    // build its address with it.
    headers.remove(HOST);
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
