//! Panorama's bad days do not become floods of logins, nor of versions of a secret: whoever asks,
//! from whichever process.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::aws_calls::AwsCalls;
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World};

/// How many versions of the app key's secret were stored.
fn versions(calls: &AwsCalls) -> usize {
    calls.count("PutSecretValue")
}

/// Every way to ask Panorama about a connected farmer, once.
async fn everybody_asks(world: &World, user: &str) {
    let resources =
        format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    world.json(world.owner(Method::GET, &resources)).await;
    let look = format!("{MANAGEMENT}/users/{user}/panorama-credentials?verify=true");
    world.json(world.owner(Method::GET, &look)).await;
    let verify =
        format!("{MANAGEMENT}/app-keys/Panorama/{}/STAGE/verify", world.machine.ready.app_name);
    world.json(world.owner(Method::POST, &verify)).await;
    world.browser().open(&world.callback(OTHER_FARM)).await;
    world.use_token(&*world.another_process().ports.partner_account).await.ok();
}

async fn refuse(world: &World, status: u16) {
    for call in ["listSharing", "listFields", "confirmSharing"] {
        world.fault(json!({ "call": call, "fault": "status", "status": status, "times": 0 })).await;
    }
}

async fn resources(world: &World, user: &str) -> (StatusCode, Value) {
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    world.json(world.owner(Method::GET, &path)).await
}

#[tokio::test]
async fn tokens_that_are_refused_although_they_are_new_are_few_however_many_ask() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    let user = world.connected("maria", FARM).await;
    refuse(&world, 401).await;
    let (versions_before, logins) = (versions(&calls), world.calls("initiateAuth").await);
    for _ in 0..110 {
        let (status, problem) = resources(&world, &user).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::BAD_GATEWAY, &"panoramaBadAnswer".into()),
            "{problem}"
        );
    }
    assert!(versions(&calls) - versions_before <= 3);
    assert!(world.calls("initiateAuth").await - logins <= 3);
    assert_eq!(world.status(&user).await, "ACTIVE", "the login works, and the farmer's side does");

    let other = "Another-2027";
    world.change_partner_password("STAGE", other).await;
    let stage = &world.machine.ready.stage;
    assert_eq!(
        world.app_key(Method::PUT, stage, other).await,
        StatusCode::OK,
        "a new password can be stored"
    );
    world.mend().await;
    assert_eq!(resources(&world, &user).await.0, StatusCode::OK, "and is used at once");
}

#[tokio::test]
async fn a_day_on_which_every_token_is_refused_has_room_for_a_new_password() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    let user = world.connected("maria", FARM).await;
    refuse(&world, 401).await;
    let (versions_before, logins) = (versions(&calls), world.calls("initiateAuth").await);
    for _ in 0..24 * 4 {
        everybody_asks(&world, &user).await;
        world.check_after(15).await;
        assert_eq!(world.status(&user).await, "ACTIVE");
    }
    let written = versions(&calls) - versions_before;
    assert!(written <= 60, "{written} versions");
    // Looks at the set-up are logins of their own.
    let logins = world.calls("initiateAuth").await - logins;
    assert!(logins <= 60 + 24 * 4, "{logins} logins");
    world.mend().await;
    assert_eq!(
        resources(&world, &user).await.0,
        StatusCode::OK,
        "what is in the secret is tried, whatever waits"
    );
}

#[tokio::test]
async fn a_refused_login_is_tried_now_and_then_whoever_asks() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let right = world.machine.ready.stage.partner.password;
    world.partner_password_is_now("Another-2027").await;
    let logins = world.calls("initiateAuth").await;
    for _ in 0..50 {
        everybody_asks(&world, &user).await;
    }
    let asked = world.calls("initiateAuth").await - logins;
    assert!(
        asked <= 9,
        "{asked}: three renewals of a refresh and a login each, three looks at the set-up"
    );
    assert_eq!(
        resources(&world, &user).await.1["errorKey"],
        "partnerLoginRefused",
        "the reason is remembered"
    );

    // Mended at Panorama: whoever says so by a look at the set-up need not wait, and nobody else
    // waits long.
    world.partner_password_is_now(right).await;
    world.pass(30, 0);
    assert_eq!(resources(&world, &user).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_login_that_does_not_answer_is_asked_less_and_less_often() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.fault(json!({ "fault": "expireTokens" })).await;
    world
        .fault(json!({ "call": "initiateAuth", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let logins = world.calls("initiateAuth").await;
    for _ in 0..60 * 10 {
        let (status, problem) = resources(&world, &user).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"panoramaUnavailable".into())
        );
        world.pass(0, 6);
    }
    let asked = world.calls("initiateAuth").await - logins;
    assert!(asked <= 24, "{asked} in an hour");
    world.mend().await;
    world.pass(5, 0);
    assert_eq!(
        resources(&world, &user).await.0,
        StatusCode::OK,
        "five minutes after it answers, at the latest"
    );
}

#[tokio::test]
async fn two_revocations_in_a_row_are_two_logins() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let process = world.another_process();
    world.use_token(&*process.ports.partner_account).await.expect("a good token");
    // Another process renews, and what it got is ended as well, before this one has seen it. The
    // first time nobody waits; where it goes on like that, for a minute.
    for wait in [0, 1] {
        world.fault(json!({ "fault": "expireTokens" })).await;
        world
            .use_token(&*world.another_process().ports.partner_account)
            .await
            .expect("a good token");
        world.fault(json!({ "fault": "expireTokens" })).await;
        world.pass(wait, 0);
        assert_eq!(resources(&world, &user).await.0, StatusCode::OK);
        world.use_token(&*process.ports.partner_account).await.expect("a good token");
        world.pass(2, 0);
    }
}

#[tokio::test]
async fn a_lifetime_that_cannot_be_is_read_as_one_that_can() {
    for lifetime in [
        "0",
        "-5",
        "1e300",
        "18446744073709551615",
        "99999999999999999999",
        "null",
        "\"soon\"",
        "{}",
    ] {
        let calls = AwsCalls::default();
        let world = World::calling_through(&calls).await;
        let user = world.connected("maria", FARM).await;
        let (versions_before, mut logins) = (versions(&calls), world.calls("initiateAuth").await);
        let body = format!(
            r#"{{"AuthenticationResult":{{"AccessToken":"a.b.c","IdToken":"x","ExpiresIn":{lifetime},"TokenType":"Bearer"}}}}"#
        );
        world
            .fault(json!({ "call": "initiateAuth", "fault": "answer", "body": body, "times": 0 }))
            .await;
        let shared = json!({ "items": [FARM] }).to_string();
        world
            .fault(json!({ "call": "listSharing", "fault": "answer", "body": shared, "times": 0 }))
            .await;
        world
            .fault(json!({ "call": "listFields", "fault": "answer", "body": "[]", "times": 0 }))
            .await;
        world.pass(61, 0);
        for _ in 0..5 {
            assert_eq!(resources(&world, &user).await.0, StatusCode::OK, "{lifetime}");
        }
        logins = world.calls("initiateAuth").await - logins;
        assert!(logins <= 1, "{lifetime}: {logins}");
        for _ in 0..24 {
            world.pass(5, 0);
            assert_eq!(resources(&world, &user).await.0, StatusCode::OK, "{lifetime}");
        }
        let written = versions(&calls) - versions_before;
        assert!(
            written <= 7,
            "{lifetime}: {written} versions in two hours, so that a day has room for them"
        );
    }
}

#[tokio::test]
async fn a_stale_password_that_many_starts_carry_is_one_login() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let stage = &world.machine.ready.stage;
    let body = |password: &str| {
        json!({
            "clientId": stage.client_id, "username": stage.partner.username, "password": password,
            "clientEnvironment": "STAGE", "organizationCode": FARM,
        })
    };
    let logins = world.calls("initiateAuth").await;
    for _ in 0..15 {
        for stale in ["Stale-2024", "Stale-2025"] {
            let (status, problem) = world.post_start(&user, &body(stale)).await;
            assert_eq!(
                (status, &problem["errorKey"]),
                (StatusCode::BAD_REQUEST, &"panoramaBadPassword".into())
            );
        }
    }
    assert_eq!(world.calls("initiateAuth").await - logins, 2, "one for each");
    world.change_partner_password("STAGE", "Another-2027").await;
    assert_eq!(
        world.post_start(&user, &body("Another-2027")).await.0,
        StatusCode::OK,
        "what is new is not held back"
    );

    world.change_partner_password("STAGE", "Stale-2025").await;
    world.pass(1, 0);
    assert_eq!(
        world.post_start(&user, &body("Stale-2025")).await.0,
        StatusCode::OK,
        "nor for long what has become right"
    );
    // A day of starts with the other one.
    let logins = world.calls("initiateAuth").await;
    for _ in 0..24 * 12 {
        world.pass(5, 0);
        assert_eq!(world.post_start(&user, &body("Stale-2024")).await.0, StatusCode::BAD_REQUEST);
    }
    let asked = world.calls("initiateAuth").await - logins;
    assert!(asked <= 60, "{asked}");
}
