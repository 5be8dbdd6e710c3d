//! A process keeps a token no longer than the app key has the credentials that it came from.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{FARM, World};

const NEW_PASSWORD: &str = "Another-2027";

async fn resources(world: &World, user: &str) -> StatusCode {
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    world.json(world.owner(Method::GET, &path)).await.0
}

/// The partner changes its password at Panorama and then here. The login of before is ended, so
/// that its tokens would be noticed.
async fn change_password(world: &World) {
    let old = world.secret().await;
    let path = world.panorama("/control/partners/STAGE/password");
    let changed = world
        .http
        .post(path)
        .json(&json!({ "password": NEW_PASSWORD }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        world.app_key(Method::PUT, &world.machine.ready.stage, NEW_PASSWORD).await,
        StatusCode::OK
    );
    let refresh = old.tokens.and_then(|tokens| tokens.refresh).expect("a refresh token");
    let body = json!({ "ClientId": old.credentials.client_id.expose(), "Token": refresh.expose() });
    let revoke = world.http.post(world.panorama("/"));
    let revoke = revoke.header("x-amz-target", "AWSCognitoIdentityProviderService.RevokeToken");
    let revoked = revoke
        .header("content-type", "application/x-amz-json-1.1")
        .body(body.to_string())
        .send()
        .await;
    assert_eq!(revoked.expect("an answer").status(), StatusCode::OK);
    world.cognito().await;
}

#[tokio::test]
async fn a_deleted_app_key_has_no_token_any_more() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    assert_eq!(resources(&world, &user).await, StatusCode::OK);
    let asked = world.calls("listFields").await;

    let deleted = world.app_key(Method::DELETE, &world.machine.ready.stage, "").await;
    assert!(deleted.is_success(), "{deleted}");
    let status = resources(&world, &user).await;
    assert_ne!(status, StatusCode::OK);
    assert_eq!(world.calls("listFields").await, asked, "Panorama was not asked with the old token");
}

#[tokio::test]
async fn the_call_after_a_new_password_uses_the_new_login() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    assert_eq!(resources(&world, &user).await, StatusCode::OK);

    change_password(&world).await;
    assert_eq!(resources(&world, &user).await, StatusCode::OK);
    assert_eq!(world.calls("listFields").await, 1, "the first token was the right one");
    assert!(world.cognito().await.is_empty(), "the update had logged in");
}

#[tokio::test]
async fn another_process_uses_the_new_login_five_minutes_later() {
    let world = World::start().await;
    let process = world.another_process();
    world.use_token(&*process.ports.partner_account).await.expect("a good token");

    change_password(&world).await;
    world.pass(5, 0);
    world.use_token(&*process.ports.partner_account).await.expect("a good token");
    assert_eq!(world.calls("listSharing").await, 1, "the first token was the right one");
}
