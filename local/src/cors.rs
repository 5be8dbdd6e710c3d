//! CORS, as API Gateway does it in AWS: browser applications of these origins may call the API.
//! What they may do is what the template says.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::{Host, Url};

/// The methods that they may use: the template's `AllowMethods`, like the three below.
pub const METHODS: &str = "GET,POST,PUT,PATCH,DELETE";
/// The request headers that they may send.
pub const HEADERS: &str = "authorization,content-type,x-api-key";
/// The headers of an answer that they may read.
pub const EXPOSED: &str = "link,location,retry-after,x-request-id,x-total-count";
/// For how many seconds a browser remembers all that.
pub const MAX_AGE: &str = "3600";

/// The origins whose pages may call the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origins {
    /// Whatever is served on this computer.
    #[default]
    ThisComputers,
    /// These, each as a browser writes it, such as `https://app.prairie-insights.example`; `*` is
    /// all.
    These(Vec<String>),
}

impl Origins {
    fn have(&self, origin: &str) -> bool {
        match self {
            Self::ThisComputers => Url::parse(origin).is_ok_and(|url| match url.host() {
                Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            }),
            Self::These(origins) => origins.iter().any(|known| known == origin || known == "*"),
        }
    }
}

/// An origin as a browser writes it, from what somebody has written.
///
/// # Errors
/// It is none, with the reason.
pub fn origin(text: &str) -> Result<String, &'static str> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    let url = Url::parse(text)
        .map_err(|_| "an origin is a scheme and a host, such as https://app.example")?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("an origin ends after its host or port");
    }
    let origin = url.origin();
    if origin.is_tuple() {
        Ok(origin.ascii_serialization())
    } else {
        Err("an origin begins with http:// or https://")
    }
}

/// Puts it around the API.
pub(crate) fn around(api: Router, origins: Origins) -> Router {
    api.layer(from_fn_with_state(Arc::new(origins), cors))
}

async fn cors(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let allowed = origin.to_str().is_ok_and(|origin| origins.have(origin));
    // A browser's question, and no request: API Gateway answers it, and no function is called.
    let asks_first = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if asks_first { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        allow(headers, asks_first);
    }
    response
}

fn allow(headers: &mut HeaderMap, asks_first: bool) {
    let said = if asks_first {
        &[
            (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
            (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        ][..]
    } else {
        &[(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)][..]
    };
    for (name, value) in said {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
