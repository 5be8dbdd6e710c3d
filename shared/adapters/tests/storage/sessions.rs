//! Starts, and what a callback finds.

use application::ports::app_keys::AppKeys as _;
use application::ports::connections::{
    Connections as _, Owner, SaveError, Start, StartConflict, Storing,
};
use domain::app_key::AppKey;
use domain::handshake::Handshake;
use domain::ids::{LeafUserId, SessionId};
use domain::session::{LIFETIME, Session, State};
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{
    at, callback, code, connect, event, farmer, operation, partner, session, settler, start,
    stranger, then, unclaimed,
};

fn confirming(session: &Session, text: &str) -> Session {
    let code = code(text);
    then(
        session,
        State::Confirming(Handshake {
            code,
            lease_until: at(30),
            attempts: 0,
            reopened: None,
            handed_on: false,
        }),
    )
}

#[tokio::test]
async fn a_start_needs_its_leaf_user_and_the_app_key_as_it_was_read() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let stranger = session(&farmer("nobody"), &app_key, None);
        let refused = table.start(&start(&stranger, &app_key, None)).await;
        assert!(matches!(refused, Err(StartConflict::NoSuchUser)), "{refused:?}");
        assert_eq!(
            table.find_session(stranger.id).await.expect("read"),
            None,
            "nothing of it is written"
        );

        let newer = AppKey { version: 2, ..app_key.clone() };
        table.replace(&app_key, &newer).await.expect("replaced");
        let session = session(&user, &app_key, None);
        let refused = table.start(&start(&session, &app_key, None)).await;
        assert!(matches!(refused, Err(StartConflict::AppKeyChanged)), "{refused:?}");
        table.start(&start(&session, &newer, None)).await.expect("started");
        assert_eq!(table.find_session(session.id).await.expect("read"), Some(session));
    })
    .await;
}

#[tokio::test]
async fn a_new_session_takes_the_place_of_the_last_but_not_of_one_that_is_being_confirmed() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let first = session(&user, &app_key, None);
        table.start(&start(&first, &app_key, None)).await.expect("started");
        let second = session(&user, &app_key, None);
        table.start(&start(&second, &app_key, None)).await.expect("started");
        assert_eq!(table.find_session(first.id).await.expect("read"), None, "replaced");
        assert_eq!(table.find_session(SessionId(Uuid::new_v4())).await.expect("read"), None);

        let unfinished = confirming(&second, "krwv4vYH");
        table.save(&unfinished, None).await.expect("saved");
        let third = session(&user, &app_key, None);
        let refused = table.start(&start(&third, &app_key, None)).await;
        let Err(StartConflict::Unfinished(found)) = refused else { panic!("{refused:?}") };
        assert_eq!(*found, unfinished, "the row as it is comes with the refusal");

        let wanted = operation("krwv4vYH");
        let left = Some(unclaimed(&wanted, &app_key, 0));
        let knowing = Start {
            replaces: Some(&second),
            unclaimed: left.clone(),
            ..start(&third, &app_key, None)
        };
        let refused = table.start(&knowing).await;
        assert!(
            matches!(refused, Err(StartConflict::Unfinished(_))),
            "not the version that it is: {refused:?}"
        );
        let knowing =
            Start { replaces: Some(&unfinished), unclaimed: left, ..start(&third, &app_key, None) };
        table.start(&knowing).await.expect("started");
        assert_eq!(table.sessions_of(&[user.id]).await.expect("read"), [third]);
        let found =
            table.unclaimed_among(&[&wanted], app_key.sharing_url_id, at(0)).await.expect("read");
        assert_eq!(found, [wanted], "its confirmation is stored in the same transaction");
    })
    .await;
}

#[tokio::test]
async fn a_start_with_a_code_is_refused_for_the_owners_sake_and_told_of_an_unclaimed_confirmation()
{
    with_store(async |store| {
        let table = &store.table;
        let (app_key, maria) = (partner(table, "a").await, settler(table, "maria").await);
        let user = settler(table, "dale").await;
        connect(table, &maria, &app_key, "krwv4vYH").await;
        let owned = operation("krwv4vYH");
        let refused_session = session(&user, &app_key, Some("krwv4vYH"));
        let refused = table.start(&start(&refused_session, &app_key, Some(&owned))).await;
        assert!(matches!(refused, Err(StartConflict::OperationOwned)), "{refused:?}");
        let facts = table
            .callback_facts(&callback(&owned, app_key.sharing_url_id, &[], &stranger()))
            .await
            .expect("read");
        assert!(facts.started_with_code.is_empty(), "nothing of it is written: {facts:?}");

        let free = operation("Hn5cW7pd");
        let session = session(&user, &app_key, Some("Hn5cW7pd"));
        let plain = start(&session, &app_key, Some(&free));
        let claiming = Start { claims: true, ..start(&session, &app_key, Some(&free)) };
        let refused = table.start(&claiming).await;
        assert!(
            matches!(refused, Err(StartConflict::UnclaimedGone)),
            "there is none yet: {refused:?}"
        );
        assert_eq!(
            table
                .store_unclaimed(&unclaimed(&free, &app_key, 0), &stranger(), 0)
                .await
                .expect("asked"),
            Storing::Stored
        );
        let refused = table.start(&plain).await;
        assert!(matches!(refused, Err(StartConflict::Unclaimed)), "{refused:?}");
        table.start(&claiming).await.expect("started");
        assert_eq!(
            table.unclaimed_among(&[&free], app_key.sharing_url_id, at(0)).await.expect("read"),
            []
        );
        table.start(&plain).await.expect("started");
    })
    .await;
}

#[tokio::test]
async fn a_session_is_saved_only_over_its_own_last_version() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let first = session(&user, &app_key, Some("krwv4vYH"));
        table.start(&start(&first, &app_key, Some(&operation("krwv4vYH")))).await.expect("started");
        let (one, other) = (confirming(&first, "krwv4vYH"), confirming(&first, "Hn5cW7pd"));
        table.save(&one, None).await.expect("saved");
        assert!(matches!(table.save(&other, None).await, Err(SaveError::Conflict)));
        assert!(matches!(
            table.save(&other, Some(&event(1, "Lost."))).await,
            Err(SaveError::Conflict)
        ));
        assert_eq!(table.find_session(first.id).await.expect("read"), Some(one.clone()));
        let next = then(&one, State::Pending);
        table.save(&next, Some(&event(2, "Kept."))).await.expect("saved");
        let page = application::ports::connections::EventPage {
            since: at(0),
            page: 0,
            size: 9,
            newest_first: false,
        };
        let bodies: Vec<_> = table
            .events(user.id, &page)
            .await
            .expect("a page")
            .entries
            .into_iter()
            .map(|event| event.body)
            .collect();
        assert_eq!(bodies, ["Kept."], "a change and its event are one transaction");

        let replacing = session(&user, &app_key, None);
        table.start(&start(&replacing, &app_key, None)).await.expect("started");
        let late = then(&next, State::Pending);
        assert!(
            matches!(table.save(&late, None).await, Err(SaveError::Conflict)),
            "of another session"
        );
    })
    .await;
}

#[tokio::test]
async fn one_read_finds_owner_started_sessions_and_those_of_the_cookies() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let (maria, dale, june) = (
            settler(table, "maria").await,
            settler(table, "dale").await,
            settler(table, "june").await,
        );
        let operation = operation("krwv4vYH");
        let mut sessions = Vec::new();
        for (user, app_key) in [(&maria, &app_key), (&dale, &app_key), (&june, &other)] {
            let session = session(user, app_key, Some("krwv4vYH"));
            table.start(&start(&session, app_key, Some(&operation))).await.expect("started");
            sessions.push(session);
        }
        let cookies = [june.id, june.id, LeafUserId(Uuid::new_v4())];
        let facts = table
            .callback_facts(&callback(&operation, app_key.sharing_url_id, &cookies, &stranger()))
            .await
            .expect("read");
        assert_eq!(facts.owner, None);
        assert_eq!(facts.cookie_sessions, &sessions[2..]);
        let mut started: Vec<_> =
            facts.started_with_code.iter().map(|started| started.id).collect();
        started.sort();
        let mut wanted = vec![sessions[0].id, sessions[1].id];
        wanted.sort();
        assert_eq!(started, wanted, "of this app key");

        connect(table, &maria, &app_key, "krwv4vYH").await;
        let facts = table
            .callback_facts(&callback(&operation, app_key.sharing_url_id, &[], &stranger()))
            .await
            .expect("read");
        assert_eq!(facts.owner, Some(Owner::LeafUser(maria.id)));
    })
    .await;
}

#[tokio::test]
async fn a_crowd_that_starts_with_one_code_is_not_remembered_one_by_one() {
    with_store(async |store| {
        let table = &store.table;
        let app_key = partner(table, "a").await;
        let operation = operation("krwv4vYH");
        let facts = async || {
            let facts = table
                .callback_facts(&callback(&operation, app_key.sharing_url_id, &[], &stranger()))
                .await;
            facts.expect("read")
        };
        let begin = async |seconds: u64| {
            let user = settler(table, &format!("user{seconds}")).await;
            let started_at = at(seconds);
            let session = Session { started_at, ..session(&user, &app_key, Some("krwv4vYH")) };
            let session = Session { expires_at: started_at.plus(LIFETIME), ..session };
            table.start(&start(&session, &app_key, Some(&operation))).await.expect("started");
            session
        };
        for seconds in 0..101 {
            begin(seconds).await;
        }
        let crowd = facts().await;
        assert!(crowd.started_with_code.len() <= 50, "{}", crowd.started_with_code.len());
        assert!(
            crowd.crowded_until.is_some_and(|until| until > at(LIFETIME.as_secs())),
            "{crowd:?}"
        );
        assert_eq!(crowd.starts, 101);

        // A monitor, once in five minutes: those whose time is over are forgotten, and it is no
        // crowd.
        let (quiet, mut last) = (5_000, None);
        for number in 0..120 {
            last = Some(begin(quiet + number * 300).await);
        }
        let few = facts().await;
        assert!(few.started_with_code.len() <= 50, "{}", few.started_with_code.len());
        assert!(
            few.started_with_code
                .iter()
                .any(|started| Some(started.id) == last.as_ref().map(|last| last.id))
        );
        assert!(few.crowded_until.is_none_or(|until| until < at(quiet)), "{few:?}");
        assert_eq!(few.starts, 221);
    })
    .await;
}
