//! Our login against Cognitos that others have written: moto and cognito-local. `.ci/peers` starts
//! them and sets the variables; without them these tests are skipped.
//!
//! Neither peer knows `GetTokensFromRefreshToken` (moto 5.2.5, cognito-local 5.3.0): refresh tokens
//! that rotate are tried with the simulated Panorama only.

use std::time::Duration;

use adapters::panorama::Panorama;
use adapters::panorama::endpoints::Endpoints;
use application::ports::upstream::{LoginError, LoginRefusal, PartnerAccount as _};
use domain::client_environment::ByEnvironment;
use domain::client_environment::ClientEnvironment::Stage;
use domain::partner::{ClientId, PartnerCredentials, Token};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::world::World;

const TEMPORARY: &str = "Temporary-2026";
const PASSWORD: &str = "Harvest-2026";

/// What a peer does otherwise than Cognito. Everything else must be the same.
struct Peer {
    /// Where it is said to be.
    variable: &'static str,
    /// Lifetime of an access token as we understand the answer, in seconds.
    lifetime: u64,
    /// How a wrong password is understood; `None`: as no answer.
    wrong_password: Option<LoginRefusal>,
    /// How an unknown username is understood.
    unknown_user: LoginRefusal,
    /// Whether it has `RevokeToken`.
    revokes: bool,
}

#[tokio::test]
async fn we_can_log_in_at_moto() {
    // It has no `RevokeToken`; whatever the client says, its tokens live an hour.
    let peer = Peer {
        variable: "COGNITO_MOTO_URL",
        lifetime: 3_600,
        wrong_password: Some(LoginRefusal::BadPassword),
        unknown_user: LoginRefusal::UnknownUser,
        revokes: false,
    };
    peer.hold_us_to_it().await;
}

#[tokio::test]
async fn we_can_log_in_at_cognito_local() {
    // Its answers have no `ExpiresIn`, so a token is used for half an hour. A wrong password is
    // `InvalidPasswordException` there, which Cognito's `InitiateAuth` never says, so it is no
    // refusal; and an unknown username is `NotAuthorizedException`, as in a Cognito pool that hides
    // who exists.
    let peer = Peer {
        variable: "COGNITO_LOCAL_URL",
        lifetime: 1_800,
        wrong_password: None,
        unknown_user: LoginRefusal::BadPassword,
        revokes: true,
    };
    peer.hold_us_to_it().await;
}

impl Peer {
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    async fn hold_us_to_it(&self) {
        let Ok(url) = std::env::var(self.variable) else {
            eprintln!(
                "skipped: {} is not set (.ci/peers starts the peer and sets it)",
                self.variable
            );
            return;
        };
        let world = World::start().await;
        let pool = Pool::create(&world, url.parse().expect("an address")).await;
        let panorama = panorama_that_logs_in_at(&world, &pool.url);

        let challenge = LoginRefusal::Challenge("NEW_PASSWORD_REQUIRED".to_owned());
        assert_eq!(refusal(panorama.log_in(Stage, &pool.credentials(TEMPORARY)).await), challenge);
        pool.set_password(PASSWORD).await;

        let right = pool.credentials(PASSWORD);
        let tokens = panorama.log_in(Stage, &right).await.expect("tokens");
        let expected =
            world.machine.service.ports.clock.now().plus(Duration::from_secs(self.lifetime));
        assert_eq!(tokens.access_expires_at, expected);
        pool.accepts(&tokens.access).await;

        let refresh = tokens.refresh.expect("a refresh token");
        let renewed =
            panorama.try_refresh_token(Stage, &right.client_id, &refresh).await.expect("tokens");
        assert_eq!(renewed.access_expires_at, expected);
        assert_eq!(
            renewed.refresh.as_ref(),
            Some(&refresh),
            "the answer has none, and the old one stays in use"
        );
        assert!(!renewed.refresh_rotates);
        pool.accepts(&renewed.access).await;

        let wrong = panorama.log_in(Stage, &pool.credentials("Wrong-2026")).await;
        match &self.wrong_password {
            Some(expected) => assert_eq!(refusal(wrong), *expected),
            None => assert!(matches!(wrong, Err(LoginError::Unavailable(_)))),
        }
        let nobody = PartnerCredentials {
            username: "nobody@partner.example".parse().expect("one"),
            ..right.clone()
        };
        assert_eq!(refusal(panorama.log_in(Stage, &nobody).await), self.unknown_user);
        let elsewhere: ClientId = "0elsewhere0elsewhere0elsew".parse().expect("a client id");
        let other = PartnerCredentials { client_id: elsewhere.clone(), ..right.clone() };
        assert_eq!(refusal(panorama.log_in(Stage, &other).await), LoginRefusal::UnknownClient);
        let refused = panorama.try_refresh_token(Stage, &elsewhere, &refresh).await;
        assert_eq!(refusal(refused), LoginRefusal::UnknownClient);
        let never_issued: Token = "never-issued".parse().expect("a token");
        let refused = panorama.try_refresh_token(Stage, &right.client_id, &never_issued).await;
        assert_eq!(refusal(refused), LoginRefusal::BadPassword);

        if self.revokes {
            pool.call(
                "RevokeToken",
                &json!({ "Token": refresh.expose(), "ClientId": pool.client_id }),
            )
            .await;
            let refused = panorama.try_refresh_token(Stage, &right.client_id, &refresh).await;
            assert_eq!(refusal(refused), LoginRefusal::BadPassword);
        }
    }
}

/// A user pool of the peer's, with a client and a user who has a temporary password.
struct Pool {
    http: reqwest::Client,
    url: Url,
    id: String,
    client_id: String,
    username: String,
}

impl Pool {
    async fn create(world: &World, url: Url) -> Self {
        let username = format!("{}@partner.example", Uuid::new_v4());
        let mut pool = Self {
            http: world.http.clone(),
            url,
            id: String::new(),
            client_id: String::new(),
            username,
        };
        let made = pool.call("CreateUserPool", &json!({ "PoolName": "partners" })).await;
        pool.id = made["UserPool"]["Id"].as_str().expect("an id").to_owned();
        let client = json!({
            "UserPoolId": pool.id, "ClientName": "partner",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let made = pool.call("CreateUserPoolClient", &client).await;
        pool.client_id = made["UserPoolClient"]["ClientId"].as_str().expect("an id").to_owned();
        let user = json!({
            "UserPoolId": pool.id, "Username": pool.username, "TemporaryPassword": TEMPORARY,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": pool.username }],
        });
        pool.call("AdminCreateUser", &user).await;
        pool
    }

    async fn set_password(&self, password: &str) {
        let (pool, username) = (&self.id, &self.username);
        let body = json!({
            "UserPoolId": pool, "Username": username, "Password": password, "Permanent": true,
        });
        self.call("AdminSetUserPassword", &body).await;
    }

    /// The token is the user's, says the peer.
    async fn accepts(&self, access: &Token) {
        let user = self.call("GetUser", &json!({ "AccessToken": access.expose() })).await;
        let attributes = user["UserAttributes"].as_array().expect("attributes");
        assert!(
            attributes.iter().any(|attribute| attribute["Value"] == self.username.as_str()),
            "{user}"
        );
    }

    fn credentials(&self, password: &str) -> PartnerCredentials {
        PartnerCredentials {
            client_id: self.client_id.parse().expect("a client id"),
            username: self.username.parse().expect("a username"),
            password: password.parse().expect("a password"),
        }
    }

    /// Makes a call in the peer's own name, not through our client.
    async fn call(&self, call: &str, body: &Value) -> Value {
        let request =
            self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/x-amz-json-1.1");
        let request =
            request.header("X-Amz-Target", format!("AWSCognitoIdentityProviderService.{call}"));
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{call}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

fn panorama_that_logs_in_at(world: &World, login: &Url) -> Panorama {
    let process = world.machine.another_process().expect("a process");
    let endpoints = ByEnvironment::new(|environment| Endpoints {
        login: login.clone(),
        ..process.settings.panorama.of(environment).clone()
    });
    let ports = process.ports;
    Panorama::new(world.http.clone(), endpoints, ports.partner_secrets, ports.logins, ports.clock)
}

fn refusal<T>(answer: Result<T, LoginError>) -> LoginRefusal {
    match answer {
        Err(LoginError::Refused(refusal)) => refusal,
        Err(LoginError::Unavailable(unavailable)) => panic!("{unavailable}"),
        Ok(_) => panic!("it was accepted"),
    }
}
