//! [`LeafUsers`]

use shared::domain::leaf_user::{Filter, LeafUser, Profile};
use shared::ports::leaf_users::LeafUsers as _;

use crate::engine::with_store;
use crate::people::{at, farmer, settler};

#[tokio::test]
async fn a_leaf_user_is_stored_once_found_and_updated() {
    with_store(async |store| {
        let table = &store.table;
        let user = settler(table, "maria").await;
        assert!(table.create(&user).await.is_err(), "no id twice");
        assert_eq!(table.find(user.id).await.expect("read"), Some(user.clone()));
        let profile = Profile { phone: None, external_id: Some("7".parse().expect("a text")), ..user.profile.clone() };
        let updated = table.update(user.id, &profile).await.expect("updated");
        assert_eq!(updated, Some(LeafUser { profile: profile.clone(), ..user.clone() }));
        assert_eq!(table.find(user.id).await.expect("read"), updated);
        let nobody = farmer("nobody");
        assert_eq!(table.update(nobody.id, &profile).await.expect("asked"), None);
        assert_eq!(table.find(nobody.id).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn leaf_users_are_listed_page_by_page_oldest_first() {
    with_store(async |store| {
        let table = &store.table;
        let mut all = Vec::new();
        for number in 0..23 {
            let name = if number % 2 == 0 { "even" } else { "odd" };
            let mut user = LeafUser { created_at: at(number), ..farmer(name) };
            user.profile.external_id = Some(number.to_string().parse().expect("a text"));
            table.create(&user).await.expect("stored");
            all.push(user);
        }
        let everybody = Filter::default();
        for (page, wanted) in [(0, &all[..10]), (1, &all[10..20]), (2, &all[20..]), (3, &[])] {
            assert_eq!(table.list(&everybody, page, 10).await.expect("a page"), wanted, "page {page}");
        }
        let odd: Vec<_> = all.iter().skip(1).step_by(2).cloned().collect();
        let by_name = Filter { name: Some("odd".to_owned()), ..Filter::default() };
        assert_eq!(table.list(&by_name, 1, 5).await.expect("a page"), &odd[5..10]);
        let by_email = Filter { email: Some("odd@farm.example".to_owned()), ..Filter::default() };
        assert_eq!(table.list(&by_email, 0, 100).await.expect("a page"), odd);
        let by_id = |id: &str| Filter { external_id: Some(id.to_owned()), ..Filter::default() };
        assert_eq!(table.list(&by_id("7"), 0, 10).await.expect("a page"), &all[7..8]);
        let both = Filter { name: Some("even".to_owned()), ..by_id("7") };
        assert_eq!(table.list(&both, 0, 10).await.expect("a page"), [], "all filters together");
        assert_eq!(table.list(&by_id(&"7".repeat(3_000)), 0, 10).await.expect("a page"), [], "longer than a key");
    })
    .await;
}
