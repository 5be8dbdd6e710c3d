//! The binding rules, from outside: who a callback is bound to, and who it is not.

use crate::world::World;

#[tokio::test]
async fn callback_without_proof_is_kept_and_binds_nobody() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    world.start_session(&user, None).await;

    let callback = world.share("krwv4vYH").await;
    assert_eq!(world.browser().open(&callback).await.outcome, "notBound");

    assert_eq!(world.status(&user).await, "PENDING");
    assert_eq!(world.calls("confirmSharing").await, 0);
}
