//! The main job: a farmer's operation becomes ACTIVE.

use reqwest::{Method, StatusCode};

use crate::world::World;

#[tokio::test]
async fn a_farmers_operation_becomes_active_with_a_code() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    assert_eq!(world.status(&user).await, "integrationNotStarted");

    let started = world.start_session(&user, Some("krwv4vYH")).await;
    let stage = &world.machine.ready.stage;
    assert_eq!(started.sign_in_url, world.panorama(&format!("/connections/{}", stage.sharing_url_id)));
    assert_eq!(world.status(&user).await, "PENDING");

    let callback = world.share("krwv4vYH").await;
    let seen = world.browser().open(&callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::OK, "connected"));

    let (status, credential) = world.credential(&user).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(credential["status"], "ACTIVE");
    assert_eq!(credential["organizationCode"], "krwv4vYH");
    assert_eq!(credential["clientEnvironment"], "STAGE");
    assert_eq!(credential["clientId"], stage.client_id);
    assert_eq!(credential["username"], stage.partner.username);
    let mut fields: Vec<_> = credential.as_object().expect("an object").keys().cloned().collect();
    fields.sort();
    let expected = ["clientEnvironment", "clientId", "createdTime", "id", "organizationCode", "status", "username"];
    assert_eq!(fields, expected, "and no token and no password");

    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    let (status, summary) = world.json(world.owner(Method::GET, &path)).await;
    assert_eq!((status, &summary["message"]), (StatusCode::OK, &"SUCCESS".into()));
    assert!(summary["summaries"][0]["fields"].as_u64() > Some(0), "{summary}");
}

#[tokio::test]
async fn a_farmers_operation_becomes_active_through_the_hop_link() {
    let world = World::start().await;
    let user = world.create_user("dale").await;
    let started = world.start_session(&user, None).await;
    assert_eq!(started.sign_in_url, world.api(&format!("/connect/{}", started.session_id)));

    let mut browser = world.browser();
    let hop = browser.open(&started.sign_in_url).await;
    let stage = &world.machine.ready.stage;
    assert_eq!(hop.status, StatusCode::SEE_OTHER);
    assert_eq!(hop.location, Some(world.panorama(&format!("/connections/{}", stage.sharing_url_id))));

    let callback = world.share("Hn5cW7pd").await;
    assert_eq!(browser.open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}
