//! Whatever is random in the service comes from its port.

use std::sync::Arc;

use application::ports::randomness::SeededRandomness;
use serde_json::Value;

use crate::world::{FARM, MANAGEMENT, World};

/// All that a partner and a browser are given which nobody can guess: one farmer's way through a
/// hop link, by a service that draws from this seed.
async fn drawn_from(seed: u64) -> Vec<String> {
    let mut world =
        World::start_with(|options| options.randomness = Arc::new(SeededRandomness::new(seed)))
            .await;
    let user = world.create_user("June").await;
    let started = world.start_session(&user, None).await;
    let mut browser = world.hop(&started).await;
    let cookies: Vec<_> = browser.cookies.clone().into_iter().collect();
    browser.open(&world.share(FARM).await).await;
    let (_, credential) = world.credential(&user).await;
    assert_eq!(credential["status"], "ACTIVE", "{credential}");
    let (_, events) = world
        .json(world.owner(
            reqwest::Method::GET,
            &format!("{MANAGEMENT}/users/{user}/panorama-credentials/events"),
        ))
        .await;
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let mut drawn = vec![user, started.session_id.clone(), text(&credential["id"])];
    drawn.extend(cookies.into_iter().flat_map(|(name, value)| [name, value]));
    drawn.extend(events.as_array().expect("events").iter().map(|event| text(&event["id"])));
    assert_eq!(drawn.len(), 6, "a user, a session, a credential, a cookie, an event: {drawn:?}");
    let token = std::mem::take(&mut world.token);
    world.stop().await;
    drawn.push(token);
    drawn
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids_cookies_and_keys_and_another_seed_others() {
    let (first, again, other) = (drawn_from(1).await, drawn_from(1).await, drawn_from(2).await);
    assert_eq!(first, again);
    for (one, another) in first.iter().zip(&other) {
        assert_ne!(one, another);
    }
}
