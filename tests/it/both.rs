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

use crate::world::World;

/// An operation, and another one.
const FARM: &str = "krwv4vYH";
const OTHER_FARM: &str = "Hn5cW7pd";

impl World {
    /// A Leaf user that is connected to an operation.
    async fn connected_to(&self, name: &str, code: &str) -> String {
        let user = self.create_user(name).await;
        self.start_session(&user, Some(code)).await;
        let callback = self.share(code).await;
        assert_eq!(self.land(&mut self.browser(), &callback).await.outcome, "connected");
        assert_eq!(self.status(&user).await, "ACTIVE");
        user
    }
}
