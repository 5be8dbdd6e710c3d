//! What Leaf refuses of a client's own is the client's to mend, and is told so; Leaf's words are
//! not.

use domain::record::Shown;
use reqwest::Method;
use serde_json::json;

use super::PLANTED;
use crate::world::{MANAGEMENT, World};

#[tokio::test]
async fn what_leaf_refuses_of_a_body_is_a_bad_request_that_names_the_fields() {
    let (world, peer) = World::in_front_of_peer().await;
    let id = peer.has(json!({ "name": "maria" }));
    let users = format!("{MANAGEMENT}/users");
    let answer =
        world.ask_with(Method::POST, &users, &json!({ "email": "dale@farm.example" })).await;
    answer.problem_of(400, "leafRefused", &["name"]);
    answer.says_nothing_of([PLANTED]);
    for (status, key) in [(400, "emailexists"), (409, "conflict"), (422, "error.validation")] {
        for (method, path) in [
            (Method::POST, users.clone()),
            (Method::PUT, users.clone()),
            (Method::PATCH, format!("{users}/{id}")),
        ] {
            let refusal = json!({
                "errorKey": key, "message": PLANTED, "fieldErrors": [{ "field": PLANTED }],
            });
            peer.with(|records| records.refusal = Some((status, refusal)));
            let answer = world.ask_with(method, &path, &json!({ "id": id, "name": "n" })).await;
            answer.problem(400, "leafRefused");
            answer.says_nothing_of([PLANTED]);
        }
    }
}

#[tokio::test]
async fn a_leaf_user_that_leaf_does_not_have_is_not_found_and_is_not_made_here() {
    let (world, peer) = World::in_front_of_peer().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let users = format!("{MANAGEMENT}/users");
    let body = json!({ "id": nobody, "name": "n" });
    world.ask_with(Method::PUT, &users, &body).await.problem(404, "leafUserNotFound");
    world
        .ask_with(Method::PATCH, &format!("{users}/{nobody}"), &body)
        .await
        .problem(404, "leafUserNotFound");
    world.ask(Method::GET, &format!("{users}/{nobody}")).await.problem(404, "leafUserNotFound");
    world.ask(Method::DELETE, &format!("{users}/{nobody}")).await.problem(404, "leafUserNotFound");
    for (body, key) in [
        (json!({ "name": "n" }), "missingField"),
        (json!({ "id": "x", "name": "n" }), "malformedField"),
        (json!({ "id": 7 }), "mistypedField"),
    ] {
        world.ask_with(Method::PUT, &users, &body).await.problem_of(400, key, &["id"]);
    }
    assert!(peer.with(|records| records.users.is_empty()));
}

#[tokio::test]
async fn what_leaf_has_done_is_answered_as_done_though_our_own_row_cannot_be_written() {
    let (world, peer) = World::in_front_of_peer().await;
    let known = peer.has(json!({ "name": "maria" }));
    world.start_session(&known, None).await;
    // Nothing of the table can be reached; the secrets can, so Leaf is signed in to.
    let mut settings = (*world.machine.service.settings).clone();
    settings.table_name = "no-such-table".to_owned();
    let (dynamodb, secrets_manager) =
        (world.machine.dynamodb.clone(), world.machine.secrets_manager.clone());
    let clients = shared::service::Clients {
        dynamodb,
        secrets_manager,
        files: shared::service::Files::none(),
        converter: world.machine.service.ports.converter.clone(),
        receivers: world.machine.service.ports.receivers.clone(),
        clock: world.clock.clone(),
        randomness: world.machine.service.ports.randomness.clone(),
    };
    let service = shared::service::Service::new(settings, clients).expect("a service");
    let sent =
        |body: serde_json::Value| domain::sent::Sent(body.as_object().expect("an object").clone());
    let records = &service.records;
    let made =
        records.create_user(sent(json!({ "name": "dale" }))).await.expect("Leaf has made it");
    assert_eq!(peer.user(&made.id)["name"], "dale");
    let known = known.parse().expect("an id");
    let change = records.change_user(known, sent(json!({ "name": "zoe" }))).await;
    assert!(matches!(change.expect("Leaf has changed it"), Shown::Theirs(_)));
    assert_eq!(
        world.start_session(&made.id, None).await.status,
        "PENDING",
        "it is taken over at its first use"
    );
}
