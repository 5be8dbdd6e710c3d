//! Each type of alert, from what really happens.

use std::time::Duration;

use domain::alert::AlertType;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::receiver::{Call, Receiver};
use super::{SECRET, after, listening};
use crate::world::{FARM, MANAGEMENT, OTHER_FARM, World, limit_permission};

async fn one(world: &World, receiver: &Receiver) -> Call {
    assert_eq!(after(world, 0).await, (0, 0));
    let calls = receiver.take();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    calls[0].clone()
}

fn shows_no_secret(world: &World, call: &Call) {
    let account = &world.machine.ready.stage;
    for secret in [FARM, OTHER_FARM, SECRET, account.partner.password, "@"] {
        let text = format!("{:?} {}", call.headers, call.body);
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn a_connection_is_told_from_its_beginning_to_its_end() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    let user = world.connected("maria", FARM).await;
    let (_, credential) = world.credential(&user).await;
    let expected = |kind: &str, status: &str, call: &Call| {
        let told = call.json();
        assert_eq!(told["type"], kind, "{told}");
        assert_eq!(told["status"], status, "{told}");
        let client = world.machine.ready.stage.client_id;
        assert_eq!((&told["provider"], &told["credential"]), (&"Panorama".into(), &client.into()));
        assert_eq!(
            (&told["credentialId"], &told["leafUserId"]),
            (&credential["id"], &user.clone().into())
        );
        assert_eq!(
            (&told["clientEnvironment"], &told["appName"]),
            (&"STAGE".into(), &"prairie-insights".into())
        );
        assert!(told["message"].as_str().is_some_and(|message| !message.is_empty()), "{told}");
        assert!(told["timestamp"].as_str().is_some_and(|at| at.ends_with(".000000Z")), "{told}");
        shows_no_secret(&world, call);
    };

    expected("connectionActivated", "ACTIVE", &one(&world, &receiver).await);
    world.unshare(FARM).await;
    world.clock.advance(Duration::from_mins(15));
    world.check_after(0).await;
    expected("connectionRevoked", "REVOKED", &one(&world, &receiver).await);
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "connected");
    expected("connectionRecovered", "ACTIVE", &one(&world, &receiver).await);
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials");
    assert_eq!(world.json(world.owner(Method::DELETE, &path)).await.0, StatusCode::NO_CONTENT);
    expected("connectionDeleted", "DELETED", &one(&world, &receiver).await);
}

#[tokio::test]
async fn a_check_that_changes_nothing_and_a_status_that_is_looked_at_tell_nothing() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    let user = world.connected("maria", FARM).await;
    after(&world, 0).await;
    receiver.take();
    world.clock.advance(Duration::from_mins(15));
    world.check_after(0).await;
    let look = format!("{MANAGEMENT}/users/{user}/panorama-credentials?verify=true");
    assert_eq!(world.json(world.owner(Method::GET, &look)).await.0, StatusCode::OK);
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.types(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_login_is_one_alert_about_the_app_key_and_not_one_per_farmer() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    world.connected("maria", FARM).await;
    world.connected("dale", OTHER_FARM).await;
    after(&world, 0).await;
    receiver.take();
    world.partner_password_is_now("Another-2027").await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_hours(1));
        world.check_after(0).await;
    }

    let call = one(&world, &receiver).await;
    let told = call.json();
    assert_eq!(
        (&told["type"], &told["status"]),
        (&"credentialsUnauthenticated".into(), &"UNAUTHENTICATED".into())
    );
    assert_eq!(
        (told.get("credentialId"), told.get("leafUserId")),
        (Some(&Value::Null), Some(&Value::Null))
    );
    assert_eq!(told["credential"], world.machine.ready.stage.client_id, "which login it is");
    assert_eq!(
        (&told["clientEnvironment"], &told["appName"]),
        (&"STAGE".into(), &"prairie-insights".into())
    );
    shows_no_secret(&world, &call);

    world.partner_password_is_now(world.machine.ready.stage.partner.password).await;
    world.clock.advance(Duration::from_hours(24));
    world.check_after(0).await;
    assert_eq!(one(&world, &receiver).await.json()["type"], "connectionRecovered");
}

#[tokio::test]
async fn a_farmer_who_does_not_come_is_told_when_the_time_is_over() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    let user = world.create_user("maria").await;
    let started = world.start_session(&user, Some(FARM)).await;
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(after(&world, 14 * 60).await, (0, 0));
    assert_eq!(receiver.types(), Vec::<String>::new());

    // One delivery notices it, and the next finds in the stream what the first has stored.
    assert_eq!(after(&world, 61).await, (0, 0));
    let call = one(&world, &receiver).await;
    let told = call.json();
    assert_eq!((&told["type"], &told["status"]), (&"connectionExpired".into(), &"EXPIRED".into()));
    assert_eq!((&told["leafUserId"], &told["credentialId"]), (&user.into(), &Value::Null));
    assert!(!call.body.contains(&started.session_id), "whoever has it can open its hop link");
    shows_no_secret(&world, &call);
}

/// Upstream `panorama` never finds this out; the row says it.
#[tokio::test]
async fn a_credential_that_may_see_only_part_is_told() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    let user = world.connected("maria", FARM).await;
    after(&world, 0).await;
    receiver.take();
    limit_permission(&world.machine, &user).await;

    let told = one(&world, &receiver).await.json();
    assert_eq!(
        (&told["type"], &told["status"]),
        (&"credentialsLimitedPermission".into(), &"LIMITED_PERMISSION".into())
    );
}

/// The alert is told and its fields are there, though nobody knows the client id any more.
#[tokio::test]
async fn an_alert_of_an_app_key_whose_secret_is_gone_has_no_client_id() {
    let (world, receiver, _) = listening(&AlertType::ALL).await;
    world.connected("maria", FARM).await;
    let name = "panorama-connect/app-key/STAGE/prairie-insights";
    let secrets = &world.machine.secrets_manager;
    secrets
        .delete_secret()
        .secret_id(name)
        .force_delete_without_recovery(true)
        .send()
        .await
        .expect("deleted");
    world.clock.advance(adapters::secrets_manager::CACHED_FOR);
    let told = one(&world, &receiver).await.json();
    assert_eq!(
        (&told["type"], told.get("credential")),
        (&"connectionActivated".into(), Some(&Value::Null))
    );
}

#[tokio::test]
async fn an_event_that_nobody_registered_for_is_told_to_nobody() {
    let (world, receiver, _) = listening(&[AlertType::ConnectionRevoked]).await;
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.types(), Vec::<String>::new());
}
