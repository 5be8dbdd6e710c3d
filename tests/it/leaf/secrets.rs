//! Leaf's answers have tokens and passwords in them. None comes out of ours.

use local::seed;
use reqwest::Method;

use super::PLANTED;
use crate::answer::Answer;
use crate::world::{FARM, MANAGEMENT, World};

#[tokio::test]
async fn nothing_that_leaf_tells_of_tokens_is_passed_on() {
    let world = World::in_proxy_mode().await;
    let user = world.connected("maria", FARM).await;
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    let theirs = world
        .at_leaf(Method::GET, &path)
        .await
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    assert!(theirs.contains(PLANTED), "Leaf does tell: {theirs}");
    for path in [
        path.clone(),
        format!("{path}?verify=true"),
        format!("{path}/events"),
        format!("{MANAGEMENT}/users/{user}"),
    ] {
        let answer = world.ask(Method::GET, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.says_nothing_of([
            PLANTED,
            seed::LEAF_ACCOUNT.username,
            seed::LEAF_ACCOUNT.password,
            "Token",
            "password",
        ]);
    }
}

#[tokio::test]
async fn what_leaf_says_when_it_refuses_is_not_quoted() {
    let world = World::in_proxy_mode().await;
    let user = world.create_user("maria").await;
    let refused = serde_json::json!({ "fault": "status", "status": 418 });
    world.disturb(&refused).await;
    let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
    let request = world.owner(Method::POST, &path).json(&world.start_body("STAGE", Some(FARM)));
    let answer = Answer::of(request).await;
    answer.problem(502, "leafDeclined");
    answer.says_nothing_of([PLANTED, FARM, world.machine.ready.stage.partner.password]);
}
