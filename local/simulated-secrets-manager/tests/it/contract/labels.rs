use std::collections::BTreeSet;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::builders::UpdateSecretVersionStageFluentBuilder;

use crate::peer::{
    Peer, create, current_value, expected, fresh_name, fresh_token, labels, put, refused,
};

fn change(client: &Client, name: &str, label: &str) -> UpdateSecretVersionStageFluentBuilder {
    client.update_secret_version_stage().secret_id(name).version_stage(label)
}

#[tokio::test]
async fn moving_the_current_label_moves_the_previous_one_to_where_it_was() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &[]).await;
    let third = put(client, &name, "third", &["AWSPENDING"]).await;

    change(client, &name, "AWSCURRENT")
        .remove_from_version_id(&second)
        .move_to_version_id(&third)
        .send()
        .await
        .unwrap();

    let after = expected([(&second, &["AWSPREVIOUS"]), (&third, &["AWSCURRENT", "AWSPENDING"])]);
    assert_eq!(labels(client, &name).await, after);
    assert!(!labels(client, &name).await.contains_key(&first));
}

#[tokio::test]
async fn going_back_to_the_previous_version_swaps_the_two_labels() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &[]).await;

    change(client, &name, "AWSCURRENT")
        .remove_from_version_id(&second)
        .move_to_version_id(&first)
        .send()
        .await
        .unwrap();

    assert_eq!(
        labels(client, &name).await,
        expected([(&first, &["AWSCURRENT"]), (&second, &["AWSPREVIOUS"])])
    );
    assert_eq!(current_value(client, &name).await, "first");
}

#[tokio::test]
async fn moving_the_current_label_requires_naming_the_version_that_has_it() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &["mine"]).await;
    let before = labels(client, &name).await;

    let unnamed = change(client, &name, "AWSCURRENT").move_to_version_id(&second).send().await;
    let wrong = change(client, &name, "AWSCURRENT")
        .remove_from_version_id(&second)
        .move_to_version_id(&second)
        .send()
        .await;

    assert_eq!(refused(unnamed), "InvalidParameterException");
    assert_eq!(refused(wrong), "InvalidParameterException");
    assert_eq!(labels(client, &name).await, before);
    assert_eq!(before[&first], ["AWSCURRENT"]);
}

#[tokio::test]
async fn moving_any_label_requires_naming_the_version_that_has_it() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &["mine"]).await;
    let third = put(client, &name, "third", &["other"]).await;
    let before = labels(client, &name).await;
    let change = || change(client, &name, "mine").move_to_version_id(&third);

    assert_eq!(refused(change().send().await), "InvalidParameterException");
    assert_eq!(
        refused(change().remove_from_version_id(&first).send().await),
        "InvalidParameterException"
    );
    assert_eq!(labels(client, &name).await, before);

    change().remove_from_version_id(&second).send().await.unwrap();
    assert_eq!(
        labels(client, &name).await,
        expected([(&first, &["AWSCURRENT"]), (&third, &["mine", "other"])])
    );
}

#[tokio::test]
async fn of_two_who_swap_from_the_same_version_one_wins() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &["b"]).await;
    let third = put(client, &name, "third", &["c"]).await;
    let swap = |to: &str| {
        change(client, &name, "AWSCURRENT")
            .remove_from_version_id(&first)
            .move_to_version_id(to)
            .send()
    };

    let (one, other) = tokio::join!(swap(&second), swap(&third));

    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let loser = if one.is_err() { refused(one) } else { refused(other) };
    assert_eq!(loser, "InvalidParameterException");
    assert_eq!(labels(client, &name).await[&first], ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn a_free_label_is_attached_beside_the_others() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;

    let changed = change(client, &name, "mine").move_to_version_id(&first).send().await.unwrap();

    assert_eq!(changed.name(), Some(name.as_str()));
    assert_eq!(labels(client, &name).await, expected([(&first, &["AWSCURRENT", "mine"])]));
}

#[tokio::test]
async fn a_label_can_be_removed() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &["mine"]).await;

    change(client, &name, "mine").remove_from_version_id(&second).send().await.unwrap();

    assert_eq!(labels(client, &name).await, expected([(&first, &["AWSCURRENT"])]));
    assert_eq!(
        refused(change(client, &name, "mine").remove_from_version_id(&second).send().await),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn the_current_label_cannot_be_removed() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    let first = create(client, &name, "first").await;

    let removed = change(client, &name, "AWSCURRENT").remove_from_version_id(&first).send().await;

    assert_eq!(refused(removed), "InvalidParameterException");
    assert_eq!(current_value(client, &name).await, "first");
}

#[tokio::test]
async fn a_change_that_names_no_version_is_refused() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;

    assert_eq!(refused(change(client, &name, "mine").send().await), "InvalidParameterException");
}

#[tokio::test]
async fn a_label_does_not_go_to_a_version_that_does_not_exist() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;

    let result = change(client, &name, "mine").move_to_version_id(fresh_token()).send().await;

    assert_eq!(refused(result), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_version_without_labels_is_not_described_but_readable_by_its_id() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &[]).await;
    let third = put(client, &name, "third", &[]).await;

    let described = client.describe_secret().secret_id(&name).send().await.unwrap();
    let versions: BTreeSet<_> =
        described.version_ids_to_stages.unwrap_or_default().into_keys().collect();
    assert_eq!(versions, BTreeSet::from([second, third]));
    let value = client.get_secret_value().secret_id(&name).version_id(&first).send().await.unwrap();
    assert_eq!(value.secret_string(), Some("first"));
    assert!(value.version_stages().is_empty());
}

#[tokio::test]
async fn a_secret_has_at_most_twenty_labels() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    let many: Vec<String> = (0..19).map(|n| format!("label-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let second = put(client, &name, "second", &many).await;

    let one_more = change(client, &name, "one more").move_to_version_id(&second).send().await;
    let with_a_value = client
        .put_secret_value()
        .secret_id(&name)
        .secret_string("third")
        .version_stages("one more");

    assert_eq!(refused(one_more), "LimitExceededException");
    assert_eq!(refused(with_a_value.send().await), "LimitExceededException");
    assert_eq!(labels(client, &name).await[&second].len(), 19);
}
