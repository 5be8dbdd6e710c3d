//! What a check reads and writes.

use std::collections::{BTreeSet, HashMap};

use application::ports::connections::{
    Connections as _, EventPage, Freed, SaveError, StatusChange,
};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::credential::{ConnectionEntry, Credential, CredentialStatus};
use domain::ids::{CredentialId, LeafUserId};
use uuid::Uuid;

use crate::engine::{Store, with_store};
use crate::people::{
    STAGE, app_key_id, at, connect, event, key, operation, partner, settler, stranger, unclaimed,
};

fn entry(credential: &Credential) -> ConnectionEntry {
    ConnectionEntry {
        leaf_user_id: credential.leaf_user_id,
        credential_id: credential.id,
        operation: credential.operation.clone(),
        status: credential.status,
        status_since: credential.status_since,
    }
}

#[tokio::test]
async fn the_index_shows_the_credentials_of_one_app_key_as_they_are_and_without_their_codes() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let (maria, dale) = (settler(table, "maria").await, settler(table, "dale").await);
        connect(table, &maria, &app_key, "krwv4vYH").await;
        let (_, here) = connect(table, &maria, &app_key, "t8Zq2mLx").await;
        let (_, there) = connect(table, &dale, &other, "Hn5cW7pd").await;
        let page = table.entries(&app_key.id, None).await.expect("a page");
        assert_eq!((page.entries, page.next), (vec![entry(&here)], None));
        assert_eq!(table.entries(&other.id, None).await.expect("a page").entries, [entry(&there)]);
        assert_eq!(table.entries(&app_key_id("c"), None).await.expect("a page").entries, []);

        let whole = store
            .client
            .scan()
            .table_name(&store.name)
            .index_name("connections")
            .send()
            .await
            .expect("rows");
        assert!(!format!("{:?}", whole.items()).contains("t8Zq2mLx"), "an index is one more copy");
        let account = table.account(maria.id).await.expect("read").expect("an account");
        table.disconnect(&account, false, Freed::ForAnybody, None).await.expect("disconnected");
        assert_eq!(table.entries(&app_key.id, None).await.expect("a page").entries, []);
    })
    .await;
}

/// More rows than one page of 1 MB holds. The service's own row is their mould.
pub(crate) async fn many(store: &Store, credential: &Credential, count: usize) {
    let row = store
        .client
        .get_item()
        .table_name(&store.name)
        .key("pk", AttributeValue::S(format!("USER#{}", credential.leaf_user_id)))
        .key("sk", AttributeValue::S("CREDENTIAL".to_owned()));
    let mould = row.send().await.expect("an answer").item.expect("the row");
    let numbers: Vec<_> = (0..count).collect();
    for batch in numbers.chunks(25) {
        let cast = |number: &usize| {
            let code = format!("C{number}").parse().expect("a code");
            let user = LeafUserId(Uuid::new_v4());
            let mut row = mould.clone();
            for (name, value) in [
                ("pk", format!("USER#{user}")),
                ("leafUserId", user.to_string()),
                ("id", CredentialId(Uuid::new_v4()).to_string()),
                ("operation", key().organization(STAGE, &code).as_str().to_owned()),
            ] {
                row.insert(name.to_owned(), AttributeValue::S(value));
            }
            let put = PutRequest::builder().set_item(Some(row)).build().expect("an item");
            WriteRequest::builder().put_request(put).build()
        };
        let writes = HashMap::from([(store.name.clone(), batch.iter().map(cast).collect())]);
        store
            .client
            .batch_write_item()
            .set_request_items(Some(writes))
            .send()
            .await
            .expect("written");
    }
}

#[tokio::test]
async fn the_credentials_of_an_app_key_come_in_pages_each_once_in_the_order_of_operations() {
    with_store(async |store| {
        let table = &store.table;
        // A long name makes long rows, so that fewer fill a page.
        let (app_key, user) =
            (partner(table, &"a".repeat(64)).await, settler(table, "maria").await);
        let (_, credential) = connect(table, &user, &app_key, "krwv4vYH").await;
        many(store, &credential, 3_400).await;
        let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
        loop {
            let page = table.entries(&app_key.id, after).await.expect("a page");
            pages += 1;
            found.extend(page.entries);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(pages > 1, "a page is at most 1 MB");
        assert_eq!(found.len(), 3_401);
        assert!(
            found.is_sorted_by(|one, next| one.operation.hash < next.operation.hash),
            "each once, in order"
        );
        let users: BTreeSet<_> = found.iter().map(|entry| entry.leaf_user_id).collect();
        assert_eq!(users.len(), 3_401);
    })
    .await;
}

#[tokio::test]
async fn a_status_changes_with_its_event_if_the_credential_is_still_the_one_that_was_read() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let (_, credential) = connect(table, &user, &app_key, "krwv4vYH").await;
        let wanted = operation("krwv4vYH");
        table
            .store_unclaimed(&unclaimed(&wanted, &app_key, 0), &stranger(), 0)
            .await
            .expect("stored");
        let (before, sharing_url_id) = (entry(&credential), app_key.sharing_url_id);
        let app_key = &app_key;
        let revoke = event(100, "The farmer has switched sharing off.");
        let to = CredentialStatus::Revoked;
        table
            .change_status(&StatusChange {
                entry: &before,
                to,
                app_key,
                event: &revoke,
                is_followed: true,
            })
            .await
            .expect("changed");
        let again = table
            .change_status(&StatusChange {
                entry: &before,
                to,
                app_key,
                event: &revoke,
                is_followed: true,
            })
            .await;
        assert!(matches!(again, Err(SaveError::Conflict)), "{again:?}");

        let page = table.entries(&app_key.id, None).await.expect("a page");
        let revoked = ConnectionEntry { status: to, status_since: at(100), ..before };
        assert_eq!(page.entries, std::slice::from_ref(&revoked), "the index follows");
        assert_eq!(
            table.unclaimed_among(&[&wanted], sharing_url_id, at(0)).await.expect("read"),
            std::slice::from_ref(&wanted)
        );

        let back = event(200, "Shared again.");
        let to = CredentialStatus::Active;
        table
            .change_status(&StatusChange {
                entry: &revoked,
                to,
                app_key,
                event: &back,
                is_followed: true,
            })
            .await
            .expect("changed");
        assert_eq!(
            table.unclaimed_among(&[&wanted], sharing_url_id, at(0)).await.expect("read"),
            [],
            "it is taken"
        );
        let account = table.account(user.id).await.expect("read").expect("an account");
        let wanted = Credential { status_since: at(200), silent_since: at(200), ..credential };
        assert_eq!(account.credential, Some(wanted));
        let page = EventPage { since: at(0), page: 0, size: 9, newest_first: false };
        assert_eq!(table.events(user.id, &page).await.expect("a page").entries.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_check_of_one_credential_is_noted_only_at_that_credential() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let (_, credential) = connect(table, &user, &app_key, "krwv4vYH").await;
        table.note_check(&credential, at(60)).await.expect("noted");
        let account = table.account(user.id).await.expect("read").expect("an account");
        assert_eq!(
            account.credential,
            Some(Credential { checked_at: Some(at(60)), ..credential.clone() })
        );

        table.disconnect(&account, false, Freed::ForAnybody, None).await.expect("disconnected");
        let gone = table.note_check(&credential, at(70)).await;
        assert!(matches!(gone, Err(SaveError::Conflict)), "{gone:?}");
        let account = table.account(user.id).await.expect("read").expect("an account");
        assert_eq!(account.credential, None, "a note makes no row");
    })
    .await;
}
