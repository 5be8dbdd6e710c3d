use crate::peer::{Peer, create, current_value, fresh_name, put, refused};

#[tokio::test]
async fn a_secret_planned_for_deletion_is_not_readable_until_it_is_restored() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;

    let deleted =
        client.delete_secret().secret_id(&name).recovery_window_in_days(7).send().await.unwrap();

    assert_eq!(deleted.name(), Some(name.as_str()));
    let date = deleted.deletion_date.unwrap();
    assert_eq!(
        refused(client.get_secret_value().secret_id(&name).send().await),
        "InvalidRequestException"
    );
    let described = client.describe_secret().secret_id(&name).send().await.unwrap();
    assert_eq!(described.deleted_date.unwrap().secs(), date.secs());

    client.restore_secret().secret_id(&name).send().await.unwrap();
    assert_eq!(current_value(client, &name).await, "first");
    assert_eq!(client.describe_secret().secret_id(&name).send().await.unwrap().deleted_date, None);
}

#[tokio::test]
async fn a_secret_planned_for_deletion_takes_no_changes() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    let first = create(client, &name, "first").await;
    client.delete_secret().secret_id(&name).send().await.unwrap();
    let refusal = "InvalidRequestException";

    assert_eq!(
        refused(client.put_secret_value().secret_id(&name).secret_string("x").send().await),
        refusal
    );
    let moved = client
        .update_secret_version_stage()
        .secret_id(&name)
        .version_stage("x")
        .move_to_version_id(&first);
    assert_eq!(refused(moved.send().await), refusal);
    assert_eq!(refused(client.delete_secret().secret_id(&name).send().await), refusal);
}

#[tokio::test]
async fn the_name_of_a_secret_planned_for_deletion_is_not_free() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    client.delete_secret().secret_id(&name).send().await.unwrap();

    let result = client.create_secret().name(&name).secret_string("second").send().await;

    let error = result.unwrap_err().into_service_error();
    assert!(error.is_invalid_request_exception());
    assert!(error.to_string().contains("scheduled for deletion"), "{error}");
}

#[tokio::test]
async fn a_forced_deletion_frees_the_name_for_a_secret_with_another_arn() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let create = || client.create_secret().name(&name).secret_string("value").send();
    let first = create().await.unwrap();

    client
        .delete_secret()
        .secret_id(&name)
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();

    assert_eq!(
        refused(client.get_secret_value().secret_id(&name).send().await),
        "ResourceNotFoundException"
    );
    assert_eq!(
        refused(client.restore_secret().secret_id(&name).send().await),
        "ResourceNotFoundException"
    );
    assert_ne!(create().await.unwrap().arn(), first.arn());
}

#[tokio::test]
async fn a_planned_deletion_can_be_forced() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;
    client.delete_secret().secret_id(&name).send().await.unwrap();

    client
        .delete_secret()
        .secret_id(&name)
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();

    assert_eq!(
        refused(client.describe_secret().secret_id(&name).send().await),
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn forcing_the_deletion_of_what_does_not_exist_succeeds() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();

    let deleted = client
        .delete_secret()
        .secret_id(&name)
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();

    assert_eq!(deleted.name(), Some(name.as_str()));
}

#[tokio::test]
async fn a_recovery_window_is_seven_to_thirty_days_and_excludes_force() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "first").await;
    let delete = |days| client.delete_secret().secret_id(&name).recovery_window_in_days(days);

    for days in [6, 31] {
        assert_eq!(refused(delete(days).send().await), "InvalidParameterException");
    }
    assert_eq!(
        refused(delete(7).force_delete_without_recovery(true).send().await),
        "InvalidParameterException"
    );
    put(client, &name, "still there", &[]).await;
}
