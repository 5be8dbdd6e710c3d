//! Step 0: `POST /api/authenticate`.

use std::time::Duration;

use application::metrics;
use application::use_cases::authenticate::{AuthenticateError, SignIn, authenticate};
use axum::Json;
use axum::extract::{Request, State};
use domain::partner::{Password, Username};
use http::Method;
use lambda::function::{Function, Kind, Memory, Throttle};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use shared::service::{Service, WarmUp};
use web::caller::FromCaller;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::problem::Problem;
use web::routes::Routes;

pub const FUNCTION: Function = Function {
    warm_up: Some(WarmUp::Owners),
    memory: Memory::Heavy,
    timeout: Duration::from_secs(10),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Step 0. argon2id takes 30 ms of a whole processor, and a processor grows with the \
         memory.",
        Kind::Http { routes, open: Throttle::SignIn },
    )
};

pub fn routes(service: Service) -> Routes<Service> {
    Routes::new(service).public(Method::POST, "/api/authenticate", sign_in)
}

#[derive(Serialize)]
struct Token {
    id_token: String,
}

async fn sign_in(
    State(service): State<Service>,
    FromCaller(caller): FromCaller,
    request: Request,
) -> Result<Json<Token>, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let username = fields.required::<Username>("username");
    let password = fields.required::<Password>("password");
    let remember_me = fields.flag("rememberMe");
    fields.finish()?;
    let (Some(username), Some(password)) = (username, password) else {
        unreachable!("both were required")
    };
    let password = SecretString::from(password.expose());
    match authenticate(&service.ports, username.expose(), &password, remember_me, caller).await {
        Ok(SignIn::Token(token)) => Ok(Json(Token { id_token: token.expose_secret().to_owned() })),
        Ok(SignIn::Refused) => {
            metrics::sign_in_refused();
            Err(Problem::new(
                ErrorKey::BadCredentials,
                "There is no API owner with this username and password. Check both; the \
                 deployment guide says how to add an owner.",
            ))
        }
        Ok(SignIn::Wait(wait)) => {
            metrics::sign_in_refused();
            let seconds = wait.as_secs();
            let detail = format!(
                "Too many sign-ins with this username have failed from your address, so this one \
                 was not checked. Wait {seconds} s before the next one; the deployment guide says \
                 how to change an owner's password."
            );
            Err(Problem::new(ErrorKey::TooManySignIns, detail).retry_after(seconds))
        }
        Err(AuthenticateError::Secrets(error)) => Err(error.into()),
        Err(AuthenticateError::Store(error)) => Err(error.into()),
    }
}
