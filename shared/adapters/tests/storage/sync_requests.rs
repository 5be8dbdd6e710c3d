//! What begins to be shared is to be synced: both are one transaction.

use application::ports::connections::{CompleteError, Completion, Connections as _, StatusChange};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::app_key::AppKey;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::LeafUserId;
use domain::session::State;
use domain::timestamp::Timestamp;

use crate::engine::{Store, with_store};
use crate::people::{at, code, connect, credential, event, partner, session, settler, start, then};

/// When a Leaf user's sync was asked for last, if nobody has done it since.
async fn requested_at(store: &Store, user: LeafUserId) -> Option<Timestamp> {
    let row = store.client.get_item().table_name(&store.catalogue_name);
    let row = row.key("pk", AttributeValue::S(format!("USER#{user}")));
    let row = row.key("sk", AttributeValue::S("SYNC".to_owned())).send().await.expect("read");
    let row = row.item?;
    assert_eq!(row["leafUserId"], AttributeValue::S(user.to_string()), "the message needs it");
    Some(row["requestedAt"].as_s().expect("a text").parse().expect("a time"))
}

async fn becomes(
    store: &Store,
    (credential, app_key): (&Credential, &AppKey),
    (from, since): (CredentialStatus, u64),
    (to, now): (CredentialStatus, u64),
    is_followed: bool,
) {
    let event = event(now, "Panorama says so.");
    let mut entry = credential.entry();
    (entry.status, entry.status_since) = (from, at(since));
    let change = StatusChange { entry: &entry, to, app_key, event: &event, is_followed };
    store.table.change_status(&change).await.expect("changed");
}

#[tokio::test]
async fn whoever_connects_asks_for_a_sync_though_the_credential_was_active_before() {
    with_store(async |store| {
        let (app_key, user) = (partner(&store.table, "a").await, settler(&store.table, "m").await);
        assert_eq!(requested_at(store, user.id).await, None);
        connect(&store.table, &user, &app_key, "krwv4vYH").await;
        assert_eq!(requested_at(store, user.id).await, Some(at(1)));

        let another = credential(&user, &app_key, "ab12CD34");
        let event = event(20, "Created.");
        store.table.create_credential(&another, &event).await.expect("created");
        assert_eq!(requested_at(store, user.id).await, Some(at(20)), "another operation");
    })
    .await;
}

#[tokio::test]
async fn who_gets_no_credential_is_not_synced() {
    with_store(async |store| {
        let (app_key, maria) = (partner(&store.table, "a").await, settler(&store.table, "m").await);
        connect(&store.table, &maria, &app_key, "krwv4vYH").await;
        let dale = settler(&store.table, "dale").await;
        let session = session(&dale, &app_key, None);
        store.table.start(&start(&session, &app_key, None)).await.expect("started");
        let done = then(&session, State::Completed { code: code("krwv4vYH") });
        let (second, event) = (credential(&dale, &app_key, "krwv4vYH"), event(9, "Connected."));
        let completion = Completion { session: &done, credential: &second, event: &event };
        let refused = store.table.complete(&completion).await;
        assert!(matches!(refused, Err(CompleteError::OperationOwned)), "{refused:?}");
        assert_eq!(requested_at(store, dale.id).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_credential_that_becomes_active_again_is_synced_and_one_that_ends_is_not() {
    use CredentialStatus::{Active, Revoked};
    with_store(async |store| {
        let (app_key, user) = (partner(&store.table, "a").await, settler(&store.table, "m").await);
        let (_, credential) = connect(&store.table, &user, &app_key, "krwv4vYH").await;
        let it = (&credential, &app_key);
        becomes(store, it, (Active, 0), (Revoked, 100), true).await;
        assert_eq!(requested_at(store, user.id).await, Some(at(1)), "nothing new");
        becomes(store, it, (Revoked, 100), (Active, 200), true).await;
        assert_eq!(requested_at(store, user.id).await, Some(at(200)));
    })
    .await;
}

#[tokio::test]
async fn what_an_upstream_keeps_is_not_synced() {
    use CredentialStatus::{Active, Revoked};
    with_store(async |store| {
        let (app_key, user) = (partner(&store.table, "a").await, settler(&store.table, "m").await);
        let theirs = Credential { is_upstreams: true, ..credential(&user, &app_key, "krwv4vYH") };
        let event = event(5, "Made there.");
        store.table.create_credential(&theirs, &event).await.expect("created");
        becomes(store, (&theirs, &app_key), (Active, 0), (Revoked, 100), false).await;
        becomes(store, (&theirs, &app_key), (Revoked, 100), (Active, 200), false).await;
        assert_eq!(requested_at(store, user.id).await, None);
    })
    .await;
}
