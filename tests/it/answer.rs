//! What the API answered, whole: status, headers and body, with the assertions that hold for every
//! answer.

use reqwest::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::world::World;

#[derive(Debug)]
pub(crate) struct Answer {
    /// Method and path of the request.
    pub(crate) asked: (Method, String),
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Sends a request. Every answer has a request id and is neither cached nor sniffed.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let (http, request) = request.build_split();
        let request = request.expect("a request");
        let asked = (request.method().clone(), request.url().path().to_owned());
        let answer = http.execute(request).await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let answer = Self { asked, status, headers, text: answer.text().await.expect("a body") };
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 16), "{answer:?}");
        assert_eq!(answer.header(X_CONTENT_TYPE_OPTIONS.as_str()), Some("nosniff"), "{answer:?}");
        assert_eq!(
            answer.header(STRICT_TRANSPORT_SECURITY.as_str()),
            Some("max-age=31536000"),
            "{answer:?}"
        );
        assert_eq!(answer.header(CACHE_CONTROL.as_str()), Some("no-store"), "{answer:?}");
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header(CONTENT_TYPE.as_str()), Some("application/json"), "{self:?}");
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// It is done and there is nothing to say.
    #[track_caller]
    pub(crate) fn no_content(&self) {
        assert_eq!((self.status, &*self.text), (204, ""), "{self:?}");
    }

    /// The problem document of a refusal: RFC 9457's fields with JHipster's, and no others.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, error_key: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header(CONTENT_TYPE.as_str()),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(
            self.header(WWW_AUTHENTICATE.as_str()),
            (status == 401).then_some("Bearer"),
            "{self:?}"
        );
        let problem: Value = serde_json::from_str(&self.text).expect("JSON");
        assert_eq!(problem["errorKey"], error_key, "{self:?}");
        assert_eq!(problem["status"], status, "{self:?}");
        assert_eq!(problem["path"], *self.asked.1, "{self:?}");
        assert_eq!(
            problem["type"],
            format!("urn:panorama-connect:problem:{error_key}"),
            "{self:?}"
        );
        for name in ["title", "detail", "message"] {
            assert!(
                problem[name].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: {self:?}"
            );
        }
        let mut fields = fields_of(&problem);
        fields.retain(|name| name != "fieldErrors");
        assert_eq!(
            fields,
            ["detail", "errorKey", "message", "path", "status", "title", "type"],
            "{self:?}"
        );
        problem
    }

    /// The problem document of a refusal because of these fields, in this order; the first gives
    /// the `errorKey`.
    #[track_caller]
    pub(crate) fn problem_of(&self, status: u16, error_key: &str, fields: &[&str]) -> Value {
        let problem = self.problem(status, error_key);
        let errors = problem["fieldErrors"].as_array().cloned().unwrap_or_default();
        let named: Vec<_> =
            errors.iter().map(|error| error["field"].as_str().expect("a name")).collect();
        assert_eq!(named, fields, "{self:?}");
        for error in &errors {
            assert_eq!(fields_of(error), ["errorKey", "field", "message"], "{self:?}");
        }
        if let Some(first) = errors.first() {
            assert_eq!(first["errorKey"], error_key, "{self:?}");
        }
        problem
    }

    /// None of these texts is anywhere in the body.
    #[track_caller]
    pub(crate) fn says_nothing_of<'a>(&self, texts: impl IntoIterator<Item = &'a str>) {
        for text in texts {
            assert!(!self.text.contains(text), "{text:?} is in {self:?}");
        }
    }
}

/// The names of an object's fields, sorted.
#[track_caller]
pub(crate) fn fields_of(value: &Value) -> Vec<String> {
    let mut names: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
    names.sort();
    names
}

/// Whether a JSON text is a time in Leaf's form, `yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'`.
#[track_caller]
pub(crate) fn assert_leaf_time(value: &Value) {
    let text = value.as_str().expect("a text");
    let form: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000000Z", "{text}");
}

impl World {
    /// The owner asks.
    pub(crate) async fn ask(&self, method: Method, path: &str) -> Answer {
        Answer::of(self.owner(method, path)).await
    }

    /// The owner asks with a JSON body.
    pub(crate) async fn ask_with(&self, method: Method, path: &str, body: &Value) -> Answer {
        Answer::of(self.owner(method, path).json(body)).await
    }
}
