//! The partner's login: the few calls of Amazon Cognito's user pools API that a partner's program
//! makes.
//!
//! Wire format: the API reference of Amazon Cognito user pools.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::amz_json::{ERROR_TYPE, MEDIA_TYPE, is_amz_json, target};
use crate::calls::Call;
use crate::seed::Pool;
use crate::simulator::Site;
use crate::tokens::{ACCESS_TOKEN_LIFE, Issued, RefreshRefused, RevokeRefused};
use crate::watch;

pub(crate) fn router(site: &Site) -> Router {
    let endpoint = post(cognito).route_layer(from_fn_with_state(site.clone(), watch::cognito_call));
    let mut router = Router::new().route(&site.path("/"), endpoint.clone());
    // A client that was given `…/production` posts there, without the slash.
    if !site.environment.prefix().is_empty() {
        router = router.route(site.environment.prefix(), endpoint);
    }
    router.with_state(site.clone())
}

async fn cognito(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = match target(&headers) {
        Some(call) if is_amz_json(&headers) => match call {
            Call::InitiateAuth => parse(&body).and_then(|request| initiate_auth(&site, &request)),
            Call::GetTokensFromRefreshToken => {
                parse(&body).and_then(|request| get_tokens(&site, &request))
            }
            Call::RevokeToken => parse(&body).and_then(|request| revoke(&site, &request)),
            _ => Err(Refusal::UnknownOperation),
        },
        _ => Err(Refusal::UnknownOperation),
    };
    match answer {
        Ok(answer) => ([(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], answer.to_string())
            .into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::Serialization)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuth {
    auth_flow: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    auth_parameters: BTreeMap<String, String>,
}

fn initiate_auth(site: &Site, request: &InitiateAuth) -> Result<Value, Refusal> {
    let auth_flow = member("authFlow", request.auth_flow.as_ref())?;
    let client_id = member("clientId", request.client_id.as_ref())?;
    let parameter = |name: &'static str| {
        let value = request.auth_parameters.get(name).filter(|value| !value.is_empty());
        value.map(String::as_str).ok_or(Refusal::MissingParameter(name))
    };
    match auth_flow {
        "USER_PASSWORD_AUTH" => {
            if known_client(site, client_id)? == Client::WithoutPasswordFlow {
                return Err(Refusal::FlowNotEnabled("USER_PASSWORD_AUTH"));
            }
            log_in(site, client_id, parameter("USERNAME")?, parameter("PASSWORD")?)
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            known_client(site, client_id)?;
            // "You can't authenticate with REFRESH_TOKEN_AUTH in app clients with refresh token
            // rotation enabled" (Cognito developer guide, "Refresh tokens").
            if site.read(|state| state.tokens.rotating()) {
                return Err(Refusal::FlowNotEnabled("REFRESH_TOKEN_AUTH"));
            }
            refresh(site, client_id, parameter("REFRESH_TOKEN")?)
        }
        _ => Err(Refusal::UnknownFlow),
    }
}

fn log_in(site: &Site, client_id: &str, username: &str, password: &str) -> Result<Value, Refusal> {
    let pool = site.pool();
    let user = User::find(pool, username).ok_or(Refusal::UserNotFound)?;
    let right = match user {
        User::Partner => site.read(|state| state.password(pool.password) == password),
        _ => pool.password == password,
    };
    if !right {
        return Err(Refusal::WrongPassword);
    }
    match user {
        User::Partner => {
            let now = site.now();
            Ok(authentication_result(site.change(|state| state.tokens.log_in(client_id, now))))
        }
        User::NewPasswordRequired => Ok(json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": challenge_session(),
            "ChallengeParameters": {
                "USER_ID_FOR_SRP": username, "requiredAttributes": "[]", "userAttributes": "{}",
            },
        })),
        User::SmsMfa => Ok(json!({
            "ChallengeName": "SMS_MFA",
            "Session": challenge_session(),
            "ChallengeParameters": {
                "USER_ID_FOR_SRP": username,
                "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                "CODE_DELIVERY_DESTINATION": "+*******0142",
            },
        })),
        User::PasswordResetRequired => Err(Refusal::PasswordResetRequired),
    }
}

/// Nobody can answer a challenge here, so nobody needs to recognise it.
fn challenge_session() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetTokensFromRefreshToken {
    client_id: Option<String>,
    refresh_token: Option<String>,
}

fn get_tokens(site: &Site, request: &GetTokensFromRefreshToken) -> Result<Value, Refusal> {
    let client_id = member("clientId", request.client_id.as_ref())?;
    let refresh_token = member("refreshToken", request.refresh_token.as_ref())?;
    known_client(site, client_id)?;
    refresh(site, client_id, refresh_token)
}

fn refresh(site: &Site, client_id: &str, refresh_token: &str) -> Result<Value, Refusal> {
    let now = site.now();
    let issued = site.change(|state| state.tokens.refresh(client_id, refresh_token, now));
    issued.map(authentication_result).map_err(Refusal::Refresh)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeToken {
    client_id: Option<String>,
    token: Option<String>,
}

fn revoke(site: &Site, request: &RevokeToken) -> Result<Value, Refusal> {
    let client_id = member("clientId", request.client_id.as_ref())?;
    let token = member("token", request.token.as_ref())?;
    known_client(site, client_id)?;
    site.change(|state| state.tokens.revoke(client_id, token)).map_err(Refusal::Revoke)?;
    Ok(json!({}))
}

fn member<'a>(name: &'static str, value: Option<&'a String>) -> Result<&'a str, Refusal> {
    value.filter(|value| !value.is_empty()).map(String::as_str).ok_or(Refusal::MissingMember(name))
}

fn authentication_result(issued: Issued) -> Value {
    let mut result = json!({
        "AccessToken": issued.access,
        "IdToken": issued.id,
        "ExpiresIn": ACCESS_TOKEN_LIFE.whole_seconds(),
        "TokenType": "Bearer",
    });
    if let Some(refresh_token) = issued.refresh {
        result["RefreshToken"] = refresh_token.into();
    }
    json!({"AuthenticationResult": result, "ChallengeParameters": {}})
}

#[derive(PartialEq, Eq)]
enum Client {
    Partner,
    WithoutPasswordFlow,
}

fn known_client(site: &Site, client_id: &str) -> Result<Client, Refusal> {
    let pool = site.pool();
    if client_id == pool.client_id {
        Ok(Client::Partner)
    } else if client_id == pool.client_without_password_flow {
        Ok(Client::WithoutPasswordFlow)
    } else {
        Err(Refusal::UnknownClient(client_id.to_owned()))
    }
}

enum User {
    Partner,
    NewPasswordRequired,
    SmsMfa,
    PasswordResetRequired,
}

impl User {
    fn find(pool: &Pool, username: &str) -> Option<Self> {
        [
            (pool.username, Self::Partner),
            (pool.new_password_required, Self::NewPasswordRequired),
            (pool.sms_mfa, Self::SmsMfa),
            (pool.password_reset_required, Self::PasswordResetRequired),
        ]
        .into_iter()
        .find_map(|(name, user)| (name == username).then_some(user))
    }
}

/// Every way in which Cognito says no. All are HTTP 400.
enum Refusal {
    UnknownOperation,
    Serialization,
    MissingMember(&'static str),
    MissingParameter(&'static str),
    UnknownFlow,
    FlowNotEnabled(&'static str),
    UnknownClient(String),
    UserNotFound,
    WrongPassword,
    PasswordResetRequired,
    Refresh(RefreshRefused),
    Revoke(RevokeRefused),
}

impl Refusal {
    fn kind(&self) -> &'static str {
        match self {
            Self::UnknownOperation => "UnknownOperationException",
            Self::Serialization => "SerializationException",
            Self::MissingMember(_)
            | Self::MissingParameter(_)
            | Self::UnknownFlow
            | Self::FlowNotEnabled(_) => "InvalidParameterException",
            Self::UnknownClient(_) => "ResourceNotFoundException",
            Self::UserNotFound => "UserNotFoundException",
            Self::PasswordResetRequired => "PasswordResetRequiredException",
            Self::Refresh(RefreshRefused::Reused) => "RefreshTokenReuseException",
            Self::WrongPassword | Self::Refresh(_) | Self::Revoke(RevokeRefused::OtherClient) => {
                "NotAuthorizedException"
            }
            Self::Revoke(RevokeRefused::NotARefreshToken) => "UnsupportedTokenTypeException",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::UnknownOperation => "unknown X-Amz-Target or content type".to_owned(),
            Self::Serialization => "the body is not the JSON of this call".to_owned(),
            Self::MissingMember(name) => format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: \
                 Member must not be null"
            ),
            Self::MissingParameter(name) => format!("Missing required parameter {name}"),
            Self::UnknownFlow => "1 validation error detected: Value at 'authFlow' failed to \
                                  satisfy constraint: Member must satisfy enum value set: \
                                  [USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN]"
                .to_owned(),
            Self::FlowNotEnabled(flow) => format!("{flow} flow not enabled for this client"),
            Self::UnknownClient(client_id) => {
                format!("User pool client {client_id} does not exist.")
            }
            Self::UserNotFound => "User does not exist.".to_owned(),
            Self::WrongPassword => "Incorrect username or password.".to_owned(),
            Self::PasswordResetRequired => "Password reset required for the user".to_owned(),
            Self::Refresh(refused) => match refused {
                RefreshRefused::Unknown => "Invalid Refresh Token",
                RefreshRefused::Expired => "Refresh Token has expired",
                RefreshRefused::Revoked => "Refresh Token has been revoked",
                RefreshRefused::Reused => "Refresh Token has been rotated",
            }
            .to_owned(),
            Self::Revoke(refused) => match refused {
                RevokeRefused::NotARefreshToken => "Unsupported token type",
                RevokeRefused::OtherClient => "Invalid Refresh Token",
            }
            .to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            (ERROR_TYPE, HeaderValue::from_static(self.kind())),
        ];
        let body = json!({"__type": self.kind(), "message": self.message()});
        (StatusCode::BAD_REQUEST, headers, body.to_string()).into_response()
    }
}
