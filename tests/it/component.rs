//! The browser component: what is served is what pages are told to pin.

use aws_lc_rs::digest::{SHA384, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};

use crate::world::World;

/// Each version, and the most bytes that it may have.
const VERSIONS: [(&str, usize); 2] =
    [("/components/panorama-connect-1.js", 8_000), ("/components/panorama-connect-2.js", 12_500)];

/// What pages pin of the first version, whatever our documents say of it.
const FIRST: &str = "sha384-W0yM4dM473GxmPfWGHwNXbjYpvxjyVSl1r4YQglorCVmTRm1Szsj1Ul4xH7ILVYR";

/// A published version is never changed: pages of others that pin it would lose their button. So
/// whoever has to change a hash here makes another version instead.
#[tokio::test]
async fn the_component_has_the_hash_that_readme_and_reference_say_and_any_origin_reads_it() {
    let world = World::start().await;
    for (address, most) in VERSIONS {
        let answer = world.http.get(world.api(address)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let bytes = answer.bytes().await.expect("a script");
        assert!(bytes.len() < most, "{address} has {} bytes", bytes.len());
        let hash = format!("sha384-{}", STANDARD.encode(digest(&SHA384, &bytes)));
        assert!(address != VERSIONS[0].0 || hash == FIRST, "the first version has changed");
        for (name, text) in [
            ("README.md", include_str!("../../README.md")),
            ("infra/openapi.yaml", include_str!("../../infra/openapi.yaml")),
        ] {
            assert!(text.contains(&hash), "{name} does not say {hash}");
            assert!(text.contains(address), "{name} does not say {address}");
        }
    }
}
