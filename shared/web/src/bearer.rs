//! The one verifier of API owners' tokens: the Lambda authorizer asks it in AWS, the local gateway
//! on a laptop.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::AUTHORIZATION;

use super::api_owner::ApiOwner;
use super::problem::Problem;
use application::ports::Ports;
use application::ports::secrets::SecretsError;
use domain::owner_token;

/// The API owner whose token an `Authorization` header carries; `None` when there is no good token
/// in it.
///
/// # Errors
/// The signing key cannot be read.
pub async fn owner_of(
    ports: &Ports,
    authorization: Option<&str>,
) -> Result<Option<String>, SecretsError> {
    let token = authorization.and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(token) = token else { return Ok(None) };
    let owners = ports.service_secrets.owners().await?;
    // As fresh as the secret in this process's memory: an owner who was removed is out then, not
    // when the token ends.
    Ok(owner_token::verify(&owners, token, ports.clock.now()).map(|owner| owner.username.clone()))
}

/// Says whose token a request carries: what API Gateway and its authorizer do in AWS. It refuses
/// nothing; the route does.
pub async fn authorize(State(ports): State<Ports>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match owner_of(&ports, header).await {
        Ok(owner) => {
            if let Some(owner) = owner {
                request.extensions_mut().insert(ApiOwner(owner));
            }
            next.run(request).await
        }
        Err(error) => {
            tracing::error!(%error, "the API owners cannot be read");
            Problem::storage_unavailable().into_response()
        }
    }
}
