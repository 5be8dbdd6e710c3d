//! The API's contract, path by path: one file per resource, named as in the URLs.

mod app_keys;
mod authenticate;
mod bodies;
mod connections;
mod events;
mod listing;
mod one_click_integration;
mod panorama_credentials;
mod resources;
mod sign_ins;
mod unknown_routes;
mod users;

use serde_json::{Value, json};

use crate::world::MANAGEMENT;

/// A Leaf user that nobody has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What is in a segment of a path in the place of a UUID, and the `errorKey` that it is refused
/// with.
const NO_UUIDS: [(&str, &str); 7] = [
    ("1", "malformedField"),
    ("not-a-uuid", "malformedField"),
    ("5f0c2b1e8d3a4a769c541e7f3b9a6d20", "malformedField"),
    ("%7B5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20%7D", "malformedField"),
    ("5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d2g", "malformedField"),
    ("%20", "emptyField"),
    ("%FF%FE", "malformedField"),
];

/// Values of every JSON type but text.
fn not_texts() -> [Value; 6] {
    [json!(true), json!(false), json!(0), json!(1.5), json!([]), json!({})]
}

/// A path of a Leaf user.
fn user_path(user: &str, rest: &str) -> String {
    format!("{MANAGEMENT}/users/{user}{rest}")
}

/// `base` with one field set; null takes it away.
fn with(base: &Value, field: &str, value: Value) -> Value {
    let mut body = base.clone();
    if value.is_null() {
        body.as_object_mut().expect("an object").remove(field);
    } else {
        body[field] = value;
    }
    body
}

/// A path with a query.
fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}
