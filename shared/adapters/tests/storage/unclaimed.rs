//! Confirmations that fitted nobody.

use application::ports::connections::{Connections as _, Storing};
use domain::ids::SessionId;
use domain::operation::Operation;
use domain::unclaimed_confirmation::Budget;
use uuid::Uuid;

use crate::engine::with_store;
use crate::people::{at, callback, operation, partner, stranger, stranger_at, unclaimed};

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
                let storing = table
                    .store_unclaimed(&unclaimed(&operation, &app_key, 0), &budget, 0)
                    .await
                    .expect("asked");
                assert_eq!(storing, Storing::Stored, "{number}");
                if number == 0 {
                    let again = table
                        .store_unclaimed(&unclaimed(&operation, &app_key, 1), &budget, 0)
                        .await
                        .expect("asked");
                    assert_eq!(again, Storing::StoredBefore);
                }
            }
            let facts = table
                .callback_facts(&callback(&operation("any"), app_key.sharing_url_id, &[], &budget))
                .await;
            assert_eq!(facts.expect("read").stored_of_budget, most, "a repeat is not one more");
            let (first, one_more) = (operation(&name(0)), operation(&name(most)));
            for (what, operation, app_key, seconds, budget, storing) in [
                ("full", &one_more, &app_key, 2, &budget, Storing::Full),
                ("a repeat is not full", &first, &app_key, 2, &budget, Storing::StoredBefore),
                (
                    "another client",
                    &one_more,
                    &app_key,
                    2,
                    &stranger_at("203.0.113.8"),
                    Storing::Stored,
                ),
                ("another app key", &one_more, &other, 2, &budget, Storing::Stored),
                (
                    "a known operation",
                    &operation(&name(most + 1)),
                    &app_key,
                    2,
                    &Budget::Operation,
                    Storing::Stored,
                ),
                (
                    "ten minutes later",
                    &operation(&name(most + 2)),
                    &app_key,
                    600,
                    &budget,
                    Storing::Stored,
                ),
            ] {
                let stored = table
                    .store_unclaimed(&unclaimed(operation, app_key, seconds), budget, 0)
                    .await
                    .expect("asked");
                assert_eq!(stored, storing, "{what}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_operations_it_is_told_which_have_an_unclaimed_confirmation_that_is_not_over() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, other) = (partner(table, "a").await, partner(table, "b").await);
        let operations: Vec<_> = (0..230).map(|number| operation(&format!("C{number}"))).collect();
        let asked: Vec<&Operation> = operations.iter().collect();
        for (number, seconds) in [(3, 0), (70, 1_800), (229, 1_800)] {
            table
                .store_unclaimed(&unclaimed(&operations[number], &app_key, seconds), &stranger(), 0)
                .await
                .expect("stored");
        }
        table
            .store_unclaimed(&unclaimed(&operations[5], &other, 1_800), &stranger(), 0)
            .await
            .expect("stored");
        let mut found =
            table.unclaimed_among(&asked, app_key.sharing_url_id, at(3_600)).await.expect("read");
        found.sort_by_key(|operation| operations.iter().position(|known| known == operation));
        assert_eq!(found, [operations[70].clone(), operations[229].clone()]);
        assert_eq!(
            table.unclaimed_among(&[], app_key.sharing_url_id, at(0)).await.expect("read"),
            []
        );
    })
    .await;
}
