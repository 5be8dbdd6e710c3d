//! API owners that the tool `owners` adds to the secret that a deployment made.

use adapters::secrets_manager::{CACHED_FOR, owners_name};
use owners::Owners;
use reqwest::StatusCode;
use serde_json::json;

use crate::world::{MANAGEMENT, World};

const NAME: &str = "second-owner@prairie-insights.example";
const PASSWORD: &str = "Another-Prairie-Owner-2026";

impl World {
    /// What an engineer does with the tool between two calls of the AWS CLI; then every process's
    /// memory of the secret is over.
    async fn change_owners(&self, change: impl FnOnce(&mut Owners)) {
        let secrets = &self.machine.secrets_manager;
        let id = owners_name(&self.machine.service.settings.secrets_prefix);
        let read = secrets.get_secret_value().secret_id(&id).send().await.expect("the secret");
        let mut owners =
            Owners::read(read.secret_string().expect("a text")).expect("the owners' secret");
        change(&mut owners);
        secrets
            .put_secret_value()
            .secret_id(&id)
            .secret_string(owners.write())
            .send()
            .await
            .expect("written");
        self.clock.advance(CACHED_FOR);
    }

    /// A sign-in's status, and its token if there is one.
    async fn sign_in_as(&self, name: &str, password: &str) -> (StatusCode, Option<String>) {
        let body = json!({ "username": name, "password": password, "rememberMe": "true" });
        let (status, answer) =
            self.json(self.http.post(self.api("/api/authenticate")).json(&body)).await;
        (status, answer["id_token"].as_str().map(ToOwned::to_owned))
    }

    /// What a token opens.
    async fn list_with(&self, token: &str) -> StatusCode {
        let request = self.http.get(self.api(&format!("{MANAGEMENT}/users"))).bearer_auth(token);
        request.send().await.expect("an answer").status()
    }
}

#[tokio::test]
async fn an_owner_signs_in_from_when_it_is_added_until_it_is_removed() {
    let world = World::start().await;
    assert_eq!(world.sign_in_as(NAME, PASSWORD).await.0, StatusCode::UNAUTHORIZED);
    world.change_owners(|owners| owners.add(NAME, PASSWORD).expect("added")).await;
    assert_eq!(world.sign_in_as(NAME, PASSWORD).await.0, StatusCode::OK);
    world.change_owners(|owners| owners.remove(NAME).expect("removed")).await;
    assert_eq!(world.sign_in_as(NAME, PASSWORD).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_ends_with_the_password_that_it_was_got_with() {
    let world = World::start().await;
    world.change_owners(|owners| owners.add(NAME, PASSWORD).expect("added")).await;
    let old = world.sign_in_as(NAME, PASSWORD).await.1.expect("a token");
    assert_eq!(world.list_with(&old).await, StatusCode::OK);
    world
        .change_owners(|owners| {
            owners.add(NAME, "Yet-Another-Prairie-Owner-2026").expect("changed");
        })
        .await;
    assert_eq!(world.list_with(&old).await, StatusCode::UNAUTHORIZED, "the password was changed");
    assert_eq!(world.list_with(&world.token).await, StatusCode::OK, "another owner's was not");
}

#[tokio::test]
async fn a_token_ends_with_its_owner_and_does_not_come_back_with_the_name() {
    let world = World::start().await;
    world.change_owners(|owners| owners.add(NAME, PASSWORD).expect("added")).await;
    let old = world.sign_in_as(NAME, PASSWORD).await.1.expect("a token");
    world.change_owners(|owners| owners.remove(NAME).expect("removed")).await;
    assert_eq!(world.list_with(&old).await, StatusCode::UNAUTHORIZED);
    world.change_owners(|owners| owners.add(NAME, PASSWORD).expect("added")).await;
    assert_eq!(
        world.list_with(&old).await,
        StatusCode::UNAUTHORIZED,
        "of this name and password, but another owner"
    );
    let new = world.sign_in_as(NAME, PASSWORD).await.1.expect("a token");
    assert_eq!(world.list_with(&new).await, StatusCode::OK);
}
