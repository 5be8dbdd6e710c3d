//! API keys of partners' pages.

use application::ports::api_keys::{ApiKeys as _, CreateKeyError};
use application::ports::connections::{Connections as _, Freed};
use domain::api_key::{ApiKey, WholeKey};
use domain::ids::ApiKeyId;
use domain::leaf_user::LeafUser;
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{at, farmer, settler};

fn key(user: &LeafUser, made: u64) -> ApiKey {
    let id = ApiKeyId(Uuid::new_v4());
    ApiKey {
        id,
        secret: WholeKey::new(id, [1; 32]).hash(),
        leaf_user_id: user.id,
        origins: vec!["https://app.example".parse().expect("an origin")],
        description: Some("the grower portal".parse().expect("a text")),
        app_name: Some("farms".parse().expect("a name")),
        environment: None,
        created_at: at(made),
        expires_at: at(3_600),
        revoked_at: None,
    }
}

#[tokio::test]
async fn keys_are_read_as_they_were_written_by_id_and_of_a_leaf_user() {
    with_store(async |store| {
        let table = &store.table;
        let (maria, dale) = (settler(table, "maria").await, settler(table, "dale").await);
        let plain = ApiKey {
            origins: Vec::new(),
            description: None,
            app_name: None,
            environment: Some("STAGE".parse().expect("an environment")),
            ..key(&maria, 2)
        };
        let keys = [key(&maria, 1), plain, key(&dale, 3)];
        for key in &keys {
            table.create(key).await.expect("made");
            assert_eq!(table.find(key.id).await.expect("a read").as_ref(), Some(key));
        }
        let hers = table.of_user(maria.id).await.expect("a read");
        assert_eq!(hers, [keys[1].clone(), keys[0].clone()], "the newest first");
        assert_eq!(table.of_user(dale.id).await.expect("a read"), [keys[2].clone()]);
        assert_eq!(table.find(ApiKeyId(Uuid::new_v4())).await.expect("a read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_revoked_once_and_keeps_its_moment() {
    with_store(async |store| {
        let table = &store.table;
        let made = key(&settler(table, "maria").await, 1);
        assert!(!table.revoke(made.id, at(2)).await.expect("a write"), "there is none");
        table.create(&made).await.expect("made");
        for moment in [3, 4] {
            assert!(table.revoke(made.id, at(moment)).await.expect("a write"));
        }
        let found = table.find(made.id).await.expect("a read").expect("a key");
        assert_eq!(found.revoked_at, Some(at(3)));
        assert!(!found.is_valid(at(3)));
    })
    .await;
}

#[tokio::test]
async fn a_key_needs_its_leaf_user_and_goes_with_it() {
    with_store(async |store| {
        let table = &store.table;
        let nobody = farmer("nobody");
        let refused = table.create(&key(&nobody, 1)).await;
        assert!(matches!(refused, Err(CreateKeyError::NoSuchUser)), "{refused:?}");
        let (maria, dale) = (settler(table, "maria").await, settler(table, "dale").await);
        let (hers, his) = (key(&maria, 1), key(&dale, 1));
        table.create(&hers).await.expect("made");
        table.create(&his).await.expect("made");
        let account = table.account(maria.id).await.expect("a read").expect("an account");
        table.disconnect(&account, true, Freed::ForAnybody, None).await.expect("deleted");
        assert_eq!(table.find(hers.id).await.expect("a read"), None);
        assert_eq!(table.of_user(maria.id).await.expect("a read"), []);
        assert_eq!(table.find(his.id).await.expect("a read"), Some(his));
    })
    .await;
}
