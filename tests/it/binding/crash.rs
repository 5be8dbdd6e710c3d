//! Our own trouble: the table fails before, in the middle of, and after the handshake.

use reqwest::StatusCode;

use crate::aws_calls::{AwsCalls, Call};
use crate::world::{FARM, World};

const READS: Call = Call::Of("BatchGetItem");
const WRITES: Call = Call::Of("PutItem");
const TRANSACTIONS: Call = Call::Of("TransactWriteItems");

#[tokio::test]
async fn panorama_is_not_asked_before_the_farmers_confirmation_is_stored() {
    // Once reads work, the page that tries again can ask; it cannot know that this browser came
    // from Panorama.
    for (outage, shown) in [
        (READS, (StatusCode::SERVICE_UNAVAILABLE, "unavailable")),
        (WRITES, (StatusCode::OK, "cameBack")),
    ] {
        let table = AwsCalls::default();
        let world = World::calling_through(&table).await;
        let maria = world.create_user("maria").await;
        let mut browser = world.hop(&world.start_session(&maria, None).await).await;
        let callback = world.share(FARM).await;
        table.break_only(&[outage]);
        let seen = browser.open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), shown, "{outage:?}");
        assert_eq!(world.calls("confirmSharing").await, 0, "{outage:?}");

        table.mend();
        assert_eq!(browser.open(&callback).await.outcome, "connected", "{outage:?}");
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm", "{outage:?}");
    }
}

#[tokio::test]
async fn a_callback_that_could_not_be_kept_is_not_said_to_be() {
    let table = AwsCalls::default();
    let world = World::calling_through(&table).await;
    let callback = world.share(FARM).await;
    table.break_only(&[TRANSACTIONS]);
    assert_eq!(world.browser().open(&callback).await.outcome, "unavailable");
}

#[tokio::test]
async fn after_a_crash_past_panoramas_yes_the_lease_runs_out_and_a_repeat_finishes() {
    for code in [None, Some(FARM)] {
        let table = AwsCalls::default();
        let world = World::calling_through(&table).await;
        let maria = world.create_user("maria").await;
        let mut browser = world.hop(&world.start_session(&maria, code).await).await;
        let callback = world.share(FARM).await;
        world.pass(14, 50);
        table.break_only(&[TRANSACTIONS]);
        assert_eq!(browser.open(&callback).await.outcome, "finishing");
        table.mend();

        world.pass(0, 29);
        assert_eq!(
            browser.open(&callback).await.outcome,
            "finishing",
            "another request may be at it"
        );
        assert_eq!(world.state(&[&maria]).await, "PENDING, 1 confirm");
        assert_eq!(world.events(&maria).await.len(), 0);
        world.pass(0, 1);
        assert_eq!(world.status(&maria).await, "PENDING", "the farmer came in time");
        assert_eq!(browser.open(&callback).await.outcome, "connected");
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
        assert_eq!(world.events(&maria).await.len(), 1);
    }
}

#[tokio::test]
async fn after_a_crash_past_panoramas_yes_a_new_start_finishes() {
    let table = AwsCalls::default();
    let world = World::calling_through(&table).await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    table.break_only(&[TRANSACTIONS]);
    browser.open(&callback).await;
    table.mend();

    assert_eq!(world.start_session(&maria, None).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
    assert_eq!(world.events(&maria).await.len(), 1);
}
