//! Confirmations that fitted nobody.

use shared::domain::kept::MAX_PER_HOUR;
use shared::domain::operation::Operation;
use shared::ports::connections::{Connections as _, Keeping};

use crate::engine::with_store;
use crate::people::{at, kept, operation, partner};

#[tokio::test]
async fn an_app_key_keeps_so_many_an_hour_and_a_repeat_is_not_one_more() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        for number in 0..MAX_PER_HOUR {
            let operation = operation(&format!("C{number}"));
            assert_eq!(table.keep(&kept(&operation, &app_key, 0), 0).await.expect("asked"), Keeping::Kept, "{number}");
            if number == 0 {
                let again = table.keep(&kept(&operation, &app_key, 1), 0).await.expect("asked");
                assert_eq!(again, Keeping::KeptBefore);
            }
        }
        let one_more = operation("OneMore");
        assert_eq!(table.keep(&kept(&one_more, &app_key, 2), 0).await.expect("asked"), Keeping::Full);
        let first = operation("C0");
        assert_eq!(table.keep(&kept(&first, &app_key, 2), 0).await.expect("asked"), Keeping::KeptBefore, "not full");
        assert_eq!(table.keep(&kept(&one_more, &other, 2), 0).await.expect("asked"), Keeping::Kept, "another app key");
        assert_eq!(
            table.keep(&kept(&one_more, &app_key, 3_600), 0).await.expect("asked"),
            Keeping::Kept,
            "the next hour"
        );
    })
    .await;
}

#[tokio::test]
async fn of_a_hundred_operations_it_is_told_which_are_kept_and_not_over() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let operations: Vec<_> = (0..100).map(|number| operation(&format!("C{number}"))).collect();
        let asked: Vec<&Operation> = operations.iter().collect();
        for (number, seconds) in [(3, 0), (70, 1_800), (99, 1_800)] {
            table.keep(&kept(&operations[number], &app_key, seconds), 0).await.expect("kept");
        }
        table.keep(&kept(&operations[5], &other, 1_800), 0).await.expect("kept");
        let mut found = table.kept_among(&asked, app_key.sharing_url_id, at(3_600)).await.expect("read");
        found.sort_by_key(|operation| operations.iter().position(|known| known == operation));
        assert_eq!(found, [operations[70].clone(), operations[99].clone()]);
        assert_eq!(table.kept_among(&[], app_key.sharing_url_id, at(0)).await.expect("read"), []);
    })
    .await;
}
