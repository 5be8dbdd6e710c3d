//! Our own trouble: the table fails before, in the middle of, and after the handshake.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents, SharedInterceptor};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_smithy_runtime_api::box_error::BoxError;
use reqwest::StatusCode;

use super::FARM;
use crate::world::World;

/// A table that fails calls of one kind while it is told to.
#[derive(Debug, Clone, Default)]
struct Outage(Arc<Mutex<Option<Of>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Reads,
    Writes,
    Transactions,
}

impl Outage {
    async fn world(&self) -> World {
        let interceptor = SharedInterceptor::new(self.clone());
        World::start_with(|options| options.interceptors.push(interceptor)).await
    }

    fn set(&self, outage: Option<Of>) {
        *self.0.lock().expect("nobody panicked") = outage;
    }
}

impl Intercept for Outage {
    fn name(&self) -> &'static str {
        "outage"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input();
        let struck = match *self.0.lock().expect("nobody panicked") {
            Some(Of::Reads) => input.downcast_ref::<BatchGetItemInput>().is_some(),
            Some(Of::Writes) => input.downcast_ref::<PutItemInput>().is_some(),
            Some(Of::Transactions) => input.downcast_ref::<TransactWriteItemsInput>().is_some(),
            None => false,
        };
        if struck { Err("an outage of the table".into()) } else { Ok(()) }
    }
}

#[tokio::test]
async fn panorama_is_not_asked_before_the_farmers_confirmation_is_stored() {
    // Once reads work, the page that tries again can ask; it cannot know that this browser came
    // from Panorama.
    for (outage, shown) in [
        (Of::Reads, (StatusCode::SERVICE_UNAVAILABLE, "unavailable")),
        (Of::Writes, (StatusCode::OK, "cameBack")),
    ] {
        let table = Outage::default();
        let world = table.world().await;
        let maria = world.create_user("maria").await;
        let mut browser = world.hop(&world.start_session(&maria, None).await).await;
        let callback = world.share(FARM).await;
        table.set(Some(outage));
        let seen = browser.open(&callback).await;
        assert_eq!((seen.status, &*seen.outcome), shown, "{outage:?}");
        assert_eq!(world.calls("confirmSharing").await, 0, "{outage:?}");

        table.set(None);
        assert_eq!(browser.open(&callback).await.outcome, "connected", "{outage:?}");
        assert_eq!(world.state(&[&maria]).await, "ACTIVE, 1 confirm", "{outage:?}");
    }
}

#[tokio::test]
async fn a_callback_that_could_not_be_kept_is_not_said_to_be() {
    let table = Outage::default();
    let world = table.world().await;
    let callback = world.share(FARM).await;
    table.set(Some(Of::Transactions));
    assert_eq!(world.browser().open(&callback).await.outcome, "unavailable");
}

#[tokio::test]
async fn after_a_crash_past_panoramas_yes_the_lease_runs_out_and_a_repeat_finishes() {
    for code in [None, Some(FARM)] {
        let table = Outage::default();
        let world = table.world().await;
        let maria = world.create_user("maria").await;
        let mut browser = world.hop(&world.start_session(&maria, code).await).await;
        let callback = world.share(FARM).await;
        world.pass(14, 50);
        table.set(Some(Of::Transactions));
        assert_eq!(browser.open(&callback).await.outcome, "finishing");
        table.set(None);

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
    let table = Outage::default();
    let world = table.world().await;
    let maria = world.create_user("maria").await;
    let mut browser = world.hop(&world.start_session(&maria, None).await).await;
    let callback = world.share(FARM).await;
    table.set(Some(Of::Transactions));
    browser.open(&callback).await;
    table.set(None);

    assert_eq!(world.start_session(&maria, None).await.status, "ACTIVE");
    assert_eq!(world.state(&[&maria]).await, "ACTIVE, 2 confirm");
    assert_eq!(world.events(&maria).await.len(), 1);
}
