//! Confirmations that fitted nobody.

use application::ports::connections::{Connections as _, Keeping};
use domain::ids::SessionId;
use domain::kept::Budget;
use domain::operation::Operation;
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{at, callback, kept, operation, partner, stranger, stranger_at};

#[tokio::test]
async fn a_budget_has_room_for_so_many_and_nobody_elses_is_used_up_by_it() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let session = Budget::Session(SessionId(Uuid::new_v4()));
        for budget in [stranger(), session] {
            let most = budget.most().expect("a bound");
            let name = |number: u32| format!("{most}C{number}");
            for number in 0..most {
                let operation = operation(&name(number));
                let keeping =
                    table.keep(&kept(&operation, &app_key, 0), &budget, 0).await.expect("asked");
                assert_eq!(keeping, Keeping::Kept, "{number}");
                if number == 0 {
                    let again = table
                        .keep(&kept(&operation, &app_key, 1), &budget, 0)
                        .await
                        .expect("asked");
                    assert_eq!(again, Keeping::KeptBefore);
                }
            }
            let facts = table
                .callback_facts(&callback(&operation("any"), app_key.sharing_url_id, &[], &budget))
                .await;
            assert_eq!(facts.expect("read").kept_of_budget, most, "a repeat is not one more");
            let (first, one_more) = (operation(&name(0)), operation(&name(most)));
            for (what, operation, app_key, seconds, budget, keeping) in [
                ("full", &one_more, &app_key, 2, &budget, Keeping::Full),
                ("a repeat is not full", &first, &app_key, 2, &budget, Keeping::KeptBefore),
                (
                    "another client",
                    &one_more,
                    &app_key,
                    2,
                    &stranger_at("203.0.113.8"),
                    Keeping::Kept,
                ),
                ("another app key", &one_more, &other, 2, &budget, Keeping::Kept),
                (
                    "a known operation",
                    &operation(&name(most + 1)),
                    &app_key,
                    2,
                    &Budget::Operation,
                    Keeping::Kept,
                ),
                (
                    "ten minutes later",
                    &operation(&name(most + 2)),
                    &app_key,
                    600,
                    &budget,
                    Keeping::Kept,
                ),
            ] {
                let kept =
                    table.keep(&kept(operation, app_key, seconds), budget, 0).await.expect("asked");
                assert_eq!(kept, keeping, "{what}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_operations_it_is_told_which_are_kept_and_not_over() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let operations: Vec<_> = (0..230).map(|number| operation(&format!("C{number}"))).collect();
        let asked: Vec<&Operation> = operations.iter().collect();
        for (number, seconds) in [(3, 0), (70, 1_800), (229, 1_800)] {
            table
                .keep(&kept(&operations[number], &app_key, seconds), &stranger(), 0)
                .await
                .expect("kept");
        }
        table.keep(&kept(&operations[5], &other, 1_800), &stranger(), 0).await.expect("kept");
        let mut found =
            table.kept_among(&asked, app_key.sharing_url_id, at(3_600)).await.expect("read");
        found.sort_by_key(|operation| operations.iter().position(|known| known == operation));
        assert_eq!(found, [operations[70].clone(), operations[229].clone()]);
        assert_eq!(table.kept_among(&[], app_key.sharing_url_id, at(0)).await.expect("read"), []);
    })
    .await;
}
