//! What a partner and its farmers go through, the same with both upstreams: written once, run
//! twice.

mod confirmation;
mod end;
mod health;
mod one_click;
mod partner;

/// Makes two tests of each story: `story::panorama` and `story::leaf`.
macro_rules! with_both_upstreams {
    ($($story:ident)*) => {$(
        mod $story {
            use local::Upstream;

            use crate::world::World;

            #[tokio::test]
            async fn panorama() {
                super::$story(World::start_on(Upstream::Panorama).await).await;
            }

            #[tokio::test]
            async fn leaf() {
                super::$story(World::start_on(Upstream::Leaf).await).await;
            }
        }
    )*};
}
use with_both_upstreams;
