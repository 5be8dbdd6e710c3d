//! `POST …/users/{leafUserId}/panorama-credentials`: manual creation.

use application::ports::upstream::LoginRefusal;
use application::use_cases::create_credential::{CreateError, NewCredential, create_credential};
use axum::extract::{Request, State};
use axum::response::Response;
use domain::client_environment::ClientEnvironment;
use domain::ids::LeafUserId;
use domain::partner::PartnerCredentials;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::listing::created;
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::refusals::{
    concurrent_change, login_refused, no_such_user, operation_withdrawn, unresolved,
};

use crate::status::resource;

pub(crate) async fn create(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Response, Problem> {
    let id = segment("leafUserId", &id)?;
    let new = read(id, request).await?;
    let environment = new.environment;
    create_credential(&service.ports, &*service.records, &service.app_keys, &new)
        .await
        .map_err(|error| refused(error, id, environment))?;
    let segments =
        ["services", "usermanagement", "api", "users", &id.to_string(), "panorama-credentials"];
    Ok(created(&service.settings.public_url(&segments), resource(&service, id).await?))
}

async fn read(id: LeafUserId, request: Request) -> Result<NewCredential, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let client_id = fields.required("clientId");
    let username = fields.required("username");
    let password = fields.required("password");
    let organization_code = fields.required("organizationCode");
    let refresh_token = fields.required("refreshToken");
    let environment = fields.required("clientEnvironment");
    fields.finish()?;
    match (client_id, username, password, organization_code, refresh_token, environment) {
        (
            Some(client_id),
            Some(username),
            Some(password),
            Some(organization_code),
            Some(refresh_token),
            Some(environment),
        ) => {
            let credentials = PartnerCredentials { client_id, username, password };
            Ok(NewCredential {
                leaf_user_id: id,
                environment,
                credentials,
                refresh_token,
                organization_code,
            })
        }
        _ => unreachable!("all six were required"),
    }
}

fn refused(error: CreateError, id: LeafUserId, environment: ClientEnvironment) -> Problem {
    match error {
        CreateError::NoSuchUser => no_such_user(id),
        CreateError::Conflict => concurrent_change(),
        CreateError::Failure(failure) => failure.into(),
        CreateError::EnvironmentMismatch(elsewhere) => Problem::of_field(
            ErrorKey::EnvironmentMismatch,
            "clientEnvironment",
            &format!(
                "does not match: this `clientId` has an app key in {}, but none in \
                 {environment}; send the client id's own environment",
                ClientEnvironment::listed(elsewhere, "and")
            ),
        ),
        CreateError::AppKey(error) => unresolved(error, environment),
        CreateError::RefreshToken(LoginRefusal::BadPassword) => Problem::of_field(
            ErrorKey::RefreshTokenRefused,
            "refreshToken",
            "is expired, revoked, or of another client id; get a new one by logging in to \
             Panorama, or use the one-click integration, which needs none",
        ),
        CreateError::RefreshToken(refusal) => login_refused(&refusal, environment),
        CreateError::NotShared => Problem::of_field(
            ErrorKey::OrganizationNotShared,
            "organizationCode",
            &format!(
                "is not among the operations that share with you in {environment}; check the \
                 code, and whether the farmer has switched your connection on in Panorama"
            ),
        ),
        CreateError::OperationWithdrawn => operation_withdrawn(),
        CreateError::OperationOwned => Problem::of_field(
            ErrorKey::OperationOwned,
            "organizationCode",
            "belongs to an operation that is connected to another Leaf user; use that Leaf user, \
             or disconnect the operation there first",
        ),
    }
}
