use time::Duration;

use crate::peer::{Simulation, create, labels, put, refused};

#[tokio::test]
async fn dates_are_those_of_the_clock_to_the_millisecond() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    create(client, "name", "first").await;
    simulation.clock.advance(Duration::hours(1));

    let value = client.get_secret_value().secret_id("name").send().await.unwrap();

    let created = simulation.clock.now() - Duration::hours(1);
    assert_eq!(
        value.created_date.unwrap().to_millis().unwrap(),
        created.unix_timestamp() * 1_000 + 125
    );
}

#[tokio::test]
async fn reading_leaves_the_day_of_last_access_and_no_change() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    create(client, "name", "first").await;
    let describe = || async { client.describe_secret().secret_id("name").send().await.unwrap() };
    let unread = describe().await;
    simulation.clock.advance(Duration::days(2));

    client.get_secret_value().secret_id("name").send().await.unwrap();

    let read = describe().await;
    let midnight = simulation.clock.now().replace_time(time::Time::MIDNIGHT);
    assert_eq!(unread.last_accessed_date, None);
    assert_eq!(read.last_accessed_date.unwrap().secs(), midnight.unix_timestamp());
    assert_eq!(read.last_changed_date, unread.last_changed_date);
}

#[tokio::test]
async fn a_secret_is_gone_when_its_recovery_window_is_over() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    create(client, "name", "first").await;
    client.delete_secret().secret_id("name").recovery_window_in_days(7).send().await.unwrap();

    simulation.clock.advance(Duration::days(7) - Duration::seconds(1));
    assert!(client.describe_secret().secret_id("name").send().await.is_ok());

    simulation.clock.advance(Duration::seconds(1));
    assert_eq!(
        refused(client.restore_secret().secret_id("name").send().await),
        "ResourceNotFoundException"
    );
    create(client, "name", "second").await;
}

#[tokio::test]
async fn old_versions_are_forgotten_unless_they_have_a_label() {
    let simulation = Simulation::start(None).await;
    let client = &simulation.client;
    let first = create(client, "name", "first").await;
    let kept = put(client, "name", "kept", &["mine"]).await;

    let mut others = Vec::new();
    for n in 0..98 {
        others.push(put(client, "name", &n.to_string(), &[]).await);
    }
    let put_one_more =
        || client.put_secret_value().secret_id("name").secret_string("one more").send();
    simulation.clock.advance(Duration::days(1) - Duration::seconds(1));
    assert_eq!(refused(put_one_more().await), "LimitExceededException", "none is a day old");
    simulation.clock.advance(Duration::seconds(1));
    for n in 98..110 {
        put(client, "name", &n.to_string(), &[]).await;
    }

    assert_eq!(labels(client, "name").await[&kept], ["mine"]);
    // Twelve beyond the hundred.
    let read = |id: &str| client.get_secret_value().secret_id("name").version_id(id).send();
    for forgotten in [&first, &others[10]] {
        assert_eq!(refused(read(forgotten).await), "ResourceNotFoundException");
    }
    assert_eq!(read(&others[11]).await.unwrap().secret_string(), Some("11"));
}

#[tokio::test]
async fn values_stored_at_the_same_time_leave_one_current_and_one_previous_version() {
    let simulation = Simulation::start(None).await;
    create(&simulation.client, "name", "first").await;

    let mut puts = tokio::task::JoinSet::new();
    for n in 0..20 {
        let client = simulation.client.clone();
        puts.spawn(async move { put(&client, "name", &n.to_string(), &[]).await });
    }
    assert_eq!(puts.join_all().await.len(), 20);

    let mut left: Vec<_> = labels(&simulation.client, "name").await.into_values().collect();
    left.sort();
    assert_eq!(left, [["AWSCURRENT"], ["AWSPREVIOUS"]]);
}
