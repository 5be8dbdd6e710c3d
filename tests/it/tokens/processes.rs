//! Twenty processes whose token has expired.

use std::sync::Arc;

use local::environment::TABLE_NAME;
use shared::service::Service;

use crate::world::{World, at_once};

const PROCESSES: usize = 20;

/// Processes that have a token each, and an hour later.
async fn an_hour_later(world: &World) -> Vec<Service> {
    let processes: Vec<_> = (0..PROCESSES).map(|_| world.another_process()).collect();
    for process in &processes {
        world
            .use_token(&*process.ports.partner_account)
            .await
            .expect("the token of the secret is good");
    }
    world.cognito().await;
    world.pass(60, 0);
    processes
}

/// All of them make a call at the same time; each call must succeed.
async fn all_use_a_token(world: &Arc<World>, processes: Vec<Service>) {
    let calls = processes.into_iter().map(|process| {
        let world = world.clone();
        async move { world.use_token(&*process.ports.partner_account).await }
    });
    for result in at_once(calls).await {
        result.expect("a good token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_processes_renew_with_one_call() {
    let world = Arc::new(World::start().await);
    let processes = an_hour_later(&world).await;
    all_use_a_token(&world, processes).await;
    assert_eq!(world.cognito().await, ["initiateAuth 200"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_processes_renew_with_one_call_where_refresh_tokens_rotate() {
    let world = Arc::new(World::start().await);
    world.rotate_refresh_tokens().await;
    world.cognito().await;
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(
        world.cognito().await,
        ["initiateAuth 400", "getTokensFromRefreshToken 200"],
        "that is how it is found out"
    );
    let found_out = world.secret().await;

    let processes = an_hour_later(&world).await;
    all_use_a_token(&world, processes).await;
    assert_eq!(world.cognito().await, ["getTokensFromRefreshToken 200"]);

    // Refresh tokens that have been used work for a minute: only the newest does an hour later.
    let renewed = world.secret().await;
    assert_ne!(renewed.tokens, found_out.tokens);
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(
        world.cognito().await,
        ["getTokensFromRefreshToken 200"],
        "the newest was in the secret"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_processes_log_in_with_one_call_when_the_refresh_token_is_revoked() {
    let world = Arc::new(World::start().await);
    let processes = an_hour_later(&world).await;
    world.fault(serde_json::json!({ "fault": "revokeRefreshTokens" })).await;
    all_use_a_token(&world, processes).await;
    assert_eq!(
        world.cognito().await,
        ["initiateAuth 400", "initiateAuth 200"],
        "the refresh token, then the password"
    );
}

#[tokio::test]
async fn a_table_that_gives_no_lease_holds_nobody_up() {
    let world = World::start().await;
    world.cognito().await;
    world.pass(60, 0);
    world
        .machine
        .dynamodb
        .delete_table()
        .table_name(TABLE_NAME)
        .send()
        .await
        .expect("it is deleted");
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
    assert_eq!(world.cognito().await, ["initiateAuth 200"]);
}
