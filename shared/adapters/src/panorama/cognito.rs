//! Partner login: Cognito's `InitiateAuth` and `GetTokensFromRefreshToken`, unsigned (AWS, Amazon
//! Cognito user pools API reference).

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::endpoints::Endpoints;
use crate::outside::{self, Unread, transport_failure};
use application::metrics::{Call, Metric};
use application::ports::clock::Clock;
use application::ports::upstream::{LoginError, LoginRefusal, Party, Unavailable};
use domain::client_environment::{ByEnvironment, ClientEnvironment};
use domain::partner::{ClientId, PartnerCredentials, PartnerTokens, Token};
use domain::timestamp::Timestamp;

const PARTY: Party = Party::PanoramaLogin;

/// Lifetime of an access token when the answer does not say one: Cognito's default is an hour, half
/// of it is safe.
const ASSUMED_LIFETIME: Duration = Duration::from_mins(30);

/// What a pool can be told to give access tokens (Amazon Cognito user pools API reference,
/// `UserPoolClientType`, `AccessTokenValidity`).
const SHORTEST_LIFETIME: Duration = Duration::from_mins(5);
const LONGEST_LIFETIME: Duration = Duration::from_hours(24);

/// The largest answer that is read: three tokens of a few KB each.
const MAX_ANSWER: usize = 256 * 1024;

pub(super) struct Cognito {
    pub(super) http: reqwest::Client,
    pub(super) endpoints: ByEnvironment<Endpoints>,
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
    #[serde(default)]
    expires_in: Value,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    kind: String,
}

/// Why there are no tokens.
enum Failure {
    /// The answer was no, in a word that says that it is about the credentials.
    Refused(LoginRefusal),
    /// The answer was an error that says nothing about them, or nothing that we know.
    Unnamed(Unavailable),
    Unavailable(Unavailable),
}

impl From<Failure> for LoginError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Unnamed(unavailable) | Failure::Unavailable(unavailable) => {
                Self::Unavailable(unavailable)
            }
        }
    }
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
        Ok(self.initiate_auth(environment, "USER_PASSWORD_AUTH", client_id, &parameters).await?)
    }

    /// Exchanges a refresh token. An answer that carries no refresh token leaves the old one in
    /// use; one that does has retired the old one, which then works for a minute at most.
    ///
    /// `REFRESH_TOKEN_AUTH` is what every pool takes that does not rotate refresh tokens; a pool
    /// that does refuses the flow and wants `GetTokensFromRefreshToken` (Amazon Cognito developer
    /// guide, "Refresh tokens"). What it refuses it with is not documented, so everything counts
    /// that is not about the token itself.
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
            match self
                .initiate_auth(environment, "REFRESH_TOKEN_AUTH", client_id, &parameters)
                .await
            {
                Err(Failure::Refused(LoginRefusal::FlowNotEnabled) | Failure::Unnamed(_)) => {}
                answer => return Ok(keep(answer?, false)),
            }
        }
        let body = json!({ "RefreshToken": token.expose(), "ClientId": client_id.expose() });
        Ok(keep(self.ask(environment, Call::GetTokensFromRefreshToken, &body).await?, true))
    }

    async fn initiate_auth(
        &self,
        environment: ClientEnvironment,
        flow: &str,
        client_id: &ClientId,
        parameters: &Value,
    ) -> Result<PartnerTokens, Failure> {
        let body = json!({
            "AuthFlow": flow, "ClientId": client_id.expose(), "AuthParameters": parameters,
        });
        self.ask(environment, Call::InitiateAuth, &body).await
    }

    /// Makes a call that answers with tokens.
    async fn ask(
        &self,
        environment: ClientEnvironment,
        call: Call,
        body: &Value,
    ) -> Result<PartnerTokens, Failure> {
        let before = self.clock.elapsed();
        let answer =
            self.exchange(&self.endpoints.of(environment).login, call.as_str(), body).await;
        let latency = self.clock.elapsed().saturating_sub(before);
        let failed = matches!(answer, Err(Failure::Unnamed(_) | Failure::Unavailable(_)));
        Metric::UpstreamCall { call, latency, failed }.record(environment);
        answer
    }

    async fn exchange(
        &self,
        login: &Url,
        call: &str,
        body: &Value,
    ) -> Result<PartnerTokens, Failure> {
        let asked_at = self.clock.now();
        let sent = self
            .http
            .post(login.clone())
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("X-Amz-Target", format!("AWSCognitoIdentityProviderService.{call}"))
            .body(body.to_string())
            .send()
            .await;
        let answer = sent.map_err(|error| {
            Failure::Unavailable(unavailable(transport_failure(&error), None, None))
        })?;
        let status = answer.status();
        let code = Some(status.as_u16());
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            let wait = outside::retry_after(answer.headers());
            return Err(Failure::Unavailable(unavailable(
                format!("it answered {status}"),
                code,
                wait,
            )));
        }
        let body = outside::body(answer, MAX_ANSWER).await.map_err(|unread| {
            let failure = match unread {
                Unread::TooLarge => "its answer is too large".to_owned(),
                Unread::Broken(error) => transport_failure(&error),
            };
            Failure::Unavailable(unavailable(failure, code, None))
        })?;
        read(status, call, &body, asked_at)
    }
}

/// Reads an answer that came: tokens, or a refusal.
fn read(
    status: StatusCode,
    call: &str,
    body: &[u8],
    asked_at: Timestamp,
) -> Result<PartnerTokens, Failure> {
    let code = Some(status.as_u16());
    if !status.is_success() {
        return Err(match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) => refused(status, call, &refusal.kind),
            Err(_) => Failure::Unavailable(unavailable(
                format!("it answered {status} in an unknown form"),
                code,
                None,
            )),
        });
    }
    let unknown = || {
        Failure::Unavailable(unavailable("it answered in an unknown form".to_owned(), code, None))
    };
    let answer: Answer = serde_json::from_slice(body).map_err(|_| unknown())?;
    if let Some(challenge) = answer.challenge_name {
        return Err(Failure::Refused(LoginRefusal::Challenge(name_only(&challenge))));
    }
    let result = answer.authentication_result.ok_or_else(unknown)?;
    let lifetime = outside::lifetime(&result.expires_in, SHORTEST_LIFETIME, LONGEST_LIFETIME);
    Ok(PartnerTokens {
        access: result.access_token.parse().map_err(|_| unknown())?,
        access_expires_at: asked_at.plus(lifetime.unwrap_or(ASSUMED_LIFETIME)),
        refresh: result
            .refresh_token
            .map(|token| token.parse())
            .transpose()
            .map_err(|_| unknown())?,
        refresh_rotates: false,
    })
}

/// The answer to `InitiateAuth`, for [`super::untrusted`].
pub(super) fn read_login(
    status: StatusCode,
    body: &[u8],
    asked_at: Timestamp,
) -> Result<PartnerTokens, LoginError> {
    Ok(read(status, Call::InitiateAuth.as_str(), body, asked_at)?)
}

/// What an error says. Cognito's refusals are 400s, and so are its troubles (a trigger of the pool
/// that failed, a limit, its own dependencies): only what is named here is a refusal of the
/// credentials.
fn refused(status: StatusCode, call: &str, kind: &str) -> Failure {
    // The type may come with a namespace: `com.amazonaws…#NotAuthorizedException`.
    let kind = kind.rsplit('#').next().unwrap_or(kind);
    let refusal = match kind {
        _ if status != StatusCode::BAD_REQUEST => None,
        "NotAuthorizedException" => Some(LoginRefusal::BadPassword),
        // Rotated, and its grace is over: the same as revoked.
        "RefreshTokenReuseException" if call == Call::GetTokensFromRefreshToken.as_str() => {
            Some(LoginRefusal::BadPassword)
        }
        "UserNotFoundException" => Some(LoginRefusal::UnknownUser),
        "ResourceNotFoundException" => Some(LoginRefusal::UnknownClient),
        "InvalidParameterException" => Some(LoginRefusal::FlowNotEnabled),
        "PasswordResetRequiredException" => Some(LoginRefusal::PasswordResetRequired),
        _ => None,
    };
    let failure =
        || unavailable(format!("it answered {}", name_only(kind)), Some(status.as_u16()), None);
    match (refusal, kind) {
        (Some(refusal), _) => Failure::Refused(refusal),
        (
            None,
            "TooManyRequestsException"
            | "LimitExceededException"
            | "ThrottlingException"
            | "InternalErrorException",
        ) => Failure::Unavailable(failure()),
        (None, _) => Failure::Unnamed(failure()),
    }
}

fn unavailable(failure: String, status: Option<u16>, retry_after: Option<u64>) -> Unavailable {
    Unavailable { party: PARTY, failure, status, retry_after }
}

/// A name of Cognito's, and nothing else that an answer might hold.
fn name_only(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .take(64)
        .collect()
}
