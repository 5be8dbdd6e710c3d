//! Magic links, and the starts that use them.

use std::num::NonZeroU32;

use adapters::dynamodb::Table;
use application::ports::connections::{Connections as _, Freed, Start, StartConflict, Tap};
use application::ports::magic_links::{CreateLinkError, MagicLinks as _};
use domain::app_key::AppKey;
use domain::browser::BindingCookie;
use domain::ids::MagicLinkId;
use domain::leaf_user::LeafUser;
use domain::magic_link::{Kind, LinkAddress, MagicLink, Use, Widget};
use domain::page_settings::PageSettings;
use domain::session::{Session, State};
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{at, code, farmer, partner, session, settler, start, then};

/// Good for two uses, for an hour from noon on.
fn link(user: &LeafUser, app_key: &AppKey, made: u64) -> MagicLink {
    let id = MagicLinkId(Uuid::new_v4());
    MagicLink {
        id,
        secret: LinkAddress::new(id, [1; 32]).hash(),
        leaf_user_id: user.id,
        app_key: app_key.id.clone(),
        widget: Widget::Authentication,
        created_at: at(made),
        expires_at: at(3_600),
        last_accessed_at: None,
        max_usage: NonZeroU32::new(2),
        usage_count: 0,
        settings: PageSettings::default(),
        return_url: None,
        language: None,
        reconnect: false,
        opener: None,
    }
}

/// A session that a tap on a link starts.
fn tapped(user: &LeafUser, app_key: &AppKey, link: &MagicLink) -> Session {
    let session = session(user, app_key, None);
    let cookie = BindingCookie::new(user.id, session.id, [2; 32]);
    session.started_by(link.id, &cookie)
}

async fn tap(
    table: &Table,
    session: &Session,
    app_key: &AppKey,
    tap: Tap,
) -> Result<(), StartConflict> {
    table.start(&Start { tap: Some(tap), ..start(session, app_key, None) }).await
}

const fn of(link: &MagicLink, wanted: Use, seen: Option<&Session>) -> Tap {
    let seen = match seen {
        None => None,
        Some(session) => Some((session.id, session.version)),
    };
    Tap { link: link.id, wanted, seen }
}

#[tokio::test]
async fn a_link_is_read_as_it_was_written() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let plain = MagicLink { max_usage: None, ..link(&user, &app_key, 0) };
        let full = MagicLink {
            widget: Widget::Provider { allowed: vec!["Panorama".to_owned(), "Other".to_owned()] },
            settings: serde_json::from_str(
                r##"{"backgroundColor":"#2244aa","companyName":"Ærø Agro"}"##,
            )
            .expect("settings"),
            return_url: Some("https://app.example/done?a=b".parse().expect("a URL")),
            language: Some("pt-BR".to_owned()),
            reconnect: true,
            opener: Some("https://app.example".to_owned()),
            ..link(&user, &app_key, 1)
        };
        for link in [plain, full] {
            table.create(&link).await.expect("created");
            assert_eq!(table.find(link.id).await.expect("read"), Some(link.clone()));
            table.note_access(link.id, at(61)).await.expect("noted");
            let opened = MagicLink { last_accessed_at: Some(at(61)), ..link };
            assert_eq!(table.find(opened.id).await.expect("read"), Some(opened));
        }
        let nobodys = MagicLinkId(Uuid::new_v4());
        table.note_access(nobodys, at(61)).await.expect("nothing to note");
        assert_eq!(table.find(nobodys).await.expect("read"), None, "and nothing is made by it");
    })
    .await;
}

#[tokio::test]
async fn a_link_needs_its_leaf_user_and_goes_with_it() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let nobodys = link(&farmer("nobody"), &app_key, 0);
        let refused = table.create(&nobodys).await;
        assert!(matches!(refused, Err(CreateLinkError::NoSuchUser)), "{refused:?}");
        assert_eq!(table.find(nobodys.id).await.expect("read"), None);

        let (hers, others) =
            (link(&user, &app_key, 0), link(&settler(table, "dale").await, &app_key, 0));
        table.create(&hers).await.expect("created");
        table.create(&others).await.expect("created");
        let account = table.account(user.id).await.expect("read").expect("an account");
        table.disconnect(&account, false, Freed::ForAnybody, None).await.expect("disconnected");
        assert!(table.find(hers.id).await.expect("read").is_some(), "the Leaf user is still there");
        let account = table.account(user.id).await.expect("read").expect("an account");
        table.disconnect(&account, true, Freed::ForAnybody, None).await.expect("deleted");
        assert_eq!(table.find(hers.id).await.expect("read"), None);
        let listed = table.list(Kind::Authentication, None, 0, 20).await.expect("listed");
        assert_eq!((listed.entries, listed.total), (vec![others], Some(1)));
    })
    .await;
}

#[tokio::test]
async fn lists_are_of_a_kind_and_of_a_leaf_user_the_newest_first() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, maria) = (partner(table, "a").await, settler(table, "maria").await);
        let dale = settler(table, "dale").await;
        let mut all = Vec::new();
        for made in 0..6 {
            let user = if made % 2 == 0 { &maria } else { &dale };
            all.push(link(user, &app_key, made));
        }
        all[4].widget = Widget::Provider { allowed: vec!["Panorama".to_owned()] };
        for link in &all {
            table.create(link).await.expect("created");
        }
        let list = async |kind, of, page| {
            let listed = table.list(kind, of, page, 2).await.expect("listed");
            let made = |link: &MagicLink| all.iter().position(|one| one == link).expect("ours");
            (listed.entries.iter().map(made).collect::<Vec<_>>(), listed.total)
        };
        assert_eq!(list(Kind::Authentication, None, 0).await, (vec![5, 3], Some(5)));
        assert_eq!(list(Kind::Authentication, None, 2).await, (vec![0], Some(5)));
        assert_eq!(list(Kind::Provider, None, 0).await, (vec![4], Some(1)));
        assert_eq!(list(Kind::Authentication, Some(maria.id), 0).await, (vec![2, 0], Some(2)));
        assert_eq!(list(Kind::Authentication, Some(dale.id), 1).await, (vec![1], Some(3)));
        assert_eq!(list(Kind::Provider, Some(dale.id), 0).await, (vec![], Some(0)));

        table.delete(&all[5]).await.expect("deleted");
        table.delete(&all[5]).await.expect("deleted again");
        assert_eq!(list(Kind::Authentication, None, 0).await, (vec![3, 2], Some(4)));
        assert_eq!(list(Kind::Authentication, Some(dale.id), 0).await, (vec![3, 1], Some(2)));
        assert_eq!(table.find(all[5].id).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_use_is_counted_with_the_start_and_no_more_are_had_than_the_link_is_good_for() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let link = link(&user, &app_key, 0);
        table.create(&link).await.expect("created");
        let count = async || table.find(link.id).await.expect("read").expect("a link").usage_count;

        let first = tapped(&user, &app_key, &link);
        tap(table, &first, &app_key, of(&link, Use::New, None)).await.expect("started");
        assert_eq!(table.find_session(first.id).await.expect("read"), Some(first.clone()));
        let again = tapped(&user, &app_key, &link);
        tap(table, &again, &app_key, of(&link, Use::Again, Some(&first))).await.expect("started");
        assert_eq!(count().await, 1, "the same use");
        let second = tapped(&user, &app_key, &link);
        tap(table, &second, &app_key, of(&link, Use::New, Some(&again))).await.expect("started");
        let third = tapped(&user, &app_key, &link);
        let refused = tap(table, &third, &app_key, of(&link, Use::New, Some(&second))).await;
        assert!(matches!(refused, Err(StartConflict::LinkSpent)), "{refused:?}");
        assert_eq!(count().await, 2);
        assert_eq!(table.sessions_of(&[user.id]).await.expect("read"), [second], "as before");
    })
    .await;
}

#[tokio::test]
async fn of_taps_at_the_same_moment_one_starts_a_session() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let link = MagicLink { max_usage: None, ..link(&user, &app_key, 0) };
        table.create(&link).await.expect("created");
        let (one, other) = (tapped(&user, &app_key, &link), tapped(&user, &app_key, &link));
        tap(table, &one, &app_key, of(&link, Use::New, None)).await.expect("started");
        let refused = tap(table, &other, &app_key, of(&link, Use::New, None)).await;
        assert!(matches!(refused, Err(StartConflict::SessionChanged)), "{refused:?}");
        let confirmed = then(&one, State::Completed { code: code("krwv4vYH") });
        table.save(&confirmed, None).await.expect("saved");
        let refused = tap(table, &other, &app_key, of(&link, Use::New, Some(&one))).await;
        assert!(matches!(refused, Err(StartConflict::SessionChanged)), "{refused:?}");
        let usage = table.find(link.id).await.expect("read").expect("a link").usage_count;
        assert_eq!(
            (usage, table.sessions_of(&[user.id]).await.expect("read")),
            (1, vec![confirmed])
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_an_expired_and_another_leaf_users_link_start_nothing() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user) = (partner(table, "a").await, settler(table, "maria").await);
        let dale = settler(table, "dale").await;
        let (deleted, others) = (link(&user, &app_key, 0), link(&dale, &app_key, 0));
        let expired = MagicLink { expires_at: at(0), ..link(&user, &app_key, 0) };
        for link in [&deleted, &others, &expired] {
            table.create(link).await.expect("created");
        }
        table.delete(&deleted).await.expect("deleted");
        for wanted in [Use::New, Use::Again] {
            for link in [&deleted, &others] {
                let session = tapped(&user, &app_key, link);
                let refused = tap(table, &session, &app_key, of(link, wanted, None)).await;
                assert!(matches!(refused, Err(StartConflict::LinkSpent)), "{refused:?}");
            }
        }
        let session = tapped(&user, &app_key, &expired);
        let refused = tap(table, &session, &app_key, of(&expired, Use::New, None)).await;
        assert!(matches!(refused, Err(StartConflict::LinkSpent)), "{refused:?}");
        let late = Session { started_at: at(3_600), ..session.clone() };
        let refused = tap(table, &late, &app_key, of(&expired, Use::Again, None)).await;
        assert!(matches!(refused, Err(StartConflict::LinkSpent)), "an hour later: {refused:?}");
        tap(table, &session, &app_key, of(&expired, Use::Again, None)).await.expect("in time");
        assert_eq!(table.find(deleted.id).await.expect("read"), None, "no row is made by a use");
    })
    .await;
}
