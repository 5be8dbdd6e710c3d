//! What else the second Leaf has: sign-in, Panorama's credentials, summaries, webhooks, pages.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Path, Query, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::Uri;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, LINK};
use serde_json::{Value, json};

use super::{PLANTED, Shared};

pub(super) const TOKEN: &str = "a-token-of-the-peers";

type Pairs = Vec<(String, String)>;

pub(super) async fn sign_in(Json(body): Json<Value>) -> Response {
    let account = local::seed::LEAF_ACCOUNT;
    let expected =
        json!({ "username": account.username, "password": account.password, "rememberMe": "true" });
    if body == expected {
        Json(json!({ "id_token": TOKEN })).into_response()
    } else {
        refuse(401, "unauthorized", Value::Null)
    }
}

/// Notes the request, and asks for the token.
pub(super) async fn guard(State(records): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    let sent = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let refusal = {
        let mut records = records.lock().expect("nobody panicked");
        records.asked.push((parts.method.to_string(), parts.uri.to_string(), sent));
        records.refusal.take()
    };
    if parts.headers.get(AUTHORIZATION).is_none_or(|value| value != &format!("Bearer {TOKEN}")) {
        return refuse(401, "unauthorized", Value::Null);
    }
    match refusal {
        Some((status, body)) => {
            (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
        }
        None => next.run(Request::from_parts(parts, Body::from(bytes))).await,
    }
}

/// A JHipster problem, whose words quote more than they should.
pub(super) fn refuse(status: u16, error_key: &str, field_errors: Value) -> Response {
    let body = json!({
        "type": "https://www.jhipster.tech/problem/problem-with-message", "title": "Refused",
        "status": status,
        "path": "/api", "message": format!("{PLANTED} was not accepted"), "errorKey": error_key,
        "fieldErrors": field_errors,
    });
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// "`page` from 0, `size` 20, at most 100; `X-Total-Count`, and `Link`."
pub(super) fn page(uri: &Uri, query: &Pairs, list: Vec<Value>) -> Response {
    let number = |name: &str, default: usize| {
        let text = query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        text.map_or(default, |text| text.parse().expect("a number"))
    };
    let (page, size, total) = (number("page", 0), number("size", 20).min(100), list.len());
    let link = format!("<http://leaf.example{}?page=0&size={size}>; rel=\"first\"", uri.path());
    let shown: Vec<_> = list.into_iter().skip(page * size).take(size).collect();
    ([("x-total-count", total.to_string()), (LINK.as_str(), link)], Json(shown)).into_response()
}

pub(super) async fn begin(
    State(_): State<Shared>,
    Path(_): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    let id = body["sharingUrlId"].as_str().expect("a sharingUrlId");
    Json(json!({ "signInUrl": format!("https://bananorama.com/connections/{id}") })).into_response()
}

pub(super) async fn credential(State(records): State<Shared>, Path(id): Path<String>) -> Response {
    let records = records.lock().expect("nobody panicked");
    let credential = records.panorama.get(&id);
    credential.map_or_else(
        || refuse(404, "credentialsNotFound", Value::Null),
        |known| Json(known).into_response(),
    )
}

pub(super) async fn create(
    State(records): State<Shared>,
    Path(user): Path<String>,
    Json(mut body): Json<Value>,
) -> Response {
    for (name, value) in [("id", uuid::Uuid::new_v4().to_string()), ("status", "ACTIVE".to_owned())]
    {
        body[name] = value.into();
    }
    records.lock().expect("nobody panicked").panorama.insert(user, body.clone());
    (StatusCode::CREATED, Json(body)).into_response()
}

pub(super) async fn disconnect(
    State(records): State<Shared>,
    Path(id): Path<String>,
) -> StatusCode {
    let gone = records.lock().expect("nobody panicked").panorama.remove(&id);
    if gone.is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

pub(super) async fn events(
    State(records): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Pairs>,
) -> Response {
    let events = records.lock().expect("nobody panicked").events.get(&id).cloned();
    page(&uri, &query, events.unwrap_or_default())
}

pub(super) async fn resources(
    State(records): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Pairs>,
) -> Response {
    let wanted =
        |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut found = records.lock().expect("nobody panicked").summaries.clone();
    found.retain(|summary| {
        ["provider", "leafUserId"]
            .iter()
            .all(|name| wanted(name).is_none_or(|value| summary[*name] == value))
    });
    let (parts, body) = page(&uri, &query, found).into_parts();
    let shown: Value =
        serde_json::from_slice(&to_bytes(body, usize::MAX).await.expect("a body")).expect("JSON");
    let body = json!({ "message": "SUCCESS", "summaries": shown }).to_string();
    let mut response = ([(CONTENT_TYPE, "application/json")], body).into_response();
    let kept = parts.headers.into_iter().filter_map(|(name, value)| Some((name?, value)));
    response
        .headers_mut()
        .extend(kept.filter(|(name, _)| *name == LINK || name == "x-total-count"));
    response
}

pub(super) async fn webhooks(State(records): State<Shared>) -> Json<Vec<Value>> {
    Json(records.lock().expect("nobody panicked").webhooks.clone())
}

pub(super) async fn register(
    State(records): State<Shared>,
    Json(mut webhook): Json<Value>,
) -> Response {
    webhook["id"] = uuid::Uuid::new_v4().to_string().into();
    records.lock().expect("nobody panicked").webhooks.push(webhook.clone());
    (StatusCode::CREATED, Json(webhook)).into_response()
}

pub(super) async fn forget(State(records): State<Shared>, Path(id): Path<String>) -> StatusCode {
    records.lock().expect("nobody panicked").webhooks.retain(|webhook| webhook["id"] != id);
    StatusCode::NO_CONTENT
}
