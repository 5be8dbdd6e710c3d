//! The second Leaf's users.

use axum::Json;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use reqwest::StatusCode;
use serde_json::{Map, Value};

use super::account::{page, refuse};
use super::{Records, Shared};

type Pairs = Vec<(String, String)>;

pub(super) async fn list(
    State(records): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Pairs>,
) -> Response {
    let wanted =
        |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let records = records.lock().expect("nobody panicked");
    let mut found: Vec<Value> = records
        .users
        .iter()
        .filter(|user| {
            ["name", "email", "externalId"].iter().all(|name| {
                wanted(name).is_none_or(|value| user.get(*name).is_some_and(|known| known == value))
            })
        })
        .map(|user| user.clone().into())
        .collect();
    if let Some((field, direction)) =
        wanted("sort").map(|sort| sort.split_once(',').unwrap_or((sort, "asc")))
    {
        found.sort_by_key(|user| user[field].to_string());
        if direction == "desc" {
            found.reverse();
        }
    }
    page(&uri, &query, found)
}

pub(super) async fn read(State(records): State<Shared>, Path(id): Path<String>) -> Response {
    let records = records.lock().expect("nobody panicked");
    records
        .users
        .iter()
        .find(|user| user["id"] == id)
        .map_or_else(nobody, |user| Json(user).into_response())
}

pub(super) async fn create(
    State(records): State<Shared>,
    Json(body): Json<Map<String, Value>>,
) -> Response {
    let mut records = records.lock().expect("nobody panicked");
    if body.get("name").is_none_or(|name| name == "") {
        let fields = serde_json::json!([
            { "objectName": "leafUser", "field": "name", "message": "NotNull" },
        ]);
        return refuse(400, "error.validation", fields);
    }
    let mut user = bound(&mut records, body);
    user.insert("id".to_owned(), uuid::Uuid::new_v4().to_string().into());
    records.users.push(user.clone());
    (StatusCode::CREATED, Json(user)).into_response()
}

/// "Edits an existing Leaf User by submitting a new one."
pub(super) async fn replace(
    State(records): State<Shared>,
    Json(body): Json<Map<String, Value>>,
) -> Response {
    let mut records = records.lock().expect("nobody panicked");
    let new = bound(&mut records, body);
    let Some(old) = records.users.iter_mut().find(|user| user["id"] == new["id"]) else {
        return nobody();
    };
    old.clone_from(&new);
    Json(new).into_response()
}

/// "Partially update a Leaf user."
pub(super) async fn merge(
    State(records): State<Shared>,
    Path(id): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> Response {
    let mut records = records.lock().expect("nobody panicked");
    let changes = bound(&mut records, body);
    let Some(user) = records.users.iter_mut().find(|user| user["id"] == id) else {
        return nobody();
    };
    user.extend(changes);
    Json(user.clone()).into_response()
}

pub(super) async fn remove(State(records): State<Shared>, Path(id): Path<String>) -> Response {
    let mut records = records.lock().expect("nobody panicked");
    let before = records.users.len();
    records.users.retain(|user| user["id"] != id);
    if records.users.len() == before { nobody() } else { StatusCode::NO_CONTENT.into_response() }
}

/// "For storing the credentials or updating them, include an entry": `{"id"}` of one that exists.
fn bound(records: &mut Records, mut user: Map<String, Value>) -> Map<String, Value> {
    for (_, credential) in user.iter_mut().filter(|(name, _)| name.ends_with("Credentials")) {
        let id = credential["id"].as_str().unwrap_or_default();
        *credential =
            records.credentials.get(id).cloned().unwrap_or_else(|| panic!("{id} is no credential"));
    }
    user
}

fn nobody() -> Response {
    refuse(404, "leafUserNotFound", Value::Null)
}
