//! Receivers that are not on the public internet.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::checked_addresses::LookUp;
use async_trait::async_trait;
use domain::address_policy::AddressPolicy;
use domain::alert::AlertType;

use super::receiver::Receiver;
use super::{after, body, failed_calls, post, register};
use crate::world::{FARM, World};

/// A name server that answers every name with these addresses, and counts how often it is asked.
#[derive(Debug)]
struct Names {
    addresses: Vec<IpAddr>,
    asked: AtomicUsize,
}

#[async_trait]
impl LookUp for Names {
    async fn look_up(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.addresses.clone())
    }
}

fn names(addresses: &[&str]) -> Arc<Names> {
    let addresses = addresses.iter().map(|address| address.parse().expect("an address")).collect();
    Arc::new(Names { addresses, asked: AtomicUsize::new(0) })
}

async fn world(address_policy: AddressPolicy, names: Arc<Names>) -> World {
    World::start_with(|options| {
        options.address_policy = address_policy;
        options.look_up = Some(names);
    })
    .await
}

#[tokio::test]
async fn a_name_with_any_address_that_is_not_public_is_not_called() {
    let receiver = Receiver::start().await;
    for addresses in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["fd00:ec2::254"],
        &["10.0.0.1"],
        &["8.8.8.8", "127.0.0.1"],
    ] {
        let names = names(addresses);
        let world = world(AddressPolicy::Public, names.clone()).await;
        register(
            &world,
            &[AlertType::ConnectionActivated],
            &format!("https://receiver.example:{}/", receiver.port),
        )
        .await;
        world.connected("maria", FARM).await;
        assert_eq!(after(&world, 0).await, (1, 0), "{addresses:?}");
        let failed = failed_calls(&world, "").await;
        let errors: Vec<_> = failed.iter().map(|call| call["connectionError"].as_str()).collect();
        assert_eq!(errors, [Some("addressNotPublic"); 2], "{addresses:?} {failed:?}");
        assert_eq!(names.asked.load(Ordering::Relaxed), 2, "once for each call");
    }
    assert_eq!(receiver.take().len(), 0);
}

#[tokio::test]
async fn a_name_is_resolved_once_a_call_and_the_connection_is_made_to_what_was_looked_at() {
    let receiver = Receiver::start().await;
    let names = names(&["127.0.0.1"]);
    let world = world(AddressPolicy::ThisMachineToo, names.clone()).await;
    register(
        &world,
        &[AlertType::ConnectionActivated],
        &format!("http://localhost:{}/", receiver.port),
    )
    .await;
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (0, 0));
    assert_eq!(receiver.take().len(), 2);
    assert_eq!(
        names.asked.load(Ordering::Relaxed),
        2,
        "the second call does not use the first one's connection"
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_tried_again() {
    let world = world(AddressPolicy::Public, names(&[])).await;
    register(&world, &[AlertType::ConnectionActivated], "https://receiver.example/").await;
    world.connected("maria", FARM).await;
    assert_eq!(after(&world, 0).await, (1, 0));
    assert_eq!(failed_calls(&world, "").await[0]["connectionError"], "nameNotResolved");
}

#[tokio::test]
async fn a_url_of_this_machine_is_refused_at_its_registration() {
    let world = World::start().await;
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.1.2.3/",
        "http://receiver.example/",
        "http://localhost:3000/",
    ] {
        let (status, problem) = post(&world, &body(&[AlertType::ConnectionActivated], url)).await;
        assert_eq!(
            (status.as_u16(), &problem["errorKey"]),
            (400, &"malformedField".into()),
            "{url} {problem}"
        );
        assert_eq!(problem["fieldErrors"][0]["field"], "url");
    }
}

/// The address stands in the URL of a row that an earlier version, or another hand, has written: no
/// resolver ever sees it.
#[tokio::test]
async fn an_address_in_a_stored_url_is_looked_at_before_the_call() {
    use aws_sdk_dynamodb::types::AttributeValue;
    use local::environment::TABLE_NAME;

    let receiver = Receiver::start().await;
    let world = World::start().await;
    let id = register(&world, &[AlertType::ConnectionActivated], "https://receiver.example/").await;
    let text = |text: String| AttributeValue::S(text);
    let update = world
        .machine
        .dynamodb
        .update_item()
        .table_name(TABLE_NAME)
        .key("pk", text("WEBHOOKS".to_owned()));
    let update =
        update.key("sk", text(format!("WEBHOOK#{id}"))).update_expression("SET #url = :url");
    let url = format!("https://127.0.0.1:{}/", receiver.port);
    let update = update
        .expression_attribute_names("#url", "url")
        .expression_attribute_values(":url", text(url));
    update.send().await.expect("updated");
    world.connected("maria", FARM).await;
    after(&world, 0).await;
    assert_eq!(failed_calls(&world, "").await[0]["connectionError"], "addressNotPublic");
}
