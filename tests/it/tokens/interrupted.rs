//! Renewals that something comes between.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::staged_process;
use crate::world::{World, at_once};

/// A pool that is known to rotate refresh tokens, an hour after the last renewal.
async fn rotating() -> Arc<World> {
    let world = World::start().await;
    world.rotate_refresh_tokens().await;
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    world.pass(60, 0);
    world.cognito().await;
    Arc::new(world)
}

/// A process gets new tokens and dies before it has saved them or given the lease back.
async fn one_dies_with_the_lease(world: &World) {
    let (secrets, panorama) = staged_process(world);
    tokio::select! {
        result = world.use_token(&panorama) => panic!("it waits to save: {result:?}"),
        () = secrets.about_to_save.notified() => {}
    }
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 200"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_with_the_lease_holds_the_others_up_for_seconds_only() {
    let world = rotating().await;
    one_dies_with_the_lease(&world).await;
    let others = (0..5).map(|_| {
        let (world, process) = (world.clone(), world.another_process());
        async move { world.use_token(&*process.ports.partner_account).await }
    });
    for result in at_once(others).await {
        result.expect("a good token, though the lease is taken");
    }
    world.cognito().await;
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(
        world.cognito().await,
        ["getTokensFromRefreshToken 200"],
        "a refresh token that works was saved"
    );
}

#[tokio::test]
async fn a_refresh_token_that_was_lost_with_its_process_is_replaced_by_a_login() {
    let world = rotating().await;
    one_dies_with_the_lease(&world).await;
    world.pass(1, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 400", "initiateAuth 200"]);
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 200"]);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again() {
    let world = rotating().await;
    world.fault(json!({ "call": "getTokensFromRefreshToken", "fault": "dropAfter" })).await;
    let process = world.another_process();
    world.use_token(&*process.ports.partner_account).await.expect_err("no answer");
    world
        .use_token(&*process.ports.partner_account)
        .await
        .expect("a good token, and no waiting for a lease");
    let asked = ["getTokensFromRefreshToken null", "getTokensFromRefreshToken 200"];
    assert_eq!(world.cognito().await, asked, "the old refresh token works for a minute");
}

#[tokio::test]
async fn tokens_that_cannot_be_saved_serve_their_process_and_the_next_one_logs_in() {
    let world = rotating().await;
    let before = world.secret().await;
    let (secrets, panorama) = staged_process(&world);
    secrets.broken.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        world.use_token(&panorama).await.expect("a good token");
    }
    assert_eq!(
        world.cognito().await,
        ["getTokensFromRefreshToken 200"],
        "it is kept in the process"
    );
    assert_eq!(world.secret().await, before);

    world.pass(1, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 400", "initiateAuth 200"]);
}

#[tokio::test]
async fn a_new_password_that_comes_during_a_renewal_is_not_undone() {
    let world = Arc::new(World::start().await);
    world.pass(60, 0);
    let (secrets, panorama) = staged_process(&world);
    let renewal = tokio::spawn({
        let world = world.clone();
        async move { world.use_token(&panorama).await }
    });
    secrets.about_to_save.notified().await;
    let password = "Another-2027";
    let path = world.panorama("/control/partners/STAGE/password");
    let changed = world
        .http
        .post(path)
        .json(&json!({ "password": password }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        world.app_key(Method::PUT, &world.machine.ready.stage, password).await,
        StatusCode::OK
    );
    let written = world.secret().await;

    world.cognito().await;
    secrets.go.notify_one();
    renewal.await.expect("it ends").expect("a good token");
    assert_eq!(
        world.secret().await,
        written,
        "neither the password nor the tokens that came of it"
    );
    assert_eq!(written.credentials.password.expose(), password);
    assert!(world.cognito().await.is_empty(), "the tokens of the new login are used");
}

#[tokio::test]
async fn an_app_key_that_is_deleted_during_a_renewal_has_no_token() {
    let world = Arc::new(World::start().await);
    world.pass(60, 0);
    let (secrets, panorama) = staged_process(&world);
    let renewal = tokio::spawn({
        let world = world.clone();
        async move { world.use_token(&panorama).await }
    });
    secrets.about_to_save.notified().await;
    let deleted = world.app_key(Method::DELETE, &world.machine.ready.stage, "").await;
    assert!(deleted.is_success(), "{deleted}");
    secrets.go.notify_one();
    let error = renewal.await.expect("it ends").expect_err("no token");
    assert_eq!(error.to_string(), "the app key has no secret");
    assert_eq!(world.calls("listSharing").await, 0);
}

#[tokio::test]
async fn a_renewal_that_another_process_has_done_meanwhile_is_not_done_again() {
    let world = rotating().await;
    let (secrets, panorama) = staged_process(&world);
    secrets.slow_read.store(true, Ordering::SeqCst);
    let late = tokio::spawn({
        let world = world.clone();
        async move { world.use_token(&panorama).await }
    });
    // It has seen a token that has expired, and not yet asked for the lease.
    secrets.has_read.notified().await;
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    secrets.go.notify_one();
    late.await.expect("it ends").expect("a good token");
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 200"]);
}

#[tokio::test]
async fn the_lease_is_given_back_whatever_came_of_the_renewal() {
    for fault in [None, Some(json!({ "call": "initiateAuth", "fault": "status", "status": 500 }))] {
        let world = World::start().await;
        world.pass(60, 0);
        if let Some(fault) = &fault {
            world.fault(fault.clone()).await;
        }
        let result = world.use_token(&*world.another_process().ports.partner_account).await;
        assert_eq!(result.is_err(), fault.is_some());
        assert!(world.lease_is_free().await, "{fault:?}");
        assert!(!world.lease_is_free().await, "it was taken");
    }
}
