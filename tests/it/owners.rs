//! API owners that the tool `owners` adds to the secret that a deployment made.

use owners::Owners;
use reqwest::StatusCode;
use serde_json::json;
use shared::adapters::secrets_manager::{CACHED_FOR, owners_name};

use crate::world::World;

const NAME: &str = "second-owner@prairie-insights.example";
const PASSWORD: &str = "Another-Prairie-Owner-2026";

#[tokio::test]
async fn an_owner_signs_in_from_when_it_is_added_until_it_is_removed() {
    let world = World::start().await;
    let change = async |change: fn(&mut Owners)| {
        let secrets = &world.machine.secrets_manager;
        let id = owners_name(&world.machine.service.settings.secrets_prefix);
        let read = secrets.get_secret_value().secret_id(&id).send().await.expect("the secret");
        let mut owners = Owners::read(read.secret_string().expect("a text")).expect("the owners' secret");
        change(&mut owners);
        secrets.put_secret_value().secret_id(&id).secret_string(owners.write()).send().await.expect("written");
        world.clock.advance(CACHED_FOR);
    };
    let sign_in = async || {
        let body = json!({ "username": NAME, "password": PASSWORD });
        let request = world.http.post(world.api("/api/authenticate")).json(&body);
        request.send().await.expect("an answer").status()
    };

    assert_eq!(sign_in().await, StatusCode::UNAUTHORIZED);
    change(|owners| owners.add(NAME, PASSWORD).expect("added")).await;
    assert_eq!(sign_in().await, StatusCode::OK);
    change(|owners| owners.remove(NAME).expect("removed")).await;
    assert_eq!(sign_in().await, StatusCode::UNAUTHORIZED);
}
