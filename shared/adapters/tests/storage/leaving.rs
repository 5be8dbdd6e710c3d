//! The deletion of a Leaf user's data.

use application::ports::catalogue::{Asked, Catalogue as _, CatalogueError, FileFilter, Forgotten};
use application::ports::connections::{Connections as _, Freed};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalogue::difference::Stored;
use domain::catalogue::leaving::{Leaving, RETENTION, Stage};
use domain::catalogue::turn::Turn;
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

use crate::catalogue::{EVERYTHING, farmer, files, listing, of, sync};
use crate::engine::{Store, with_store};
use crate::people::{at, connect, partner};

/// The Leaf user is deleted, and asked for with it the deletion of its data, which somebody begins.
async fn leaves(store: &Store, user: LeafUserId, now: Timestamp) -> Leaving {
    let account = store.table.account(user).await.expect("read").expect("an account");
    let asked = Leaving::requested(user, now);
    let ended = store.table.disconnect(&account, true, Freed::ForAnybody, Some(&asked));
    ended.await.expect("deleted");
    assert_eq!(store.catalogue.leaving(user).await.expect("read"), Some(asked.clone()));
    let begun = asked.begin(now).expect("nobody is at it");
    store.catalogue.write_leaving(&asked, &begun).await.expect("begun");
    begun
}

#[tokio::test]
async fn a_deletion_is_asked_for_with_the_end_of_the_connection_and_worked_on_by_one() {
    with_store(async |store| {
        let (origin, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let user = origin.leaf_user_id;
        sync(store, &origin, &consent, &listing(&[1]), 10).await;
        assert_eq!(store.catalogue.leaving(user).await.expect("read"), None);
        let outdated = store.table.account(user).await.expect("read").expect("an account");
        connect(&store.table, &outdated.user, &partner(&store.table, "b").await, "Hn5cW7pd").await;
        let asked = Leaving::requested(user, at(20));
        let refused =
            store.table.disconnect(&outdated, true, Freed::ForAnybody, Some(&asked)).await;
        assert!(refused.is_err(), "the operation is another one by now");
        assert_eq!(store.catalogue.leaving(user).await.expect("read"), None);

        let begun = leaves(store, user, at(30)).await;
        let asked = Leaving::requested(user, at(30));
        for outdated in [&asked, &Leaving::requested(user, at(20))] {
            let again = store.catalogue.write_leaving(outdated, &begun).await;
            assert!(matches!(again, Err(CatalogueError::Conflict)), "{again:?}");
            let forgotten = store.catalogue.forget(outdated).await;
            assert!(matches!(forgotten, Err(CatalogueError::Conflict)), "{forgotten:?}");
        }
        let stages =
            [Stage::ToBeSeenAgain, Stage::UnderWay { since: at(40) }, Stage::Done { at: at(50) }];
        let mut before = begun;
        for stage in stages {
            let after = Leaving { stage, ..before.clone() };
            store.catalogue.write_leaving(&before, &after).await.expect("written");
            assert_eq!(store.catalogue.leaving(user).await.expect("read"), Some(after.clone()));
            before = after;
        }
        let row = store.client.get_item().table_name(&store.catalogue_name);
        let row = row.key("pk", AttributeValue::S(format!("USER#{user}")));
        let row = row.key("sk", AttributeValue::S("LEAVING".to_owned())).send().await;
        let row = row.expect("read").item.expect("the deletion is done, and is seen for a while");
        let ends = at(50).plus(RETENTION).epoch_seconds().to_string();
        assert_eq!(row["ttl"], AttributeValue::N(ends));

        let late = store.catalogue.forget(&begun_at(&before)).await;
        assert!(matches!(late, Err(CatalogueError::Conflict)), "{late:?}");
        assert_eq!(files(store, of(user), FileFilter::default()).await.total, Some(1));
    })
    .await;
}

/// How a deletion stood while somebody was at it.
fn begun_at(done: &Leaving) -> Leaving {
    Leaving { stage: Stage::UnderWay { since: at(40) }, ..done.clone() }
}

#[tokio::test]
async fn one_leaf_user_is_forgotten_as_often_as_it_takes_and_nothing_of_another_one() {
    with_store(async |store| {
        let (maria, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let (dale, dales, _) = farmer(store, "dale", "ab12CD34").await;
        sync(store, &maria, &consent, &listing(&[120, 90]), 10).await;
        sync(store, &dale, &dales, &listing(&[7]), 20).await;
        store
            .catalogue
            .request_sync(maria.leaf_user_id, at(25), Turn::Next)
            .await
            .expect("asked for");
        let mut leaving = leaves(store, maria.leaf_user_id, at(30)).await;
        let mut rounds = 0;
        loop {
            let Forgotten { leaving: after, are_left } =
                store.catalogue.forget(&leaving).await.expect("forgotten");
            if !are_left {
                assert_eq!(after, leaving, "nothing more was deleted");
                break;
            }
            rounds += 1;
            let outdated = store.catalogue.forget(&leaving).await;
            assert!(matches!(outdated, Err(CatalogueError::Conflict)), "{outdated:?}");
            leaving = after;
        }
        assert!(rounds > 2, "in portions");
        assert_eq!((leaving.files, leaving.bytes), (210, 0));
        let left = store.catalogue.stored(maria.leaf_user_id).await.expect("read");
        assert_eq!(left, Stored::default());
        let found = store.catalogue.leaving(maria.leaf_user_id).await.expect("read");
        assert_eq!(found, Some(leaving));
        let all = files(store, EVERYTHING, FileFilter::default()).await;
        assert_eq!((all.entries.len(), all.total), (7, Some(7)));
        let page = Asked { size: 3, ..EVERYTHING };
        assert_eq!(files(store, page, FileFilter::default()).await.total, Some(7));
        let growers = Asked { size: 1, ..EVERYTHING };
        assert_eq!(store.catalogue.growers(&growers).await.expect("a page").total, Some(1));
    })
    .await;
}
