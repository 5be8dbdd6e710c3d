//! The browser component: what is served is what pages are told to pin.

use aws_lc_rs::digest::{SHA384, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};

use crate::world::World;

const ADDRESS: &str = "/components/panorama-connect-1.js";

/// A published version is never changed: pages of others that pin it would lose their button. So
/// whoever has to change a hash here makes another version instead.
#[tokio::test]
async fn the_component_has_the_hash_that_readme_and_reference_say_and_any_origin_reads_it() {
    let world = World::start().await;
    let answer = world.http.get(world.api(ADDRESS)).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let bytes = answer.bytes().await.expect("a script");
    assert!(bytes.len() < 8_000, "it has {} bytes", bytes.len());
    let hash = format!("sha384-{}", STANDARD.encode(digest(&SHA384, &bytes)));
    for (name, text) in [
        ("README.md", include_str!("../../README.md")),
        ("infra/openapi.yaml", include_str!("../../infra/openapi.yaml")),
    ] {
        assert!(text.contains(&hash), "{name} does not say {hash}");
        assert!(text.contains(ADDRESS), "{name} does not say {ADDRESS}");
    }
}
