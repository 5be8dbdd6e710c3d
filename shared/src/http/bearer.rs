//! The one verifier of API owners' tokens: the Lambda authorizer asks it in AWS, the local gateway on a laptop.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::AUTHORIZATION;

use super::error_key::ErrorKey;
use super::problem::Problem;
use crate::domain::owner_token;
use crate::ports::Ports;
use crate::ports::secrets::SecretsError;

/// The API owner whose token an `Authorization` header carries; `None` when there is no good token in it.
///
/// # Errors
/// The signing key cannot be read.
pub async fn owner_of(ports: &Ports, authorization: Option<&str>) -> Result<Option<String>, SecretsError> {
    let token = authorization.and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(token) = token else { return Ok(None) };
    let owners = ports.service_secrets.owners().await?;
    let username = owner_token::verify(&owners.signing_key, token, ports.clock.now());
    // An owner who was removed is out at once, not when the token ends.
    Ok(username.filter(|username| owners.owners.iter().any(|owner| owner.username == *username)))
}

/// Lets a request pass that carries a good token: what API Gateway and its authorizer do in AWS.
pub async fn require(State(ports): State<Ports>, request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match owner_of(&ports, header).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => {
            let detail = "Send `Authorization: Bearer {id_token}` with a token from POST /api/authenticate. It lives 24 hours, or 30 days with \
                          rememberMe.";
            Problem::new(ErrorKey::Unauthorized, detail).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the API owners cannot be read");
            Problem::storage_unavailable().into_response()
        }
    }
}
