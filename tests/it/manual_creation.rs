//! `POST …/panorama-credentials`: each entry of Leaf's troubleshooting list is told apart, and what
//! is refused changes nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{FARM, MANAGEMENT, World};

/// A refresh token of the partner's, as the partner would get one: by logging in to Panorama's
/// Cognito.
pub(crate) async fn refresh_token(world: &World) -> String {
    let stage = &world.machine.ready.stage;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": stage.client_id,
        "AuthParameters": {
            "USERNAME": stage.partner.username, "PASSWORD": stage.partner.password,
        },
    });
    let request = world.http.post(world.panorama("/"));
    let request = request.header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");
    let request =
        request.header("content-type", "application/x-amz-json-1.1").body(body.to_string());
    let (status, answer) = world.json(request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["AuthenticationResult"]["RefreshToken"].as_str().expect("a refresh token").to_owned()
}

/// The farmer shares with the partner already: switched on, and confirmed through some other Leaf
/// user that is gone again.
pub(crate) async fn already_shared(world: &World, code: &str) {
    let user = world.create_user("before").await;
    world.start_session(&user, Some(code)).await;
    let callback = world.share(code).await;
    assert_eq!(world.land(&mut world.browser(), &callback).await.outcome, "connected");
    let (status, _) =
        world.json(world.owner(Method::DELETE, &format!("{MANAGEMENT}/users/{user}"))).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

pub(crate) async fn create(
    world: &World,
    user: &str,
    change: impl FnOnce(&mut Value),
) -> (StatusCode, Value) {
    let stage = &world.machine.ready.stage;
    let mut body = json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "organizationCode": FARM, "refreshToken": refresh_token(world).await,
        "clientEnvironment": "STAGE",
    });
    change(&mut body);
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    world.json(world.owner(Method::POST, &path).json(&body)).await
}

#[tokio::test]
async fn a_credential_for_an_operation_that_is_shared_already_is_active_at_once() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;

    let (status, credential) = create(&world, &user, |_| {}).await;

    assert_eq!(status, StatusCode::CREATED, "{credential}");
    assert_eq!(credential["status"], "ACTIVE");
    assert!(credential.get("refreshToken").is_none(), "{credential}");
    assert_eq!(world.status(&user).await, "ACTIVE");
    assert_eq!(world.events(&user).await.len(), 1);
}

type Change = fn(&mut Value);

#[tokio::test]
async fn what_is_wrong_with_a_credential_is_told_apart_and_nothing_is_created() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    let cases: [(&str, &str, Change); 5] = [
        ("refreshTokenRefused", "refreshToken", |body| {
            body["refreshToken"] = "planted-expired-token".into();
        }),
        ("organizationCodeNotShared", "organizationCode", |body| {
            body["organizationCode"] = "t8Zq2mLx".into();
        }),
        ("environmentMismatch", "clientEnvironment", |body| {
            body["clientEnvironment"] = "PRODUCTION".into();
        }),
        ("unknownAppKey", "clientId", |body| body["clientId"] = "never-registered".into()),
        ("missingField", "refreshToken", |body| {
            body.as_object_mut().expect("an object").remove("refreshToken");
        }),
    ];
    for (key, field, change) in cases {
        let (status, problem) = create(&world, &user, change).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::BAD_REQUEST, &key.into()),
            "{problem}"
        );
        assert_eq!(problem["fieldErrors"][0]["field"], field, "{problem}");
        assert!(!problem.to_string().contains("planted"), "{problem}");
        assert_eq!(world.status(&user).await, "integrationNotStarted");
    }
    let history: Vec<_> =
        world.events(&user).await.iter().map(|event| event["headers"].clone()).collect();
    assert_eq!(history.len(), 2, "what Panorama was asked, and nothing else: {history:?}");
}

#[tokio::test]
async fn an_app_key_that_has_lost_its_secret_is_mended_by_a_registration_and_not_by_a_creation() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    world.lose_the_secret().await;
    world.pass(10, 0);

    let (status, problem) = create(&world, &user, |_| {}).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::BAD_REQUEST, &"unknownAppKey".into()),
        "{problem}"
    );

    let stage = &world.machine.ready.stage;
    assert_eq!(world.app_key(Method::POST, stage, stage.partner.password).await, StatusCode::OK);
    assert_eq!(create(&world, &user, |_| {}).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn an_operation_of_another_leaf_user_is_not_taken_by_hand() {
    let world = World::start().await;
    let (first, second) = (world.create_user("first").await, world.create_user("second").await);
    world.start_session(&first, Some(FARM)).await;
    let callback = world.share(FARM).await;
    world.browser().open(&callback).await;

    let (status, problem) = create(&world, &second, |_| {}).await;

    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::CONFLICT, &"operationAlreadyConnected".into())
    );
    assert_eq!(world.status(&first).await, "ACTIVE");
}

#[tokio::test]
async fn an_old_callback_does_not_bring_back_an_operation_that_was_left_since() {
    let world = World::start().await;
    already_shared(&world, "t8Zq2mLx").await;
    let user = world.create_user("maria").await;
    world.start_session(&user, Some(FARM)).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    let (status, _) =
        create(&world, &user, |body| body["organizationCode"] = "t8Zq2mLx".into()).await;
    assert_eq!(status, StatusCode::CREATED);

    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");

    assert_eq!(world.credential(&user).await.1["organizationCode"], "t8Zq2mLx");
}

#[tokio::test]
async fn a_panorama_that_does_not_answer_creates_nothing_and_says_when_to_try_again() {
    let world = World::start().await;
    already_shared(&world, FARM).await;
    let user = world.create_user("maria").await;
    world.fault(json!({ "call": "listSharing", "fault": "status", "status": 503 })).await;

    let (status, problem) = create(&world, &user, |_| {}).await;

    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"panoramaUnavailable".into())
    );
    assert_eq!(world.status(&user).await, "integrationNotStarted");
    assert_eq!(create(&world, &user, |_| {}).await.0, StatusCode::CREATED);
}
