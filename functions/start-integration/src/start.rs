//! `POST …/users/{leafUserId}/one-click-integration/Panorama`.

use application::use_cases::resolve_app_key::{AppKeyHint, ResolveError};
use application::use_cases::start_integration::{StartError, StartRequest, start_integration};
use axum::Json;
use axum::extract::{Request, State};
use domain::client_environment::{ByEnvironment, ClientEnvironment};
use domain::ids::{LeafUserId, SessionId, SessionReference, SharingUrlId};
use domain::partner::PartnerCredentials;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::parameters::{Segments, provider, segment};
use web::problem::Problem;
use web::refusals::{concurrent_change, no_such_user, operation_withdrawn, unresolved};

/// The contract's answer is `signInUrl`; the rest is ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    sign_in_url: String,
    session_id: SessionId,
    /// What the return URL names the session by.
    reference: SessionReference,
    expires_at: Timestamp,
    status: &'static str,
}

pub(crate) async fn start(
    State(service): State<Service>,
    Segments((user, of)): Segments<(String, String)>,
    request: Request,
) -> Result<Json<Answer>, Problem> {
    provider(&of)?;
    let user = segment("leafUserId", &user)?;
    let request = read(user, &service.settings.sharing_url_ids, request).await?;
    let environment = request.app_key.environment;
    let started = start_integration(&service.ports, &*service.records, &service.app_keys, &request)
        .await
        .map_err(|error| refused(error, user, environment))?;
    let session = started.session;
    let sign_in_url = if session.organization_code.is_some() {
        // As Leaf answers; the code is the proof.
        started.upstream_url
    } else {
        service.settings.public_url(&["connect", &session.id.to_string()])
    };
    tracing::info!(
        leaf_user_id = %user, app_key = %session.app_key,
        with_code = session.organization_code.is_some(), "started"
    );
    Ok(Json(Answer {
        sign_in_url: sign_in_url.into(),
        session_id: session.id,
        reference: session.id.reference(),
        expires_at: session.expires_at,
        status: if started.connected { "ACTIVE" } else { "PENDING" },
    }))
}

async fn read(
    user: LeafUserId,
    defaults: &ByEnvironment<Option<SharingUrlId>>,
    request: Request,
) -> Result<StartRequest, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let environment = fields.required::<ClientEnvironment>("clientEnvironment");
    let app_name = fields.optional("appName");
    let sharing_url_id = fields.optional("sharingUrlId");
    let organization_code = fields.optional("organizationCode");
    let confirm_account = !fields.has("confirmAccount") || fields.flag("confirmAccount");
    let inline = ["clientId", "username", "password"];
    let credentials = if inline.iter().any(|name| fields.has(name)) {
        let client_id = fields.required("clientId");
        let username = fields.required("username");
        let password = fields.required("password");
        match (client_id, username, password) {
            (Some(client_id), Some(username), Some(password)) => {
                Some(PartnerCredentials { client_id, username, password })
            }
            _ => None,
        }
    } else {
        if !fields.has("appName") {
            for name in inline {
                fields.refuse(
                    name,
                    ErrorKey::MissingField,
                    "is required, unless `appName` names a registered app key",
                );
            }
        }
        None
    };
    fields.finish()?;
    let Some(environment) = environment else { unreachable!("clientEnvironment was required") };
    let app_key = AppKeyHint {
        environment,
        app_name,
        sharing_url_id,
        default_sharing_url_id: *defaults.of(environment),
        credentials,
        may_register: true,
    };
    Ok(StartRequest { leaf_user_id: user, organization_code, app_key, confirm_account, tap: None })
}

fn refused(error: StartError, user: LeafUserId, environment: ClientEnvironment) -> Problem {
    match error {
        StartError::NoSuchUser | StartError::AppKey(ResolveError::NoSuchUser) => no_such_user(user),
        // No partner's start taps a link.
        StartError::Conflict | StartError::LinkSpent | StartError::SessionChanged => {
            concurrent_change()
        }
        StartError::Failure(failure) => failure.into(),
        StartError::OperationOwned => Problem::of_field(
            ErrorKey::OperationOwned,
            "organizationCode",
            "belongs to an operation that is connected to another Leaf user; use that Leaf user, \
             or disconnect the operation there first",
        ),
        StartError::OperationWithdrawn => operation_withdrawn(),
        StartError::AppKey(error) => unresolved(error, environment),
    }
}
