//! Problem documents: RFC 9457, with JHipster's `path`, `message`, `errorKey` and `fieldErrors`.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::error_key::ErrorKey;

/// Why a request was refused.
///
/// As a response it is completed by [`super::envelope`], which knows the path.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The cause, for programs.
    pub key: ErrorKey,
    /// What happened and what to do next, for people.
    pub detail: String,
    /// The fields that it is about.
    pub fields: Vec<FieldError>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The field's or parameter's name.
    pub field: String,
    /// Its own `errorKey`.
    pub error_key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    path: &'a str,
    message: &'a str,
    error_key: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    field_errors: &'a [FieldError],
}

impl Problem {
    /// A problem with its sentence.
    pub fn new(key: ErrorKey, detail: impl Into<String>) -> Self {
        Self { key, detail: detail.into(), fields: Vec::new(), retry_after: None }
    }

    /// A problem with one field: "`field` message".
    pub fn of_field(key: ErrorKey, field: &str, message: &str) -> Self {
        let error = FieldError {
            field: field.to_owned(),
            error_key: key.as_str(),
            message: message.to_owned(),
        };
        Self { fields: vec![error], ..Self::new(key, format!("`{field}` {message}.")) }
    }

    /// The service cannot work now.
    pub fn storage_unavailable() -> Self {
        let detail = "The service cannot reach its own storage at the moment. Nothing was changed; \
                      try again.";
        Self::new(ErrorKey::StorageUnavailable, detail).retry_after(5)
    }

    /// The same, with a time after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The whole response.
    pub(super) fn render(&self, path: &str) -> Response {
        let document = Document {
            r#type: format!("urn:panorama-connect:problem:{}", self.key.as_str()),
            title: self.key.title(),
            status: self.key.status().as_u16(),
            detail: &self.detail,
            path,
            message: &self.detail,
            error_key: self.key.as_str(),
            field_errors: &self.fields,
        };
        let body = serde_json::to_string(&document).expect("texts and numbers can be written");
        let mut response = (self.key.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.key.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.key.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
