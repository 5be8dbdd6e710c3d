//! What a function answers API Gateway: payload format 2.0.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use http::header::SET_COOKIE;
use serde::Serialize;

/// The most that Lambda takes (6 MB): more could not be answered anyway.
const MOST: usize = 6 * 1024 * 1024;

/// An answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The status.
    pub status_code: u16,
    /// One value for each name; several are joined by commas.
    pub headers: BTreeMap<String, String>,
    /// The values of `Set-Cookie`, which cannot be joined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// The body; in base64 if it is no text.
    pub body: String,
    /// Whether it is in base64.
    pub is_base64_encoded: bool,
}

impl Answer {
    pub(crate) async fn of(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for name in head.headers.keys().filter(|name| *name != SET_COOKIE) {
            let values: Vec<_> = head.headers.get_all(name).iter().map(text).collect();
            headers.insert(name.to_string(), values.join(", "));
        }
        let cookies = head.headers.get_all(SET_COOKIE).iter().map(text).collect();
        let body = to_bytes(body, MOST).await.unwrap_or_else(|error| {
            // Our own bodies are in memory and small.
            tracing::error!(%error, "an answer has no body that could be sent");
            axum::body::Bytes::new()
        });
        let (body, is_base64_encoded) = match String::from_utf8(body.into()) {
            Ok(text) => (text, false),
            Err(bytes) => (STANDARD.encode(bytes.into_bytes()), true),
        };
        Self { status_code: head.status.as_u16(), headers, cookies, body, is_base64_encoded }
    }
}
