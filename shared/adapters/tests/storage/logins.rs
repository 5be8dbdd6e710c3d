//! [`Logins`]

use application::ports::logins::Logins as _;
use domain::ids::LeafUserId;
use domain::login_state::{EntryCursor, LoginState};
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{app_key_id, at, operation};

#[tokio::test]
async fn what_is_known_of_a_login_is_one_row_whose_facts_do_not_disturb_each_other() {
    with_store(async |store| {
        let (table, id) = (&store.table, app_key_id("a"));
        assert_eq!(table.state(&id).await.expect("read"), LoginState::default());
        table.clear_refusal(&id).await.expect("nothing to clear");
        assert_eq!(table.state(&id).await.expect("read"), LoginState::default());

        let refused = LoginState::default().refuse("wrong username or password".to_owned(), at(0));
        table.note_refusal(&id, &refused).await.expect("noted");
        table.note_checked(&id, at(5)).await.expect("noted");
        let cursor = EntryCursor {
            leaf_user_id: LeafUserId(Uuid::new_v4()),
            operation: operation("krwv4vYH").hash,
        };
        table.note_resume_after(&id, &cursor).await.expect("noted");
        let known = table.state(&id).await.expect("read");
        assert_eq!(known.refused, refused.refused);
        assert_eq!((known.checked_at, known.resume_after), (Some(at(5)), Some(cursor)));

        table.clear_refusal(&id).await.expect("cleared");
        table.note_checked(&id, at(6)).await.expect("noted");
        let wanted = LoginState { refused: None, checked_at: Some(at(6)), resume_after: None };
        assert_eq!(table.state(&id).await.expect("read"), wanted);
        assert_eq!(table.state(&app_key_id("b")).await.expect("read"), LoginState::default());
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_ends_or_is_given_back() {
    with_store(async |store| {
        let (table, id) = (&store.table, app_key_id("a"));
        assert!(table.take_lease(&id, at(0), at(30)).await.expect("asked"));
        assert!(!table.take_lease(&id, at(29), at(59)).await.expect("asked"));
        assert!(
            table.take_lease(&app_key_id("b"), at(0), at(30)).await.expect("asked"),
            "another app key's"
        );
        assert!(table.take_lease(&id, at(30), at(60)).await.expect("asked"), "it has ended");
        table.release_lease(&id, at(30)).await.expect("not the holder any more");
        assert!(!table.take_lease(&id, at(31), at(61)).await.expect("asked"));
        table.release_lease(&id, at(60)).await.expect("given back");
        assert!(table.take_lease(&id, at(31), at(61)).await.expect("asked"));
    })
    .await;
}

#[tokio::test]
async fn a_refresh_is_taken_once_in_a_while() {
    with_store(async |store| {
        let (table, id) = (&store.table, app_key_id("a"));
        assert!(table.take_refresh(&id, at(60), at(0)).await.expect("asked"));
        assert!(!table.take_refresh(&id, at(119), at(59)).await.expect("asked"));
        assert!(table.take_refresh(&id, at(120), at(60)).await.expect("asked"));
    })
    .await;
}
