//! One operation, one owner; one Leaf user, one credential.

use application::ports::connections::{
    CompleteError, Completion, Connections as _, EventPage, Freed, Owner, SaveError, Storing,
};
use application::ports::leaf_users::LeafUsers as _;
use domain::credential::Credential;
use domain::ids::LeafUserId;
use domain::session::State;
use uuid::Uuid;

use crate::engine::{Store, with_store};
use crate::people::{
    at, callback, code, connect, credential, event, farmer, operation, partner, session, settler,
    start, stranger, then, unclaimed,
};

async fn stored(store: &Store, user: LeafUserId) -> Option<Credential> {
    store.table.account(user).await.expect("read").and_then(|account| account.credential)
}

async fn owner(store: &Store, text: &str) -> Option<LeafUserId> {
    let unknown = domain::ids::SharingUrlId(Uuid::new_v4());
    let operation = operation(text);
    let budget = stranger();
    let callback = callback(&operation, unknown, &[], &budget);
    match store.table.callback_facts(&callback).await.expect("read").owner {
        Some(Owner::LeafUser(user)) => Some(user),
        Some(Owner::Nobody) => panic!("nothing was withdrawn"),
        None => None,
    }
}

async fn events(store: &Store, user: LeafUserId) -> usize {
    let page = EventPage { since: at(0), page: 0, size: 100, newest_first: false };
    store.table.events(user, &page).await.expect("a page").entries.len()
}

#[tokio::test]
async fn a_completed_session_has_a_credential_an_owner_and_an_event_and_claims_what_was_unclaimed()
{
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        assert_eq!(
            table
                .store_unclaimed(&unclaimed(&operation("krwv4vYH"), &app_key, 0), &stranger(), 0)
                .await
                .expect("asked"),
            Storing::Stored
        );
        let (done, credential) = connect(table, &user, &app_key, "krwv4vYH").await;
        let account = table.account(user.id).await.expect("read").expect("an account");
        assert_eq!(
            (account.user, account.session, account.credential),
            (user.clone(), Some(done), Some(credential))
        );
        assert_eq!(owner(store, "krwv4vYH").await, Some(user.id));
        assert_eq!(events(store, user.id).await, 1);
        let found =
            table.unclaimed_among(&[&operation("krwv4vYH")], app_key.sharing_url_id, at(0)).await;
        assert_eq!(found.expect("read"), []);
        assert!(table.account(LeafUserId(Uuid::new_v4())).await.expect("read").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_second_leaf_user_does_not_get_an_owned_operation_and_nothing_of_the_try_is_written() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, maria) = (partner(table, "a").await, settler(table, "maria").await);
        let dale = settler(table, "dale").await;
        connect(table, &maria, &app_key, "krwv4vYH").await;
        let session = session(&dale, &app_key, None);
        table.start(&start(&session, &app_key, None)).await.expect("started");
        let done = then(&session, State::Completed { code: code("krwv4vYH") });
        let (second, event) = (credential(&dale, &app_key, "krwv4vYH"), event(1, "Connected."));
        let refused = table
            .complete(&Completion { session: &done, credential: &second, event: &event })
            .await;
        assert!(matches!(refused, Err(CompleteError::OperationOwned)), "{refused:?}");
        let refused = table.create_credential(&second, &event).await;
        assert!(matches!(refused, Err(CompleteError::OperationOwned)), "{refused:?}");
        assert_eq!(table.find_session(session.id).await.expect("read"), Some(session));
        assert_eq!((stored(store, dale.id).await, events(store, dale.id).await), (None, 0));
        assert_eq!(owner(store, "krwv4vYH").await, Some(maria.id));
    })
    .await;
}

#[tokio::test]
async fn another_operation_takes_the_place_of_the_first_and_the_first_is_free() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, maria) = (partner(table, "a").await, settler(table, "maria").await);
        let dale = settler(table, "dale").await;
        connect(table, &maria, &app_key, "krwv4vYH").await;
        let (_, second) = connect(table, &maria, &app_key, "Hn5cW7pd").await;
        assert_eq!(stored(store, maria.id).await, Some(second));
        assert_eq!(
            (owner(store, "krwv4vYH").await, owner(store, "Hn5cW7pd").await),
            (None, Some(maria.id))
        );
        let (_, freed) = connect(table, &dale, &app_key, "krwv4vYH").await;
        assert_eq!(stored(store, dale.id).await, Some(freed));
    })
    .await;
}

#[tokio::test]
async fn the_same_operation_again_is_the_same_credential_working_again() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let (_, first) = connect(table, &user, &app_key, "krwv4vYH").await;
        let again = Credential {
            created_at: at(9),
            status_since: at(9),
            silent_since: at(9),
            ..credential(&user, &app_key, "krwv4vYH")
        };
        table.create_credential(&again, &event(9, "Again.")).await.expect("stored");
        let wanted = Credential { id: first.id, created_at: first.created_at, ..again };
        assert_eq!(stored(store, user.id).await, Some(wanted));
        assert_eq!(events(store, user.id).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_credential_needs_its_leaf_user_and_a_completion_its_sessions_last_version() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user, nobody) =
            (partner(table, "a").await, settler(table, "maria").await, farmer("nobody"));
        let event = event(1, "Connected.");
        let refused =
            table.create_credential(&credential(&nobody, &app_key, "krwv4vYH"), &event).await;
        assert!(matches!(refused, Err(CompleteError::Conflict)), "{refused:?}");
        assert_eq!(owner(store, "krwv4vYH").await, None);

        let first = session(&user, &app_key, None);
        table.start(&start(&first, &app_key, None)).await.expect("started");
        table.save(&then(&first, State::Pending), None).await.expect("saved");
        let outdated = then(&first, State::Completed { code: code("krwv4vYH") });
        let credential = credential(&user, &app_key, "krwv4vYH");
        let refused = table
            .complete(&Completion { session: &outdated, credential: &credential, event: &event })
            .await;
        assert!(matches!(refused, Err(CompleteError::Conflict)), "{refused:?}");
        assert_eq!((stored(store, user.id).await, owner(store, "krwv4vYH").await), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_connection_ends_as_it_was_read_and_only_once() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let before = table.account(user.id).await.expect("read").expect("an account");
        connect(table, &user, &app_key, "krwv4vYH").await;
        let refused = table.disconnect(&before, true, Freed::ForAnybody, None).await;
        assert!(
            matches!(refused, Err(SaveError::Conflict)),
            "there is a credential by now: {refused:?}"
        );
        let outdated = table.account(user.id).await.expect("read").expect("an account");
        connect(table, &user, &app_key, "Hn5cW7pd").await;
        let refused = table.disconnect(&outdated, true, Freed::ForAnybody, None).await;
        assert!(
            matches!(refused, Err(SaveError::Conflict)),
            "it is another one by now: {refused:?}"
        );
        assert_eq!(table.find(user.id).await.expect("read"), Some(user.clone()));

        let account = table.account(user.id).await.expect("read").expect("an account");
        table.disconnect(&account, false, Freed::ForAnybody, None).await.expect("disconnected");
        assert_eq!((owner(store, "Hn5cW7pd").await, events(store, user.id).await), (None, 0));
        let account = table.account(user.id).await.expect("read").expect("the Leaf user stays");
        assert!(account.session.is_none() && account.credential.is_none());
        table.disconnect(&account, true, Freed::ForAnybody, None).await.expect("deleted");
        table
            .disconnect(&account, true, Freed::ForAnybody, None)
            .await
            .expect("nothing more to do");
        assert_eq!(table.find(user.id).await.expect("read"), None);
    })
    .await;
}
