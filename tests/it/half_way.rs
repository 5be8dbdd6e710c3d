//! What an answer says of what was done is so, and what it advises can succeed.

mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_types::body::SdkBody;
use local::seed::SECRETS_PREFIX;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::aws_calls::{before_each, operation};
use crate::world::{FARM, MANAGEMENT, World};

const NAME: &str = "prairie-insights";
/// As long as that one's: its secret is scheduled for deletion.
const DOOMED: &str = "prairie-insightz";

/// A machine that sends so many creations to the name of a secret that is being deleted: the engine
/// then answers what AWS answers for a while after a deletion without recovery, which the engine
/// has done at once.
async fn world_with(still_being_deleted: &Arc<AtomicUsize>) -> World {
    let left = still_being_deleted.clone();
    let interceptor = before_each(move |request| {
        if operation(request) == "CreateSecret"
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok()
        {
            let body = String::from_utf8(request.body().bytes().ok_or("a body")?.to_vec())?;
            *request.body_mut() = SdkBody::from(body.replace(NAME, DOOMED));
        }
        Ok(())
    });
    let world = World::start_with(|options| options.interceptors.push(interceptor)).await;
    let name = format!("{SECRETS_PREFIX}/app-key/STAGE/{DOOMED}");
    let created =
        world.machine.secrets_manager.create_secret().name(&name).secret_string("{}").send().await;
    created.expect("a secret");
    world.schedule_deletion(&format!("app-key/STAGE/{DOOMED}")).await;
    world
}

async fn send(world: &World, method: Method) -> (StatusCode, Value) {
    let stage = &world.machine.ready.stage;
    let body = json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "sharingUrlId": stage.sharing_url_id,
    });
    let path = format!("{MANAGEMENT}/app-keys/Panorama/{NAME}/STAGE");
    let request = world.owner(method.clone(), &path);
    world
        .json(if method == Method::GET || method == Method::DELETE {
            request
        } else {
            request.json(&body)
        })
        .await
}

async fn verify(world: &World) -> Value {
    let path = format!("{MANAGEMENT}/app-keys/Panorama/{NAME}/STAGE/verify");
    world.json(world.owner(Method::POST, &path)).await.1
}

#[tokio::test]
async fn a_name_that_is_still_being_deleted_is_waited_for() {
    let deleted = Arc::default();
    let world = world_with(&deleted).await;
    assert_eq!(send(&world, Method::DELETE).await.0, StatusCode::NO_CONTENT);
    deleted.store(2, Ordering::SeqCst);
    assert_eq!(send(&world, Method::POST).await.0, StatusCode::CREATED);
    assert_eq!(verify(&world).await["ok"], true);
}

#[tokio::test]
async fn where_it_is_said_that_nothing_was_changed_nothing_was() {
    let deleted = Arc::default();
    let world = world_with(&deleted).await;
    assert_eq!(send(&world, Method::DELETE).await.0, StatusCode::NO_CONTENT);
    deleted.store(usize::MAX, Ordering::SeqCst);
    let (status, problem) = send(&world, Method::POST).await;
    assert_eq!(
        (status, &problem["errorKey"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"storageUnavailable".into())
    );
    assert!(
        problem["detail"].as_str().expect("a text").contains("Nothing was changed"),
        "{problem}"
    );
    assert_eq!(send(&world, Method::GET).await.0, StatusCode::NOT_FOUND);
    deleted.store(0, Ordering::SeqCst);
    assert_eq!(send(&world, Method::POST).await.0, StatusCode::CREATED, "trying again does it");
}

#[tokio::test]
async fn a_secret_that_is_scheduled_for_deletion_is_kept_by_the_put_that_verify_advises() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    for method in [Method::PUT, Method::POST] {
        world.schedule_deletion(&format!("app-key/STAGE/{NAME}")).await;
        let report = verify(&world).await;
        assert!(
            report["checks"][0]["whatToDo"].as_str().expect("advice").contains("PUT"),
            "{report}"
        );
        assert_eq!(send(&world, method).await.0, StatusCode::OK);
        assert_eq!(verify(&world).await["ok"], true);
    }
    assert_eq!(world.status(&maria).await, "ACTIVE");
}

#[tokio::test]
async fn a_secret_that_is_scheduled_for_deletion_goes_with_its_app_key() {
    let world = World::start().await;
    world.schedule_deletion(&format!("app-key/STAGE/{NAME}")).await;
    assert_eq!(send(&world, Method::DELETE).await.0, StatusCode::NO_CONTENT);
    assert_eq!(send(&world, Method::POST).await.0, StatusCode::CREATED);
    assert_eq!(verify(&world).await["ok"], true);
}
