//! The history of a credential: paging, order, age, and its end.

use std::collections::BTreeSet;

use application::ports::connections::{Connections as _, EventPage, Freed};
use domain::event::Event;
use domain::session::State;
use domain::timestamp::Timestamp;

use crate::engine::with_store;
use crate::people::{at, event, partner, session, settler, start, then};

fn page(since: Timestamp, page: u32, size: u32, newest_first: bool) -> EventPage {
    EventPage { since, page, size, newest_first }
}

#[tokio::test]
async fn events_come_page_by_page_in_either_order_and_go_with_the_connection() {
    with_store(async |store| {
        let table = &store.table;
        let (app_key, user, other) =
            (partner(table, "a").await, settler(table, "m").await, settler(table, "d").await);
        let mut events = Vec::new();
        for owner in [&user, &other] {
            let mut session = session(owner, &app_key, None);
            table.start(&start(&session, &app_key, None)).await.expect("started");
            // More than one batch of deletes.
            for number in 0..30 {
                session = then(&session, State::Pending);
                let event = event(number, &format!("Number {number}."));
                table.save(&session, Some(&event)).await.expect("saved");
                if owner.id == user.id {
                    events.push(event);
                }
            }
        }
        let read = async |wanted| table.events(user.id, &wanted).await.expect("a page").entries;
        assert_eq!(read(page(at(0), 0, 100, false)).await, events);
        assert_eq!(read(page(at(0), 1, 7, false)).await, &events[7..14]);
        assert_eq!(read(page(at(0), 4, 7, false)).await, &events[28..]);
        assert_eq!(read(page(at(0), 5, 7, false)).await, []);
        let newest: Vec<Event> = events.iter().rev().cloned().collect();
        assert_eq!(read(page(at(0), 0, 7, true)).await, &newest[..7]);
        assert_eq!(read(page(at(0), 4, 7, true)).await, &newest[28..]);
        assert_eq!(read(page(at(20), 0, 100, true)).await, &newest[..10], "none from before");

        let account = table.account(user.id).await.expect("read").expect("an account");
        table.disconnect(&account, false, Freed::ForAnybody, None).await.expect("disconnected");
        assert_eq!(read(page(at(0), 0, 100, false)).await, []);
        let others =
            table.events(other.id, &page(at(0), 0, 100, false)).await.expect("a page").entries;
        let ids: BTreeSet<_> = others.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), 30, "another farmer's stay");
    })
    .await;
}
