//! [`LeafUsers`]

use application::ports::connections::{Account, Connections as _, Freed};
use application::ports::leaf_users::LeafUsers as _;
use application::ports::portion::Portion;
use domain::leaf_user::{Filter, LeafUser, Order, OrderBy, Profile, ProfileChange};
use domain::sent::Change;

use crate::engine::with_store;
use crate::people::{at, farmer, settler};

const NOTHING: ProfileChange = ProfileChange {
    name: None,
    email: Change::Keep,
    phone: Change::Keep,
    address: Change::Keep,
    external_id: Change::Keep,
};

#[tokio::test]
async fn a_leaf_user_is_stored_once_found_and_updated() {
    with_store(async |store| {
        let table = &store.table;
        let user = settler(table, "maria").await;
        assert!(table.create(&user).await.is_err(), "no id twice");
        assert_eq!(table.find(user.id).await.expect("read"), Some(user.clone()));
        let profile = Profile {
            phone: None,
            email: None,
            external_id: Some("7".parse().expect("a text")),
            ..user.profile.clone()
        };
        let updated = table.change(user.id, &profile.clone().into()).await.expect("updated");
        assert_eq!(updated, Some(LeafUser { profile: profile.clone(), ..user.clone() }));
        assert_eq!(table.find(user.id).await.expect("read"), updated);
        let nobody = farmer("nobody");
        assert_eq!(table.change(nobody.id, &profile.into()).await.expect("asked"), None);
        assert_eq!(table.find(nobody.id).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_every_index_follows() {
    with_store(async |store| {
        let table = &store.table;
        let user = settler(table, "maria").await;
        assert_eq!(table.change(user.id, &NOTHING).await.expect("asked"), Some(user.clone()));
        let change = ProfileChange {
            name: Some("Zoe".parse().expect("a name")),
            email: Change::Clear,
            external_id: Change::Set("7".parse().expect("a text")),
            ..NOTHING
        };
        let mut expected = user.clone();
        expected.profile.name = "Zoe".parse().expect("a name");
        expected.profile.email = None;
        expected.profile.external_id = Some("7".parse().expect("a text"));
        assert_eq!(table.change(user.id, &change).await.expect("changed"), Some(expected.clone()));
        let listed = async |filter: &Filter, by| {
            let order = Order { by, descending: false };
            table.list(filter, order, 0, 10).await.expect("a page").entries
        };
        for by in
            [OrderBy::Creation, OrderBy::Id, OrderBy::Name, OrderBy::Email, OrderBy::ExternalId]
        {
            assert_eq!(
                listed(&Filter::default(), by).await,
                std::slice::from_ref(&expected),
                "{by:?}"
            );
        }
        let by_name = |name: &str| Filter { name: Some(name.to_owned()), ..Filter::default() };
        assert_eq!(listed(&by_name("Zoe"), OrderBy::Name).await, [expected]);
        assert_eq!(listed(&by_name("maria"), OrderBy::Name).await, []);
        let by_email = Filter { email: Some("maria@farm.example".to_owned()), ..Filter::default() };
        assert_eq!(listed(&by_email, OrderBy::Email).await, []);
    })
    .await;
}

#[tokio::test]
async fn leaf_users_are_listed_page_by_page_in_every_order() {
    with_store(async |store| {
        let table = &store.table;
        let mut all = Vec::new();
        for number in 0..23_u64 {
            let name = if number % 2 == 0 { "even" } else { "Odd" };
            let mut user = LeafUser { created_at: at(number), ..farmer(name) };
            user.profile.email = (number % 3 != 0)
                .then(|| format!("{}@farm.example", 99 - number).parse().expect("it"));
            user.profile.external_id = Some(number.to_string().parse().expect("a text"));
            table.create(&user).await.expect("stored");
            all.push(user);
        }
        let newest_first = Order { by: OrderBy::Creation, descending: true };
        let everybody = Filter::default();
        let list = async |filter: &Filter, order, page, size| {
            let Portion { entries, total } =
                table.list(filter, order, page, size).await.expect("a page");
            (entries, total.expect("a total"))
        };
        for (page, wanted) in [(0, &all[..10]), (1, &all[10..20]), (2, &all[20..]), (3, &[])] {
            let (entries, total) = list(&everybody, Order::default(), page, 10).await;
            assert_eq!((&*entries, total), (wanted, 23), "page {page}");
        }
        let mut backwards = all.clone();
        backwards.reverse();
        assert_eq!(list(&everybody, newest_first, 1, 10).await, (backwards[10..20].to_vec(), 23));
        for by in [OrderBy::Id, OrderBy::Name, OrderBy::Email, OrderBy::ExternalId] {
            let mut sorted = all.clone();
            sorted.sort_by_key(|user| user.place(by));
            assert_eq!(
                list(&everybody, Order { by, descending: false }, 1, 10).await,
                (sorted[10..20].to_vec(), 23)
            );
            let mut odd: Vec<_> =
                sorted.iter().filter(|user| user.profile.name.as_str() == "Odd").cloned().collect();
            odd.reverse();
            let by_name = Filter { name: Some("Odd".to_owned()), ..Filter::default() };
            assert_eq!(
                list(&by_name, Order { by, descending: true }, 1, 5).await,
                (odd[5..10].to_vec(), 11)
            );
        }
        let by_id = |id: &str| Filter { external_id: Some(id.to_owned()), ..Filter::default() };
        assert_eq!(list(&by_id("7"), Order::default(), 0, 10).await, (all[7..8].to_vec(), 1));
        let both = Filter { name: Some("even".to_owned()), ..by_id("7") };
        assert_eq!(list(&both, Order::default(), 0, 10).await, (vec![], 0), "all filters together");
        assert_eq!(
            list(&by_id(&"7".repeat(3_000)), Order::default(), 0, 10).await,
            (vec![], 0),
            "longer than a key"
        );
    })
    .await;
}

#[tokio::test]
async fn the_total_is_kept_and_a_leaf_user_that_is_deleted_twice_is_counted_once() {
    with_store(async |store| {
        let table = &store.table;
        let mut users = Vec::new();
        for number in 0..30 {
            users.push(settler(table, &format!("farmer-{number}")).await);
        }
        // The first page is not the last, so the total is the one that is kept.
        let total = async || {
            table.list(&Filter::default(), Order::default(), 0, 2).await.expect("a page").total
        };
        assert_eq!(total().await, Some(30));
        assert!(table.create(&users[0]).await.is_err());
        assert_eq!(total().await, Some(30), "no id twice");
        let gone = Account { user: users[0].clone(), session: None, credential: None };
        table.disconnect(&gone, true, Freed::ForAnybody, None).await.expect("deleted");
        assert_eq!(total().await, Some(29));
        table.disconnect(&gone, true, Freed::ForAnybody, None).await.expect("nothing more to do");
        assert_eq!(total().await, Some(29));
    })
    .await;
}
