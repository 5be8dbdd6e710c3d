use aws_sdk_secretsmanager::primitives::Blob;

use crate::peer::{
    Peer, create, current_value, expected, fresh_name, fresh_token, labels, put, refused,
};

#[tokio::test]
async fn a_secret_is_read_by_name_by_arn_and_by_arn_without_its_random_end() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();

    let created = client.create_secret().name(&name).secret_string("first").send().await.unwrap();

    let arn = created.arn.unwrap();
    let (partial, suffix) = arn.rsplit_once('-').unwrap();
    assert!(
        partial.starts_with("arn:aws:secretsmanager:us-east-2:")
            && partial.ends_with(&format!(":secret:{name}"))
    );
    assert_eq!(suffix.len(), 6);
    for id in [&name, &arn, partial] {
        let value = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(value.name(), Some(name.as_str()));
        assert_eq!(value.arn(), Some(arn.as_str()));
        assert_eq!(value.version_id(), created.version_id.as_deref());
        assert_eq!(value.secret_string(), Some("first"));
        assert_eq!(value.secret_binary(), None);
        assert_eq!(value.version_stages(), ["AWSCURRENT"]);
        assert!(value.created_date().is_some());
    }
}

#[tokio::test]
async fn an_arn_with_another_random_end_finds_nothing() {
    let Peer { client, .. } = &Peer::start().await;
    let created =
        client.create_secret().name(fresh_name()).secret_string("first").send().await.unwrap();
    let arn = created.arn.unwrap();
    let other = format!("{}-000000", arn.rsplit_once('-').unwrap().0);

    let result = client.get_secret_value().secret_id(other).send().await;

    assert_eq!(refused(result), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_binary_value_comes_back_as_the_same_bytes() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let bytes: Vec<u8> = (0..=255).collect();

    client
        .create_secret()
        .name(&name)
        .secret_binary(Blob::new(bytes.clone()))
        .send()
        .await
        .unwrap();

    let value = client.get_secret_value().secret_id(&name).send().await.unwrap();
    assert_eq!(value.secret_string(), None);
    assert_eq!(value.secret_binary().unwrap().as_ref(), bytes);
}

#[tokio::test]
async fn a_secret_without_a_value_has_nothing_to_read() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();

    let created = client.create_secret().name(&name).send().await.unwrap();

    assert_eq!(created.version_id(), None);
    assert_eq!(labels(client, &name).await, expected([]));
    assert_eq!(
        refused(client.get_secret_value().secret_id(&name).send().await),
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn the_first_value_is_the_current_one_whatever_its_labels() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    client.create_secret().name(&name).send().await.unwrap();

    let version = put(client, &name, "first", &["AWSPENDING"]).await;

    assert_eq!(labels(client, &name).await, expected([(&version, &["AWSCURRENT", "AWSPENDING"])]));
}

#[tokio::test]
async fn a_name_is_given_once() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;

    let again = client.create_secret().name(&name).secret_string("first").send().await;

    assert_eq!(refused(again), "ResourceExistsException");
}

#[tokio::test]
async fn creating_again_with_the_same_token_and_value_repeats_the_answer() {
    let Peer { client, .. } = &Peer::start().await;
    let (name, token) = (fresh_name(), fresh_token());
    let create = |value: &str| {
        client.create_secret().name(&name).client_request_token(&token).secret_string(value)
    };

    let first = create("first").send().await.unwrap();
    let again = create("first").send().await.unwrap();
    let other = create("other").send().await;

    assert_eq!(first.version_id(), Some(token.as_str()));
    assert_eq!((again.version_id(), again.arn()), (first.version_id(), first.arn()));
    assert_eq!(refused(other), "ResourceExistsException");
}

#[tokio::test]
async fn storing_a_value_makes_it_current_and_the_old_one_previous() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;

    let stored =
        client.put_secret_value().secret_id(&name).secret_string("second").send().await.unwrap();

    assert_eq!(stored.name(), Some(name.as_str()));
    assert_eq!(stored.version_stages(), ["AWSCURRENT"]);
    let second = stored.version_id.unwrap();
    assert_eq!(
        labels(client, &name).await,
        expected([(&first, &["AWSPREVIOUS"]), (&second, &["AWSCURRENT"])])
    );
    assert_eq!(current_value(client, &name).await, "second");
    let previous = client
        .get_secret_value()
        .secret_id(&name)
        .version_stage("AWSPREVIOUS")
        .send()
        .await
        .unwrap();
    assert_eq!(previous.secret_string(), Some("first"));
}

#[tokio::test]
async fn only_one_version_is_the_previous_one() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;
    let second = put(client, &name, "second", &[]).await;

    let third = put(client, &name, "third", &[]).await;

    assert_eq!(
        labels(client, &name).await,
        expected([(&second, &["AWSPREVIOUS"]), (&third, &["AWSCURRENT"])])
    );
}

#[tokio::test]
async fn storing_again_with_the_same_token_and_value_is_one_version() {
    let Peer { client, .. } = &Peer::start().await;
    let (name, token) = (fresh_name(), fresh_token());
    let first = create(client, &name, "first").await;
    let store = |value: &str| {
        client.put_secret_value().secret_id(&name).client_request_token(&token).secret_string(value)
    };

    let stored = store("second").send().await.unwrap();
    let again = store("second").send().await.unwrap();
    let other = store("other").send().await;

    assert_eq!(stored.version_id(), Some(token.as_str()));
    assert_eq!(again.version_id(), Some(token.as_str()));
    assert_eq!(refused(other), "ResourceExistsException");
    assert_eq!(
        labels(client, &name).await,
        expected([(&first, &["AWSPREVIOUS"]), (&token, &["AWSCURRENT"])])
    );
}

#[tokio::test]
async fn the_same_text_as_bytes_is_another_value() {
    let Peer { client, .. } = &Peer::start().await;
    let (name, token) = (fresh_name(), fresh_token());
    create(client, &name, "first").await;
    let store = || client.put_secret_value().secret_id(&name).client_request_token(&token);
    store().secret_string("second").send().await.unwrap();

    let as_bytes = store().secret_binary(Blob::new("second")).send().await;

    assert_eq!(refused(as_bytes), "ResourceExistsException");
}

#[tokio::test]
async fn a_late_repetition_does_not_take_the_label_back() {
    let Peer { client, .. } = &Peer::start().await;
    let (name, token) = (fresh_name(), fresh_token());
    create(client, &name, "first").await;
    let store = || {
        client
            .put_secret_value()
            .secret_id(&name)
            .client_request_token(&token)
            .secret_string("second")
    };
    store().send().await.unwrap();
    let third = put(client, &name, "third", &[]).await;

    let late = store().send().await.unwrap();

    assert_eq!(late.version_stages(), ["AWSPREVIOUS"]);
    assert_eq!(
        labels(client, &name).await,
        expected([(&token, &["AWSPREVIOUS"]), (&third, &["AWSCURRENT"])])
    );
}

#[tokio::test]
async fn a_value_under_another_label_leaves_the_current_one_alone() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;

    let pending = put(client, &name, "second", &["AWSPENDING", "mine"]).await;

    assert_eq!(
        labels(client, &name).await,
        expected([(&first, &["AWSCURRENT"]), (&pending, &["AWSPENDING", "mine"])])
    );
    assert_eq!(current_value(client, &name).await, "first");
}

#[tokio::test]
async fn a_label_of_a_new_version_leaves_the_old_one() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    let second = put(client, &name, "second", &["one", "two"]).await;

    let third = put(client, &name, "third", &["one"]).await;

    let expected = expected([(&first, &["AWSCURRENT"]), (&second, &["two"]), (&third, &["one"])]);
    assert_eq!(labels(client, &name).await, expected);
}

#[tokio::test]
async fn a_value_that_supersedes_a_pending_one_ends_its_rotation_but_keeps_its_other_labels() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    let second = put(client, &name, "second", &["AWSCURRENT", "AWSPENDING", "mine"]).await;

    let third = put(client, &name, "third", &["AWSCURRENT"]).await;

    assert_eq!(
        labels(client, &name).await,
        expected([(&second, &["AWSPREVIOUS", "mine"]), (&third, &["AWSCURRENT"])])
    );
}

#[tokio::test]
async fn a_version_is_read_by_its_id_and_a_label_beside_it_must_agree() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    put(client, &name, "second", &[]).await;
    let read = || client.get_secret_value().secret_id(&name).version_id(&first);

    assert_eq!(read().send().await.unwrap().secret_string(), Some("first"));
    assert_eq!(
        read().version_stage("AWSPREVIOUS").send().await.unwrap().secret_string(),
        Some("first")
    );
    assert_eq!(refused(read().version_stage("AWSCURRENT").send().await), "InvalidRequestException");
}

#[tokio::test]
async fn a_version_or_label_that_does_not_exist_is_not_found() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;
    let read = || client.get_secret_value().secret_id(&name);

    assert_eq!(
        refused(read().version_stage("AWSPREVIOUS").send().await),
        "ResourceNotFoundException"
    );
    assert_eq!(refused(read().version_id(fresh_token()).send().await), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_value_is_text_or_bytes() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;

    let neither = client.put_secret_value().secret_id(&name).send().await;

    assert_eq!(refused(neither), "InvalidRequestException");
}

#[tokio::test]
async fn a_value_is_not_text_and_bytes() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    let both = || {
        client
            .put_secret_value()
            .secret_id(&name)
            .secret_string("text")
            .secret_binary(Blob::new("bytes"))
    };

    assert_eq!(refused(both().send().await), "InvalidParameterException");
    assert_eq!(current_value(client, &name).await, "first");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let not_found = "ResourceNotFoundException";

    assert_eq!(refused(client.get_secret_value().secret_id(&name).send().await), not_found);
    assert_eq!(
        refused(client.put_secret_value().secret_id(&name).secret_string("x").send().await),
        not_found
    );
    assert_eq!(refused(client.describe_secret().secret_id(&name).send().await), not_found);
    assert_eq!(refused(client.delete_secret().secret_id(&name).send().await), not_found);
    assert_eq!(refused(client.restore_secret().secret_id(&name).send().await), not_found);
    let moved = client
        .update_secret_version_stage()
        .secret_id(&name)
        .version_stage("x")
        .move_to_version_id(fresh_token());
    assert_eq!(refused(moved.send().await), not_found);
}
