//! The list of connections: in the order of silence, with totals that are kept.

use std::collections::BTreeSet;

use application::ports::connection_list::{ConnectionList as _, Group, ListedConnection, Reason};
use application::ports::connections::{Connections as _, Freed, SaveError, StatusChange};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::app_key::AppKey;
use domain::credential::{Credential, CredentialStatus};
use domain::timestamp::Timestamp;

use crate::engine::{Store, with_store};
use crate::people::{at, connect, event, partner, settler};

fn group(app_key: &AppKey, status: CredentialStatus) -> Group {
    Group { app_key: app_key.id.clone(), status }
}

/// Whose connections are on a page, and how many there are.
async fn page(
    store: &Store,
    groups: &[Group],
    silent_before: Option<Timestamp>,
    (page, size): (u32, u32),
) -> (Vec<domain::ids::LeafUserId>, u64) {
    let portion = store.table.page(groups, silent_before, page, size).await.expect("a page");
    let users = portion.entries.iter().map(|listed| listed.leaf_user_id).collect();
    (users, portion.total.expect("a total"))
}

async fn revoke(store: &Store, credential: &Credential, app_key: &AppKey, seconds: u64) {
    let event = event(seconds, "Switched off.");
    let change = StatusChange {
        entry: &credential.entry(),
        to: CredentialStatus::Revoked,
        app_key,
        event: &event,
        is_followed: true,
    };
    store.table.change_status(&change).await.expect("changed");
}

/// Which note was written last to a credential, if nothing else was since.
async fn noted(store: &Store, credential: &Credential) -> Option<String> {
    let row = store.client.get_item().table_name(&store.name);
    let row = row.key("pk", AttributeValue::S(format!("USER#{}", credential.leaf_user_id)));
    let row = row.key("sk", AttributeValue::S("CREDENTIAL".to_owned())).send().await;
    let row = row.expect("read").item.expect("a credential");
    row.get("noted").and_then(|noted| noted.as_s().ok().cloned())
}

#[tokio::test]
async fn a_note_at_a_credential_can_be_told_from_a_change_of_it() {
    with_store(async |store| {
        let app_key = partner(&store.table, "a").await;
        let credential = farmers(store, &app_key, &["krwv4vYH"]).await.remove(0);
        assert_eq!(noted(store, &credential).await.as_deref(), Some("data"));
        revoke(store, &credential, &app_key, 50).await;
        assert_eq!(noted(store, &credential).await, None, "a change of its status");
        store.table.note_check(&credential, at(60)).await.expect("noted");
        assert_eq!(noted(store, &credential).await.as_deref(), Some("check"));
        let again = event(70, "Created.");
        let mut working = credential.clone();
        working.status_since = at(70);
        store.table.create_credential(&working, &again).await.expect("created");
        assert_eq!(noted(store, &credential).await, None, "a new one");
    })
    .await;
}

/// Farmers of an app key, each with a file that came a second after the one before.
async fn farmers(store: &Store, app_key: &AppKey, codes: &[&str]) -> Vec<Credential> {
    let mut credentials = Vec::new();
    for (second, code) in codes.iter().enumerate() {
        let user = settler(&store.table, code).await;
        let (_, credential) = connect(&store.table, &user, app_key, code).await;
        store.table.note_data(&credential, at(10 + second as u64)).await.expect("noted");
        credentials.push(credential);
    }
    credentials
}

#[tokio::test]
async fn pages_go_on_from_group_to_group_and_every_total_is_true() {
    with_store(async |store| {
        let (one, other) = (partner(&store.table, "a").await, partner(&store.table, "b").await);
        let here = farmers(store, &one, &["krwv4vYH", "t8Zq2mLx", "Hn5cW7pd"]).await;
        let there = farmers(store, &other, &["b3VxKq9R", "mY6tGs2J"]).await;
        revoke(store, &here[1], &one, 50).await;
        let groups = [
            group(&one, CredentialStatus::Revoked),
            group(&other, CredentialStatus::Revoked),
            group(&one, CredentialStatus::Active),
            group(&other, CredentialStatus::Active),
        ];
        let expected: Vec<_> = [&here[1], &here[0], &here[2], &there[0], &there[1]]
            .map(|credential| credential.leaf_user_id)
            .into();
        for size in 1..=6 {
            let mut found = Vec::new();
            for number in 0..=5 {
                let (users, total) = page(store, &groups, None, (number, size)).await;
                assert_eq!(total, 5, "page {number} of {size}");
                found.extend(users);
            }
            assert_eq!(found, expected, "pages of {size}");
        }
        // Silent since the twelfth second: the first two of either app key, one of them REVOKED
        // since then.
        for (before, wanted) in [(9, 0), (10, 2), (11, 3), (12, 4), (49, 4), (50, 5)] {
            for paging in [(0, 1), (1, 1), (0, 9)] {
                let (_, total) = page(store, &groups, Some(at(before)), paging).await;
                assert_eq!(total, wanted, "silent since {before}, {paging:?}");
            }
        }
        // Who is gone is not counted.
        for gone in [&here[0], &here[1]] {
            let account = store.table.account(gone.leaf_user_id).await.expect("read");
            let account = account.expect("an account");
            let done = store.table.disconnect(&account, false, Freed::ForAnybody, None).await;
            done.expect("disconnected");
        }
        assert_eq!(page(store, &groups, None, (0, 1)).await.1, 3);
        assert_eq!(page(store, &groups[..2], None, (0, 1)).await, (Vec::new(), 0));
    })
    .await;
}

#[tokio::test]
async fn a_listed_connection_says_why_and_since_when_and_not_its_code() {
    with_store(async |store| {
        let app_key = partner(&store.table, "a").await;
        let credential = farmers(store, &app_key, &["krwv4vYH"]).await.remove(0);
        let listed = async |status| {
            let groups = [group(&app_key, status)];
            store.table.page(&groups, None, 0, 9).await.expect("a page").entries
        };
        let expected = ListedConnection {
            leaf_user_id: credential.leaf_user_id,
            credential_id: credential.id,
            app_key: app_key.id.clone(),
            status: CredentialStatus::Active,
            status_since: at(0),
            reason: Some(Reason { status_code: 200, text: "Connected.".to_owned() }),
            created_at: at(0),
            silent_since: at(10),
            is_upstreams: false,
        };
        assert_eq!(listed(CredentialStatus::Active).await, std::slice::from_ref(&expected));
        revoke(store, &credential, &app_key, 50).await;
        let revoked = ListedConnection {
            status: CredentialStatus::Revoked,
            status_since: at(50),
            silent_since: at(50),
            reason: Some(Reason { status_code: 200, text: "Switched off.".to_owned() }),
            ..expected
        };
        assert_eq!(listed(CredentialStatus::Revoked).await, [revoked]);
        assert_eq!(listed(CredentialStatus::Active).await, []);

        // A file that came before is no news, and nobody else's is.
        store.table.note_data(&credential, at(49)).await.expect("noted");
        let stranger =
            Credential { id: domain::ids::CredentialId(uuid::Uuid::new_v4()), ..credential };
        store.table.note_data(&stranger, at(99)).await.expect("noted");
        assert_eq!(listed(CredentialStatus::Revoked).await[0].silent_since, at(50));
        let whole = store
            .client
            .scan()
            .table_name(&store.name)
            .index_name("connections-by-silence")
            .send()
            .await
            .expect("rows");
        assert!(!format!("{:?}", whole.items()).contains("krwv4vYH"), "an index is one more copy");
    })
    .await;
}

/// A credential and its total as a version wrote them that had no list.
async fn forget_listing(store: &Store, credential: &Credential) {
    let user = credential.leaf_user_id;
    let row = store.client.update_item().table_name(&store.name);
    let row = row
        .key("pk", AttributeValue::S(format!("USER#{user}")))
        .key("sk", AttributeValue::S("CREDENTIAL".to_owned()))
        .update_expression("REMOVE standing, silentSince, reason, reasonCode");
    row.send().await.expect("updated");
    let app_key = format!("{}#{}", credential.app_key.environment, credential.app_key.name);
    let share = store.client.update_item().table_name(&store.name);
    let share = share
        .key("pk", AttributeValue::S(format!("TOTAL#CONNECTIONS#{app_key}")))
        .key("sk", AttributeValue::S(format!("{:x}", user.0.as_bytes()[15] & 0xf)))
        .update_expression("ADD ACTIVE :less")
        .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()));
    share.send().await.expect("updated");
}

#[tokio::test]
async fn what_an_earlier_version_has_written_is_listed_and_counted_once() {
    with_store(async |store| {
        let app_key = partner(&store.table, "a").await;
        let credentials = farmers(store, &app_key, &["krwv4vYH", "t8Zq2mLx", "Hn5cW7pd"]).await;
        for earlier in &credentials[..2] {
            forget_listing(store, earlier).await;
        }
        let groups = [group(&app_key, CredentialStatus::Active)];
        assert_eq!(page(store, &groups, None, (0, 1)).await.1, 1);
        for expected in [2, 0, 0] {
            let listed = store.table.list_earlier(&app_key.id).await.expect("listed");
            assert_eq!(listed, expected);
        }
        assert_eq!(page(store, &groups, None, (0, 1)).await.1, 3);
        let (users, total) = page(store, &groups, None, (0, 9)).await;
        let users: BTreeSet<_> = users.into_iter().collect();
        assert_eq!((users.len(), total), (3, 3));
        let listed = store.table.page(&groups, Some(at(0)), 0, 9).await.expect("a page");
        assert!(listed.entries.iter().all(|listed| listed.reason.is_none()), "nobody knows why");
        assert_eq!(listed.total, Some(2), "silent since their status is what it is");
    })
    .await;
}

#[tokio::test]
async fn who_has_another_status_by_now_is_not_disconnected_by_what_was_read_before() {
    with_store(async |store| {
        let app_key = partner(&store.table, "a").await;
        let credential = farmers(store, &app_key, &["krwv4vYH"]).await.remove(0);
        let before = store.table.account(credential.leaf_user_id).await.expect("read");
        revoke(store, &credential, &app_key, 50).await;
        let before = before.expect("an account");
        let late = store.table.disconnect(&before, false, Freed::ForAnybody, None).await;
        assert!(matches!(late, Err(SaveError::Conflict)), "its total is another: {late:?}");
    })
    .await;
}

#[tokio::test]
async fn those_that_are_active_come_part_by_part_each_once() {
    with_store(async |store| {
        let app_key = partner(&store.table, "a").await;
        let credential = farmers(store, &app_key, &["krwv4vYH"]).await.remove(0);
        crate::checks::many(store, &credential, 1_300).await;
        let (mut users, mut parts, mut after) = (BTreeSet::new(), 0, None);
        let mut found = 0;
        loop {
            let page = store.table.active(&app_key.id, after).await.expect("a part");
            parts += 1;
            found += page.connections.len();
            users.extend(page.connections.iter().map(|listed| listed.leaf_user_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((found, users.len(), parts), (1_301, 1_301, 2));
    })
    .await;
}
