//! `/components/links`, `/components/connection`: what a page of the partner's asks for the farmer
//! that is signed in there. It shows an API key of that Leaf user, and a browser says whose page it
//! is.

use application::use_cases::api_keys::{
    Connection, KeyRefused, accept_api_key, connection_of, link_for_page,
};
use application::use_cases::make_magic_link::{MadeLink, MakeLinkError};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::api_key::{ApiKey, WholeKey};
use domain::timestamp::Timestamp;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, ORIGIN};
use serde::Serialize;
use serde_json::json;
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::error_key::ErrorKey;
use web::problem::Problem;

/// The link, whose page the browser opens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    link: String,
    expires_at: Timestamp,
}

pub(crate) async fn link(
    State(service): State<Service>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (key, origin) = accepted(&service, &headers).await?;
    let (user, id) = (key.leaf_user_id, key.id);
    let made = link_for_page(&service.ports, &*service.records, key, &origin).await;
    let MadeLink { link, address } = made.map_err(|error| match error {
        // Its Leaf user was deleted, and the key with it.
        MakeLinkError::NoSuchUser => invalid(),
        MakeLinkError::NothingToReconnect
        | MakeLinkError::UnknownAppKey
        | MakeLinkError::AppKeyNotNamed(_) => Problem::new(
            ErrorKey::ApiKeyWithoutAppKey,
            format!(
                "No single app key fits this API key. Make another key with POST \
                 {USER_MANAGEMENT}/api-keys that says `appName` and `clientEnvironment`."
            ),
        ),
        MakeLinkError::Failure(failure) => failure.into(),
    })?;
    tracing::info!(leaf_user_id = %user, api_key = %id, "made a magic link for a page");
    let link = Link {
        link: service.settings.public_url(&["magic-link", &address.expose()]).into(),
        expires_at: link.expires_at,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(link)).into_response())
}

pub(crate) async fn connection(
    State(service): State<Service>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (key, _) = accepted(&service, &headers).await?;
    let user = key.leaf_user_id;
    let found = connection_of(&service.ports, &*service.records, &service.app_keys, user).await?;
    let status = match found.ok_or_else(invalid)? {
        Connection::Credential(status) => json!(status),
        Connection::Pending => json!("PENDING"),
        Connection::None => json!("NOT_CONNECTED"),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({ "status": status }))).into_response())
}

/// The key that was sent, and the origin that sent it.
async fn accepted(service: &Service, headers: &HeaderMap) -> Result<(ApiKey, String), Problem> {
    let shown = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    let shown: WholeKey = shown.and_then(|text| text.parse().ok()).ok_or_else(invalid)?;
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    let accepted = accept_api_key(&service.ports, &shown, origin).await;
    let key = accepted.map_err(|refused| match refused {
        KeyRefused::Invalid => invalid(),
        KeyRefused::OtherOrigin => Problem::new(
            ErrorKey::OriginNotAllowed,
            "The header `Origin`, which browsers send, must be one of the key's `origins`, letter \
             for letter.",
        ),
        KeyRefused::Store(error) => error.into(),
    })?;
    Ok((key, origin.unwrap_or_default().to_owned()))
}

fn invalid() -> Problem {
    Problem::new(
        ErrorKey::InvalidApiKey,
        format!(
            "Send an API key of the Leaf user in the header `X-Api-Key`. This one is missing or \
             unknown, or it has expired or was revoked; make another with POST \
             {USER_MANAGEMENT}/api-keys."
        ),
    )
}
