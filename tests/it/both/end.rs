//! The end of a connection, and what is free for others then.

use reqwest::{Method, StatusCode};

use super::with_both_upstreams;
use crate::world::{FARM, MANAGEMENT, World};

with_both_upstreams! {
    a_deleted_credential_is_gone_and_its_operation_is_free
    a_deleted_leaf_user_is_gone_with_its_connection
    an_operation_of_another_leaf_user_is_refused_at_the_start
}

async fn a_deleted_credential_is_gone_and_its_operation_is_free(world: World) {
    let user = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    for _ in 0..2 {
        world.ask(Method::DELETE, &path).await.no_content();
        assert_eq!(world.status(&user).await, "integrationNotStarted");
    }
    assert!(world.events(&user).await.is_empty());
    world.connected("dale", FARM).await;
}

async fn a_deleted_leaf_user_is_gone_with_its_connection(world: World) {
    let user = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{user}");
    world.ask(Method::DELETE, &path).await.no_content();
    world.ask(Method::DELETE, &path).await.problem(404, "leafUserNotFound");
    world.ask(Method::GET, &path).await.problem(404, "leafUserNotFound");
    assert_eq!(world.status(&user).await, "leafUserNotFound");
    world.connected("dale", FARM).await;
}

async fn an_operation_of_another_leaf_user_is_refused_at_the_start(world: World) {
    world.connected("maria", FARM).await;
    let other = world.create_user("dale").await;
    let (status, problem) = world.post_start(&other, &world.start_body("STAGE", Some(FARM))).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::CONFLICT, &"operationAlreadyConnected".into())
    );
    assert_eq!(world.status(&other).await, "integrationNotStarted");
}
