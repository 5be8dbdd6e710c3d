//! Step 0: `POST /api/authenticate`.

use axum::Json;
use axum::extract::{Request, State};
use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use shared::domain::partner::{Password, Username};
use shared::http::error_key::ErrorKey;
use shared::http::fields::Fields;
use shared::http::problem::Problem;
use shared::http::routes::Routes;
use shared::metrics;
use shared::service::{Service, WarmUp};
use shared::use_cases::authenticate::authenticate;

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Owners;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    Routes::new(service).public(Method::POST, "/api/authenticate", sign_in)
}

#[derive(Serialize)]
struct Token {
    id_token: String,
}

async fn sign_in(State(service): State<Service>, request: Request) -> Result<Json<Token>, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let username = fields.required::<Username>("username");
    let password = fields.required::<Password>("password");
    let remember_me = fields.flag("rememberMe");
    fields.finish()?;
    let (Some(username), Some(password)) = (username, password) else { unreachable!("both were required") };
    let password = SecretString::from(password.expose());
    let Some(token) = authenticate(&service.ports, username.expose(), &password, remember_me).await? else {
        metrics::sign_in_refused();
        return Err(Problem::new(
            ErrorKey::BadCredentials,
            "There is no API owner with this username and password. Check both; the deployment guide says how an owner is made.",
        ));
    };
    Ok(Json(Token { id_token: token.expose_secret().to_owned() }))
}
