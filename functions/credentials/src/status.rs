//! `GET` and `DELETE …/users/{leafUserId}/panorama-credentials`.

use application::use_cases::credential_status::{
    CredentialStatusView, NoCredential, credential_status,
};
use application::use_cases::disconnect::{Scope, disconnect};
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Response};
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::ids::{CredentialId, LeafUserId, SessionId};
use domain::session::Rejection;
use domain::timestamp::Timestamp;
use http::StatusCode;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::listing::{data_deletion_path, gone_with_its_data};
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::refusals::{no_such_user, not_disconnected, until_switched_off, with_its_data};

/// What the contract shows. `accessToken`, `refreshToken` and `password`, which Leaf returns, are
/// not for anybody's eyes.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Resource {
    #[serde(rename_all = "camelCase")]
    Credential {
        id: CredentialId,
        status: CredentialStatus,
        created_time: Timestamp,
        client_id: Option<String>,
        username: Option<String>,
        organization_code: String,
        client_environment: ClientEnvironment,
        /// When Panorama was last asked whether it is so.
        checked_at: Option<Timestamp>,
        /// When Panorama's listing of the operation was last followed.
        last_synced_at: Option<Timestamp>,
        /// When a file's bytes were stored last.
        last_data_at: Option<Timestamp>,
        /// How many files are listed and not stored yet.
        files_pending: Option<u64>,
    },
    #[serde(rename_all = "camelCase")]
    Pending {
        status: &'static str,
        session_id: SessionId,
        created_time: Timestamp,
        expires_at: Timestamp,
        organization_code: Option<String>,
        client_environment: ClientEnvironment,
    },
}

pub(crate) async fn read(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<Resource>, Problem> {
    let id = segment("leafUserId", &id)?;
    if Query::of(&uri).flag("verify")? {
        service.records.refresh_status(id).await?;
    }
    Ok(Json(resource(&service, id).await?))
}

/// What a Leaf user has, as the contract shows it.
pub(crate) async fn resource(service: &Service, id: LeafUserId) -> Result<Resource, Problem> {
    let view = credential_status(&service.ports, &*service.records, &service.app_keys, id).await?;
    match view {
        CredentialStatusView::Credential { credential, login, checked_at, freshness } => {
            let (client_id, username) = login.unzip();
            Ok(Resource::Credential {
                id: credential.id,
                status: credential.status,
                created_time: credential.created_at,
                client_id: client_id.map(|id| id.expose().to_owned()),
                username: username.map(|username| username.expose().to_owned()),
                organization_code: credential.organization_code.expose().to_owned(),
                client_environment: credential.app_key.environment,
                checked_at,
                last_synced_at: freshness.last_synced_at,
                last_data_at: freshness.last_data_at,
                files_pending: freshness.files_pending,
            })
        }
        CredentialStatusView::Pending(session) => Ok(Resource::Pending {
            status: "PENDING",
            session_id: session.id,
            created_time: session.started_at,
            expires_at: session.expires_at,
            organization_code: session
                .organization_code
                .as_ref()
                .map(|code| code.expose().to_owned()),
            client_environment: session.app_key.environment,
        }),
        CredentialStatusView::None(why) => Err(absent(why, id)),
    }
}

pub(crate) async fn remove(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let id = segment("leafUserId", &id)?;
    let (again, scope) = (until_switched_off(&uri)?, with_its_data(&uri)?);
    disconnect(&service.ports, &*service.records, id, scope, again)
        .await
        .map_err(|error| not_disconnected(error, id))?;
    Ok(match scope {
        Scope::Connection => StatusCode::NO_CONTENT.into_response(),
        Scope::ConnectionAndData | Scope::LeafUser => {
            gone_with_its_data(&service.settings.public_url_of(&data_deletion_path(id)))
        }
    })
}

fn absent(why: NoCredential, id: LeafUserId) -> Problem {
    let start = "Start one with POST /users/{leafUserId}/one-click-integration/Panorama.";
    match why {
        NoCredential::NoSuchUser => no_such_user(id),
        NoCredential::NotStarted => Problem::new(
            ErrorKey::IntegrationNotStarted,
            format!("No Panorama integration was started for this Leaf user. {start}"),
        ),
        NoCredential::Expired => Problem::new(
            ErrorKey::SessionExpired,
            format!(
                "The farmer did not confirm within 15 minutes, and nothing was connected. {start}"
            ),
        ),
        NoCredential::Rejected(Rejection::OperationOwned) => Problem::new(
            ErrorKey::SessionOperationOwned,
            format!(
                "The operation that the farmer confirmed is connected to another Leaf user. Use \
                 that one, or disconnect the operation there first. {start}"
            ),
        ),
        NoCredential::Rejected(Rejection::TooManyOperations) => Problem::new(
            ErrorKey::SessionTooManyOperations,
            format!(
                "More than five different operations were tried in the farmer's session, so it \
                 was closed. {start}"
            ),
        ),
    }
}
