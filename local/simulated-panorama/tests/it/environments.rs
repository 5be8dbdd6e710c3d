use serde_json::json;
use simulated_panorama::Environment::{Production, Stage};
use simulated_panorama::{Seed, seed};

use crate::harness::{Panorama, location, login};

#[tokio::test]
async fn a_client_of_one_environment_is_unknown_in_the_other() {
    let panorama = Panorama::start().await;
    for (home, other) in [(Stage, Production), (Production, Stage)] {
        let Seed { client_id, username, password, .. } = seed(home);
        let body = login(client_id, username, password);
        assert_eq!(panorama.cognito(home, "InitiateAuth", &body).await.0, 200);
        let (status, answer) = panorama.cognito(other, "InitiateAuth", &body).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("ResourceNotFoundException")));
    }
}

#[tokio::test]
async fn the_production_login_needs_no_trailing_slash() {
    let panorama = Panorama::start().await;
    let Seed { client_id, username, password, .. } = seed(Production);
    let request = panorama
        .request(reqwest::Method::POST, "/production")
        .header("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .header("Content-Type", "application/x-amz-json-1.1")
        .body(login(client_id, username, password).to_string());
    assert_eq!(request.send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn sharing_in_one_environment_is_not_seen_in_the_other() {
    let panorama = Panorama::start().await;
    let stage = panorama.log_in(Stage).await;
    let production = panorama.log_in(Production).await;
    let code = seed(Production).growers[0].operations[0].organization_code;
    let shared = panorama.share(code).await;
    let sharing_url_id = seed(Production).sharing_url_id;
    assert!(location(&shared).contains(sharing_url_id), "{}", location(&shared));
    assert_eq!(panorama.confirm(&stage, &format!("/sharing/{code}/confirm")).await, 404);
    assert_eq!(
        panorama.confirm(&production, &format!("/production/sharing/{code}/confirm")).await,
        200
    );
    assert_eq!(panorama.partner_get(&stage, "/sharing").await.1, json!({"items": []}));
    assert_eq!(
        panorama.partner_get(&production, "/production/sharing").await.1,
        json!({"items": [code]})
    );
}

#[tokio::test]
async fn a_share_initiation_url_is_dead_in_the_other_environment() {
    let panorama = Panorama::start().await;
    let stage = seed(Stage).sharing_url_id;
    assert_eq!(panorama.get(&format!("/connections/{stage}")).await.status(), 303);
    assert_eq!(panorama.get(&format!("/production/connections/{stage}")).await.status(), 404);
}
