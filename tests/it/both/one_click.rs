//! The main job: a farmer's operation becomes ACTIVE.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::with_both_upstreams;
use crate::answer::fields_of;
use crate::world::{FARM, OTHER_FARM, World};

with_both_upstreams! {
    a_farmers_operation_becomes_active_with_a_code
    a_farmers_operation_becomes_active_through_the_hop_link
    inline_credentials_and_a_sharing_url_id_start_as_well
    two_farmers_at_once_get_their_own_operations
}

async fn a_farmers_operation_becomes_active_with_a_code(world: World) {
    let user = world.create_user("maria").await;
    assert_eq!(world.status(&user).await, "integrationNotStarted");

    let started = world.start_session(&user, Some(FARM)).await;
    let stage = &world.machine.ready.stage;
    assert_eq!(
        started.sign_in_url,
        world.panorama(&format!("/connections/{}", stage.sharing_url_id))
    );
    assert_eq!(world.status(&user).await, "PENDING");

    let callback = world.share(FARM).await;
    let seen = world.land(&mut world.browser(), &callback).await;
    assert_eq!((seen.status, &*seen.outcome), (StatusCode::OK, "connected"));

    let (status, credential) = world.credential(&user).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(credential["status"], "ACTIVE");
    assert_eq!(credential["organizationCode"], FARM);
    assert_eq!(credential["clientEnvironment"], "STAGE");
    assert_eq!(credential["clientId"], stage.client_id);
    assert_eq!(credential["username"], stage.partner.username);
    let expected = [
        "checkedAt",
        "clientEnvironment",
        "clientId",
        "createdTime",
        "filesPending",
        "id",
        "lastDataAt",
        "lastSyncedAt",
        "organizationCode",
        "status",
        "username",
    ];
    assert_eq!(fields_of(&credential), expected, "and no token and no password");

    let events = world.events(&user).await;
    assert_eq!(events.iter().filter(|event| event["statusCode"] == 200).count(), 1, "{events:?}");
    let path = format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}");
    let (status, summary) = world.json(world.owner(Method::GET, &path)).await;
    assert_eq!((status, &summary["message"]), (StatusCode::OK, &"SUCCESS".into()));
    assert!(summary["summaries"][0]["fields"].as_u64() > Some(0), "{summary}");
}

async fn a_farmers_operation_becomes_active_through_the_hop_link(world: World) {
    let user = world.create_user("dale").await;
    let started = world.start_session(&user, None).await;
    assert_eq!(started.sign_in_url, world.api(&format!("/connect/{}", started.session_id)));

    let mut browser = world.browser();
    let hop = world.go_to_panorama(&mut browser, &started.sign_in_url).await;
    let stage = &world.machine.ready.stage;
    assert_eq!(
        hop.location,
        Some(world.panorama(&format!("/connections/{}", stage.sharing_url_id)))
    );

    let callback = world.share(OTHER_FARM).await;
    assert_eq!(world.land(&mut browser, &callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn inline_credentials_and_a_sharing_url_id_start_as_well(world: World) {
    let user = world.create_user("maria").await;
    let stage = world.machine.ready.stage.clone();
    let body = json!({
        "clientId": stage.client_id, "username": stage.partner.username,
        "password": stage.partner.password,
        "sharingUrlId": stage.sharing_url_id, "clientEnvironment": "STAGE",
    });
    let (status, answer) = world.post_start(&user, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let mut browser = world.browser();
    world.go_to_panorama(&mut browser, answer["signInUrl"].as_str().expect("a text")).await;
    let callback = world.share(FARM).await;
    assert_eq!(world.land(&mut browser, &callback).await.outcome, "connected");
    assert_eq!(world.status(&user).await, "ACTIVE");
}

async fn two_farmers_at_once_get_their_own_operations(world: World) {
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (mut hers, mut his) = (world.browser(), world.browser());
    let link = world.start_session(&maria, None).await.sign_in_url;
    world.go_to_panorama(&mut hers, &link).await;
    let link = world.start_session(&dale, None).await.sign_in_url;
    world.go_to_panorama(&mut his, &link).await;
    let (first, second) = (world.share(FARM).await, world.share(OTHER_FARM).await);
    assert_eq!(world.land(&mut hers, &first).await.outcome, "connected");
    assert_eq!(world.land(&mut his, &second).await.outcome, "connected");
    for (user, code) in [(&maria, FARM), (&dale, OTHER_FARM)] {
        let (_, credential) = world.credential(user).await;
        assert_eq!(
            (&credential["status"], &credential["organizationCode"]),
            (&"ACTIVE".into(), &code.into())
        );
    }
}
