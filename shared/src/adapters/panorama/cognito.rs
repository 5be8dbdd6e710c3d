//! Partner login: Cognito's `InitiateAuth` and `GetTokensFromRefreshToken`, unsigned (AWS, Amazon Cognito user pools API reference).

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Environments, transport_failure};
use crate::domain::client_environment::ClientEnvironment;
use crate::domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};
use crate::metrics::{Call, Metric};
use crate::ports::clock::Clock;
use crate::ports::upstream::{LoginError, LoginRefusal, Party, Unavailable};

const PARTY: Party = Party::PanoramaLogin;

/// Lifetime of an access token when the answer does not say one: Cognito's default is an hour, half of it is safe.
const ASSUMED_LIFETIME: u64 = 1_800;

pub(super) struct Cognito {
    pub(super) http: reqwest::Client,
    pub(super) environments: Environments,
    pub(super) clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    authentication_result: Option<AuthenticationResult>,
    challenge_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AuthenticationResult {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: String,
}

impl Cognito {
    /// `USER_PASSWORD_AUTH`.
    pub(super) async fn log_in(
        &self,
        environment: ClientEnvironment,
        credentials: &PartnerCredentials,
    ) -> Result<PartnerTokens, LoginError> {
        let PartnerCredentials { client_id, username, password } = credentials;
        let parameters = json!({ "USERNAME": username.expose(), "PASSWORD": password.expose() });
        self.initiate_auth(environment, "USER_PASSWORD_AUTH", client_id, &parameters).await
    }

    /// Exchanges a refresh token. An answer that carries no refresh token leaves the old one in use; one that does has retired the old one,
    /// which then works for a minute at most.
    ///
    /// `REFRESH_TOKEN_AUTH` is what every pool takes that does not rotate refresh tokens; a pool that does refuses the flow and wants
    /// `GetTokensFromRefreshToken` (Amazon Cognito developer guide, "Refresh tokens"). What it refuses it with is not documented, so
    /// everything counts that is not about the token itself.
    pub(super) async fn refresh(
        &self,
        environment: ClientEnvironment,
        client_id: &ClientId,
        token: &Token,
        rotates: bool,
    ) -> Result<PartnerTokens, LoginError> {
        let keep = |tokens: PartnerTokens, refresh_rotates| {
            let refresh = tokens.refresh.or_else(|| Some(token.clone()));
            PartnerTokens { refresh, refresh_rotates, ..tokens }
        };
        if !rotates {
            let parameters = json!({ "REFRESH_TOKEN": token.expose() });
            match self.initiate_auth(environment, "REFRESH_TOKEN_AUTH", client_id, &parameters).await {
                Err(LoginError::Refused(LoginRefusal::FlowNotEnabled | LoginRefusal::Other(_))) => {}
                answer => return answer.map(|tokens| keep(tokens, false)),
            }
        }
        let body = json!({ "RefreshToken": token.expose(), "ClientId": client_id.expose() });
        self.ask(environment, Call::GetTokensFromRefreshToken, &body).await.map(|tokens| keep(tokens, true))
    }

    async fn initiate_auth(
        &self,
        environment: ClientEnvironment,
        flow: &str,
        client_id: &ClientId,
        parameters: &Value,
    ) -> Result<PartnerTokens, LoginError> {
        let body = json!({ "AuthFlow": flow, "ClientId": client_id.expose(), "AuthParameters": parameters });
        self.ask(environment, Call::InitiateAuth, &body).await
    }

    /// Makes a call that answers with tokens.
    async fn ask(&self, environment: ClientEnvironment, call: Call, body: &Value) -> Result<PartnerTokens, LoginError> {
        let before = self.clock.elapsed();
        let answer = self.exchange(&self.environments.of(environment).login, call.as_str(), body).await;
        let latency = self.clock.elapsed().saturating_sub(before);
        let failed = matches!(answer, Err(LoginError::Unavailable(_)));
        Metric::UpstreamCall { call, latency, failed }.record(environment);
        answer
    }

    async fn exchange(&self, login: &Url, call: &str, body: &Value) -> Result<PartnerTokens, LoginError> {
        let asked_at = self.clock.now();
        let sent = self
            .http
            .post(login.clone())
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("X-Amz-Target", format!("AWSCognitoIdentityProviderService.{call}"))
            .body(body.to_string())
            .send()
            .await;
        let answer = sent.map_err(|error| unavailable(transport_failure(&error), None, None))?;
        let status = answer.status();
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = answer
            .bytes()
            .await
            .map_err(|error| unavailable(transport_failure(&error), Some(status.as_u16()), None))?;
        if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(unavailable(format!("it answered {status}"), Some(status.as_u16()), retry_after));
        }
        if !status.is_success() {
            let refusal: Refusal = serde_json::from_slice(&body).map_err(|_| {
                unavailable(format!("it answered {status} in an unknown form"), Some(status.as_u16()), None)
            })?;
            return Err(refused(&refusal.kind));
        }
        let unknown = || unavailable("it answered in an unknown form".to_owned(), Some(status.as_u16()), None);
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| unknown())?;
        if let Some(challenge) = answer.challenge_name {
            return Err(LoginError::Refused(LoginRefusal::Challenge(name_only(&challenge))));
        }
        let result = answer.authentication_result.ok_or_else(unknown)?;
        let lifetime = Duration::from_secs(result.expires_in.unwrap_or(ASSUMED_LIFETIME));
        Ok(PartnerTokens {
            access: result.access_token.parse().map_err(|_| unknown())?,
            access_expires_at: asked_at.plus(lifetime),
            refresh: result.refresh_token.map(|token| token.parse()).transpose().map_err(|_| unknown())?,
            refresh_rotates: false,
        })
    }
}

fn refused(kind: &str) -> LoginError {
    // The type may come with a namespace: `com.amazonaws…#NotAuthorizedException`.
    let kind = kind.rsplit('#').next().unwrap_or(kind);
    LoginError::Refused(match kind {
        "NotAuthorizedException" => LoginRefusal::BadPassword,
        "UserNotFoundException" => LoginRefusal::UnknownUser,
        "ResourceNotFoundException" => LoginRefusal::UnknownClient,
        "InvalidParameterException" => LoginRefusal::FlowNotEnabled,
        "PasswordResetRequiredException" => LoginRefusal::PasswordResetRequired,
        "TooManyRequestsException" | "LimitExceededException" | "InternalErrorException" => {
            return unavailable(format!("it answered {kind}"), Some(400), None);
        }
        other => LoginRefusal::Other(name_only(other)),
    })
}

fn unavailable(failure: String, status: Option<u16>, retry_after: Option<u64>) -> LoginError {
    LoginError::Unavailable(Unavailable { party: PARTY, failure, status, retry_after })
}

/// A name of Cognito's, and nothing else that an answer might hold.
fn name_only(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(64).collect()
}
