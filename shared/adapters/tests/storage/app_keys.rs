//! [`AppKeys`]

use application::ports::app_keys::{AppKeys as _, SaveAppKeyError};
use domain::app_key::AppKey;
use domain::ids::SharingUrlId;
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{STAGE, app_key, app_key_id, key, partner};

#[tokio::test]
async fn an_app_key_is_found_by_its_name_its_sharing_url_and_its_client() {
    with_store(async |store| {
        let table = &store.table;
        let (first, second) = (partner(table, "b").await, partner(table, "a").await);
        assert_eq!(table.find(&first.id).await.expect("read"), Some(first.clone()));
        assert_eq!(
            table.find_by_sharing_url(second.sharing_url_id).await.expect("read"),
            Some(second.clone())
        );
        let of_client =
            table.find_by_client(STAGE, &key().client(STAGE, "client")).await.expect("read");
        assert_eq!(of_client, [second.clone(), first.clone()]);
        assert_eq!(table.list().await.expect("read"), [second, first], "by name");
        assert_eq!(table.find(&app_key_id("c")).await.expect("read"), None);
        assert_eq!(
            table.find_by_sharing_url(SharingUrlId(Uuid::new_v4())).await.expect("read"),
            None
        );
        assert_eq!(
            table.find_by_client(STAGE, &key().client(STAGE, "another")).await.expect("read"),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_app_key_of_a_name_or_a_sharing_url_is_refused_and_leaves_no_trace() {
    with_store(async |store| {
        let table = &store.table;
        let known = partner(table, "a").await;
        let same_name = app_key("a", "another");
        assert!(matches!(table.create(&same_name).await, Err(SaveAppKeyError::Conflict)));
        assert_eq!(table.find_by_sharing_url(same_name.sharing_url_id).await.expect("read"), None);
        let same_url = AppKey { sharing_url_id: known.sharing_url_id, ..app_key("b", "another") };
        assert!(matches!(table.create(&same_url).await, Err(SaveAppKeyError::SharingUrlInUse)));
        assert_eq!(table.find(&same_url.id).await.expect("read"), None);
        assert_eq!(table.find_by_client(STAGE, &same_url.client).await.expect("read"), []);
        assert_eq!(table.list().await.expect("read"), [known]);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_app_key_takes_its_claims_along() {
    with_store(async |store| {
        let table = &store.table;
        let before = partner(table, "a").await;
        let after = AppKey { version: 2, ..app_key("a", "another") };
        table.replace(&before, &after).await.expect("replaced");
        assert_eq!(table.find(&before.id).await.expect("read"), Some(after.clone()));
        assert_eq!(
            table.find_by_sharing_url(after.sharing_url_id).await.expect("read"),
            Some(after.clone())
        );
        assert_eq!(table.find_by_sharing_url(before.sharing_url_id).await.expect("read"), None);
        assert_eq!(table.find_by_client(STAGE, &before.client).await.expect("read"), []);
        assert_eq!(
            table.find_by_client(STAGE, &after.client).await.expect("read"),
            std::slice::from_ref(&after)
        );

        let outdated = AppKey { version: 2, ..app_key("a", "a third") };
        assert!(matches!(table.replace(&before, &outdated).await, Err(SaveAppKeyError::Conflict)));
        assert_eq!(table.find_by_sharing_url(outdated.sharing_url_id).await.expect("read"), None);
        let other = partner(table, "b").await;
        let taken = AppKey { sharing_url_id: other.sharing_url_id, version: 3, ..after.clone() };
        assert!(matches!(
            table.replace(&after, &taken).await,
            Err(SaveAppKeyError::SharingUrlInUse)
        ));
        assert_eq!(table.find(&after.id).await.expect("read"), Some(after));
    })
    .await;
}

#[tokio::test]
async fn an_app_key_is_deleted_only_as_it_was_read() {
    with_store(async |store| {
        let table = &store.table;
        let before = partner(table, "a").await;
        let after = AppKey { version: 2, ..before.clone() };
        table.replace(&before, &after).await.expect("replaced");
        table.delete(&before).await.expect("nothing to do");
        assert_eq!(table.find(&after.id).await.expect("read"), Some(after.clone()));
        table.delete(&after).await.expect("deleted");
        table.delete(&after).await.expect("nothing to do");
        assert_eq!(table.find(&after.id).await.expect("read"), None);
        assert_eq!(table.find_by_sharing_url(after.sharing_url_id).await.expect("read"), None);
        assert_eq!(table.find_by_client(STAGE, &after.client).await.expect("read"), []);
    })
    .await;
}
