use reqwest::Method;
use serde_json::{Value, json};
use simulated_panorama::Environment::Stage;
use simulated_panorama::{Seed, seed};
use time::Duration;

use crate::harness::{Login, Panorama, login};

fn assert_refused((status, answer): (u16, Value), kind: &str, message: &str) {
    assert_eq!(
        (status, answer["__type"].as_str(), answer["message"].as_str()),
        (400, Some(kind), Some(message))
    );
}

#[tokio::test]
async fn a_login_brings_tokens_for_an_hour() {
    let panorama = Panorama::start().await;
    let Seed { username, password, .. } = seed(Stage);
    let (status, answer) = panorama.log_in_as(Stage, username, password).await;
    assert_eq!(status, 200);
    let result = answer["AuthenticationResult"].as_object().expect("it is there");
    assert_eq!(result["ExpiresIn"], 3600);
    assert_eq!(result["TokenType"], "Bearer");
    for token in ["AccessToken", "IdToken", "RefreshToken"] {
        assert_eq!(result[token].as_str().expect("a string").split('.').count(), 3);
    }
}

#[tokio::test]
async fn an_access_token_dies_after_an_hour() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.pass(Duration::seconds(3599));
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
    panorama.pass(Duration::SECOND);
    assert_eq!(
        panorama.partner_get(&login, "/sharing").await,
        (401, json!({"message": "Unauthorized"}))
    );
}

#[tokio::test]
async fn a_refresh_brings_a_new_access_token_and_no_refresh_token() {
    let panorama = Panorama::start().await;
    let Login { refresh_token, access_token } = panorama.log_in(Stage).await;
    panorama.pass(Duration::hours(2));
    for (status, answer) in [
        panorama.refresh(Stage, &refresh_token).await,
        panorama.get_tokens(Stage, &refresh_token).await,
    ] {
        assert_eq!(status, 200);
        let result = answer["AuthenticationResult"].as_object().expect("it is there");
        assert!(!result.contains_key("RefreshToken"));
        let fresh = result["AccessToken"].as_str().expect("a string").to_owned();
        assert_ne!(fresh, access_token);
        let login = Login { access_token: fresh, refresh_token: refresh_token.clone() };
        assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 200);
    }
}

#[tokio::test]
async fn the_old_name_of_the_refresh_flow_works() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN",
        "ClientId": seed(Stage).client_id,
        "AuthParameters": {"REFRESH_TOKEN": login.refresh_token},
    });
    assert_eq!(panorama.cognito(Stage, "InitiateAuth", &body).await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_is_refused_after_thirty_days() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    panorama.pass(Duration::days(30));
    let refused = panorama.refresh(Stage, &login.refresh_token).await;
    assert_refused(refused, "NotAuthorizedException", "Refresh Token has expired");
}

#[tokio::test]
async fn a_revoked_refresh_token_is_refused_and_its_access_token_dead() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let body = json!({"ClientId": seed(Stage).client_id, "Token": login.refresh_token});
    assert_eq!(panorama.cognito(Stage, "RevokeToken", &body).await.0, 200);
    let refused = panorama.refresh(Stage, &login.refresh_token).await;
    assert_refused(refused, "NotAuthorizedException", "Refresh Token has been revoked");
    assert_eq!(panorama.partner_get(&login, "/sharing").await.0, 401);
}

#[tokio::test]
async fn an_access_token_cannot_be_revoked() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let body = json!({"ClientId": seed(Stage).client_id, "Token": login.access_token});
    let refused = panorama.cognito(Stage, "RevokeToken", &body).await;
    assert_refused(refused, "UnsupportedTokenTypeException", "Unsupported token type");
}

#[tokio::test]
async fn a_rotating_pool_wants_the_other_call_and_gives_a_new_refresh_token() {
    let panorama = Panorama::start().await;
    let first = panorama.log_in(Stage).await.refresh_token;
    panorama.arm(&json!({"fault": "rotateRefreshTokens", "enabled": true})).await;

    let refused = panorama.refresh(Stage, &first).await;
    assert_refused(
        refused,
        "InvalidParameterException",
        "REFRESH_TOKEN_AUTH flow not enabled for this client",
    );

    let (_, answer) = panorama.get_tokens(Stage, &first).await;
    let second =
        answer["AuthenticationResult"]["RefreshToken"].as_str().expect("it rotates").to_owned();
    assert_ne!(second, first);
    panorama.pass(Duration::seconds(59));
    assert_eq!(panorama.get_tokens(Stage, &first).await.0, 200);
    panorama.pass(Duration::SECOND);
    let refused = panorama.get_tokens(Stage, &first).await;
    assert_refused(refused, "RefreshTokenReuseException", "Refresh Token has been rotated");
    assert_eq!(panorama.get_tokens(Stage, &second).await.0, 200);
}

#[tokio::test]
async fn each_refused_login_says_why() {
    let panorama = Panorama::start().await;
    let Seed { client_id, username, password, .. } = seed(Stage);
    let log_in = async |body: Value| panorama.cognito(Stage, "InitiateAuth", &body).await;

    let refused = log_in(login(client_id, username, "wrong")).await;
    assert_refused(refused, "NotAuthorizedException", "Incorrect username or password.");
    let refused = log_in(login(client_id, "nobody@prairie-insights.example", password)).await;
    assert_refused(refused, "UserNotFoundException", "User does not exist.");
    let refused = log_in(login("nosuchclient", username, password)).await;
    assert_refused(
        refused,
        "ResourceNotFoundException",
        "User pool client nosuchclient does not exist.",
    );
    let refused = log_in(login("2nf4stage0nopasswordflow17", username, password)).await;
    assert_refused(
        refused,
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    );
    let refused =
        log_in(login(client_id, "password-reset-stage@prairie-insights.example", password)).await;
    assert_refused(
        refused,
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    let refused = log_in(login(client_id, username, "")).await;
    assert_refused(refused, "InvalidParameterException", "Missing required parameter PASSWORD");
    let no_username =
        json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client_id, "AuthParameters": {}});
    assert_refused(
        log_in(no_username).await,
        "InvalidParameterException",
        "Missing required parameter USERNAME",
    );
    let refused = panorama.refresh(Stage, "made.up.token").await;
    assert_refused(refused, "NotAuthorizedException", "Invalid Refresh Token");

    for body in [
        json!({"ClientId": client_id}),
        json!({"AuthFlow": "USER_SRP_AUTH", "ClientId": client_id}),
    ] {
        assert_eq!(log_in(body).await.1["__type"], "InvalidParameterException");
    }
    let (_, answer) = log_in(json!({"AuthFlow": 1})).await;
    assert_eq!(answer["__type"], "SerializationException");
}

#[tokio::test]
async fn a_challenge_brings_no_tokens() {
    let panorama = Panorama::start().await;
    let users = [
        ("new-password-stage@prairie-insights.example", "NEW_PASSWORD_REQUIRED"),
        ("sms-mfa-stage@prairie-insights.example", "SMS_MFA"),
    ];
    for (username, challenge) in users {
        let (status, answer) = panorama.log_in_as(Stage, username, seed(Stage).password).await;
        assert_eq!(status, 200);
        assert_eq!(answer["ChallengeName"], challenge);
        assert!(answer["Session"].is_string());
        assert!(answer.get("AuthenticationResult").is_none());
        assert_eq!(panorama.log_in_as(Stage, username, "wrong").await.0, 400);
    }
}

#[tokio::test]
async fn a_call_without_its_target_or_media_type_is_unknown() {
    let panorama = Panorama::start().await;
    let Seed { client_id, username, password, .. } = seed(Stage);
    let target = "AWSCognitoIdentityProviderService.InitiateAuth";
    let amz_json = "application/x-amz-json-1.1";
    for (target, media_type, status) in [
        (target, amz_json, 200),
        (target, "application/json", 400),
        ("AWSCognitoIdentityProviderService.ListUsers", amz_json, 400),
        ("", amz_json, 400),
    ] {
        let request = panorama
            .request(Method::POST, "/")
            .header("X-Amz-Target", target)
            .header("Content-Type", media_type)
            .body(login(client_id, username, password).to_string());
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{target} {media_type}");
    }
}
